"""Exits that `peak kill --flatten` sent while the gateway was away or could not be asked.

The killer derives their ids as the gateway would (`exit-n` of the ticket whose stop `stop-n` it
withdrew), so an unknown id can be recognised. What is not recognised stays foreign.
"""

from __future__ import annotations

from decimal import Decimal

from engine.market import Side
from guardrails.execution.client_ids import gateway_tag, ours
from guardrails.execution.context import Context
from guardrails.execution.moves import apply
from guardrails.lifecycle import OrderEvent, advance
from guardrails.store.gateway_view import OrderRow
from guardrails.tickets import Order, OrderState, Release
from guardrails.wire import WireOrder


def adopt(ctx: Context, client_order_id: str) -> OrderRow | None:
    """Take over an exit of the killer as an order of ours in state UNKNOWN; None when foreign."""
    if not ours(gateway_tag(ctx.identity), client_order_id):
        return None
    for release in ctx.view.releases():
        for stop in ctx.view.legs(release.ticket_digest):
            kind, _, number = stop.order.leg.partition("-")
            leg = f"exit-{number}"
            known = ctx.client_id(release.ticket_digest, leg) == client_order_id
            if kind == "stop" and known:
                return _taken(ctx, release, stop, leg)
    return None


def _taken(ctx: Context, release: Release, stop: OrderRow, leg: str) -> OrderRow | None:
    found = ctx.venue.find(ctx.client_id(release.ticket_digest, leg))
    if found is None:
        return None
    wire = WireOrder(
        client_order_id=found.client_order_id,
        symbol=found.symbol,
        side=found.side,
        kind="limit",
        quantity=found.quantity,
        limit_price=found.limit_price,
        time_in_force="ioc",
        reduce_only=True,
    )
    order = Order(
        client_order_id=found.client_order_id,
        ticket_digest=release.ticket_digest,
        leg=leg,
        account_id=ctx.identity.account_id,
        venue=ctx.venue.name,
        symbol=found.symbol,
        side=Side(found.side),
        quantity=found.quantity,
        limit_price=found.limit_price,
        state=advance(None, OrderEvent.CLAIMED).state or OrderState.INTENT,
        updated_at=ctx.clock.now(),
    )
    row = OrderRow(order, wire, Decimal(0), found.venue_order_id)
    ctx.store.add_leg(row)
    facts = {"by": "kill", "instead_of": stop.order.client_order_id}
    row = apply(ctx, row, OrderEvent.CHECKS_PASSED, facts=facts)
    return apply(ctx, row, OrderEvent.UNCLEAR, facts=facts)

"""Exits that `peak kill --flatten` sent while the gateway was away or could not be asked.

The killer derives their ids as the gateway would (`exit-n` of the ticket whose stop `stop-n` it
withdrew), so an unknown id can be recognised. What is not recognised stays foreign.
"""

from __future__ import annotations

from guardrails.execution.client_ids import gateway_tag, ours
from guardrails.execution.context import Context
from guardrails.execution.legs import kind_of, leg_row, pair_of
from guardrails.execution.moves import apply, with_venue_id
from guardrails.lifecycle import OrderEvent
from guardrails.store.gateway_view import OrderRow
from guardrails.tickets import Release


def adopt(ctx: Context, client_order_id: str) -> OrderRow | None:
    """Take over an exit of the killer as an order of ours in state UNKNOWN; None when foreign."""
    if not ours(gateway_tag(ctx.identity), client_order_id):
        return None
    for release in ctx.view.releases():
        for stop in ctx.view.legs(release.ticket_digest):
            leg = f"exit-{(pair_of(stop) or '').rpartition('-')[2]}"
            known = ctx.client_id(release.ticket_digest, leg) == client_order_id
            if kind_of(stop) == "stop" and known:
                return _taken(ctx, release, stop, leg)
    return None


def _taken(ctx: Context, release: Release, stop: OrderRow, leg: str) -> OrderRow | None:
    found = ctx.venue.find(ctx.client_id(release.ticket_digest, leg))
    if found is None:
        return None
    fields = {
        "symbol": found.symbol,
        "side": found.side,
        "kind": "limit",
        "quantity": found.quantity,
        "limit_price": found.limit_price,
        "time_in_force": "ioc",
        "reduce_only": True,
    }
    row = with_venue_id(leg_row(ctx, release.ticket_digest, leg, fields), found.venue_order_id)
    ctx.store.add_legs(row)
    facts = {"by": "kill", "instead_of": stop.order.client_order_id}
    row = apply(ctx, row, OrderEvent.CHECKS_PASSED, facts=facts)
    return apply(ctx, row, OrderEvent.UNCLEAR, facts=facts)

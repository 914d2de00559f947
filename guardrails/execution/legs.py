"""From a ticket to the orders of its plan: the ticket's own order, its stops and targets.

Each protected amount is one numbered pair `stop-n`, `target-n` that excludes itself at the venue.
Every price and amount was fixed in the ticket; here they are only put on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.market import Side
from engine.records import Digest
from guardrails.execution.context import Context
from guardrails.lifecycle import OrderEvent, advance
from guardrails.reasons import Denial
from guardrails.rounding import down
from guardrails.store.gateway_view import OrderRow
from guardrails.tickets import Order, OrderState, OrderTicket, Release
from guardrails.wire import WireOrder

OWN = "entry"
"""Leg of the ticket's own order, whether it enters or leaves a position."""

_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """One protected amount: base units, and the profit exit it may have."""

    quantity: Decimal
    target: Decimal | None


def own_wire(ticket: OrderTicket, client_order_id: str) -> WireOrder:
    """The ticket's own order: marketable up to its limit, a market intent too."""
    return WireOrder(
        client_order_id=client_order_id,
        symbol=ticket.symbol,
        side=ticket.side,
        kind="limit",
        quantity=ticket.quantity,
        limit_price=ticket.limit_price,
        time_in_force="ioc",
        reduce_only=ticket.reduce_only,
    )


def own_row(
    ctx: Context, ticket: OrderTicket, ticket_digest: Digest, denials: tuple[Denial, ...]
) -> OrderRow:
    """The first row of a ticket: INTENT with its wire fields, or DENIED without any."""
    client_order_id = ctx.client_id(ticket_digest, OWN)
    event = OrderEvent.CHECKS_FAILED if denials else OrderEvent.CLAIMED
    order = Order(
        client_order_id=client_order_id,
        ticket_digest=ticket_digest,
        leg=OWN,
        account_id=ctx.identity.account_id,
        venue=ctx.venue.name,
        symbol=ticket.symbol,
        side=ticket.side,
        quantity=ticket.quantity,
        limit_price=ticket.limit_price,
        state=advance(None, event).state or OrderState.DENIED,
        denials=denials,
        updated_at=ctx.clock.now(),
    )
    return OrderRow(order, None if denials else own_wire(ticket, client_order_id))


def parts(ticket: OrderTicket, amount: Decimal, step: Decimal) -> tuple[Part, ...]:
    """How a filled amount is protected: one part, or one for each target and one for the rest.

    Shares are rounded down to the step; the rest keeps its stop alone.
    """
    if not ticket.targets:
        return (Part(amount, ticket.target_price),)
    found, left = [], amount
    for leg in ticket.targets:
        share = min(down(amount * leg.share_bps / _BPS, step), left)
        if share > 0:
            found.append(Part(share, leg.price))
            left -= share
    if left > 0:
        found.append(Part(left, None))
    return tuple(found)


def kind_of(row: OrderRow) -> str:
    """`entry`, `stop`, `target` or `exit`."""
    return row.order.leg.partition("-")[0]


def number_of(row: OrderRow) -> int:
    """The n of `stop-n`; 0 for the ticket's own order."""
    return int(row.order.leg.partition("-")[2] or 0)


def pair_of(row: OrderRow) -> str | None:
    """The pair that a leg belongs to; None for the ticket's own order."""
    return None if row.wire is None else row.wire.oco_group


def pair_rows(
    ctx: Context, release: Release, number: int, part: Part, trigger_price: Decimal | None
) -> tuple[OrderRow, ...]:
    """Stop and target of one part, in the order in which they are placed: the stop first."""
    found = []
    if trigger_price is not None:
        wire = _leg_wire(release, number, part.quantity, trigger=trigger_price)
        found.append(leg_row(ctx, release.ticket_digest, f"stop-{number}", wire))
    if part.target is not None:
        wire = _leg_wire(release, number, part.quantity, limit=part.target)
        found.append(leg_row(ctx, release.ticket_digest, f"target-{number}", wire))
    return tuple(found)


def _leg_wire(
    release: Release,
    number: int,
    quantity: Decimal,
    *,
    trigger: Decimal | None = None,
    limit: Decimal | None = None,
) -> dict[str, object]:
    """Wire fields of a leg, all but its id."""
    ticket = release.ticket
    return {
        "symbol": ticket.symbol,
        "side": Side.SELL if ticket.side is Side.BUY else Side.BUY,
        "kind": "stop" if trigger is not None else "limit",
        "quantity": quantity,
        "limit_price": limit,
        "trigger_price": trigger,
        "time_in_force": "gtc",
        "reduce_only": True,
        "oco_group": f"{release.ticket_digest}-{number}",
    }


def row_again(ctx: Context, row: OrderRow, number: int) -> OrderRow:
    """The same leg in the same pair under a new number, for one that was proved not placed."""
    leg = f"{kind_of(row)}-{number}"
    return leg_row(ctx, row.order.ticket_digest, leg, dict(row.wire or ()))


def leg_row(
    ctx: Context, ticket_digest: Digest, leg: str, fields: Mapping[str, object]
) -> OrderRow:
    """A leg in state INTENT with these wire fields; its id follows from ticket and leg."""
    wire = WireOrder.model_validate(
        {**fields, "client_order_id": ctx.client_id(ticket_digest, leg)}
    )
    order = Order(
        client_order_id=wire.client_order_id,
        ticket_digest=ticket_digest,
        leg=leg,
        account_id=ctx.identity.account_id,
        venue=ctx.venue.name,
        symbol=wire.symbol,
        side=wire.side,
        quantity=wire.quantity,
        limit_price=wire.limit_price,
        state=advance(None, OrderEvent.CLAIMED).state or OrderState.INTENT,
        updated_at=ctx.clock.now(),
    )
    return OrderRow(order, wire)

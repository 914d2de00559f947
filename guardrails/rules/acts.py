"""What was done, from released tickets, orders and fills: the history that the pace rules count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from config.modes import Mode
from engine.market import Side
from guardrails.rules.facts import Act, Resting
from guardrails.tickets import Fill, Order, OrderState, OrderTicket

_ENDED: Final = frozenset(
    {
        OrderState.DENIED, OrderState.REJECTED, OrderState.NOT_PLACED, OrderState.FILLED,
        OrderState.CANCELED, OrderState.EXPIRED,
    }
)  # fmt: skip
_REFUSED: Final = frozenset({OrderState.DENIED, OrderState.REJECTED, OrderState.NOT_PLACED})

OWN_LEG: Final = "entry"
_STOP_LEG: Final = "stop"


@dataclass(frozen=True, slots=True)
class Released:
    """A released ticket and the wall time of its release."""

    ticket: OrderTicket
    at: datetime


def acts_of(
    released: Iterable[Released], orders: Sequence[Order], fills: Sequence[Fill]
) -> tuple[Act, ...]:
    """One act a released ticket, oldest first; what the gateway has not taken counts in full."""
    own = _by_ticket(order for order in orders if order.leg == OWN_LEG)
    bought: dict[tuple[str, Side], Decimal] = {}
    for fill in fills:
        key = (fill.ticket_digest, fill.side)
        bought[key] = bought.get(key, Decimal(0)) + fill.quantity * fill.price
    return tuple(
        _act(one, own.get(one.ticket.digest, ()), bought.get((one.ticket.digest, one.ticket.side)))
        for one in released
    )


def _act(one: Released, orders: Sequence[Order], filled: Decimal | None) -> Act:
    ticket, states = one.ticket, {order.state for order in orders}
    ended = bool(states) and states <= _ENDED
    whole = ticket.quantity * (ticket.limit_price or ticket.reference_price)
    worth = filled or Decimal(0)
    return Act(
        digest=ticket.digest,
        lineage_id=ticket.lineage_id,
        symbol=ticket.symbol,
        side=ticket.side,
        quantity=ticket.quantity,
        notional=worth if ended else max(whole, worth),
        reduce_only=ticket.reduce_only,
        refused=bool(states) and states <= _REFUSED and not worth,
        at=ticket.reference_time if ticket.mode is Mode.PAPER else one.at,
    )


def holdings_of(
    tickets: Iterable[OrderTicket], fills: Iterable[Fill]
) -> frozenset[tuple[str, str]]:
    """(lineage, symbol) of every strategy whose own fills in a symbol do not add up to nothing."""
    lineages = {ticket.digest: ticket.lineage_id for ticket in tickets}
    held: dict[tuple[str, str], Decimal] = {}
    for fill in fills:
        key = (lineages.get(fill.ticket_digest, ""), fill.symbol)
        bought = fill.quantity if fill.side is Side.BUY else -fill.quantity
        held[key] = held.get(key, Decimal(0)) + bought
    return frozenset(key for key, quantity in held.items() if quantity)


def resting_of(tickets: Iterable[OrderTicket], orders: Iterable[Order]) -> tuple[Resting, ...]:
    """What rests at the venue: stops that wait for their ticket's trigger, targets, day orders.

    An immediate order never rests, and a stop without a known trigger has left already.
    """
    known = {ticket.digest: ticket for ticket in tickets}
    found = []
    for order in orders:
        ticket = known.get(order.ticket_digest)
        if order.state in _ENDED or ticket is None:
            continue
        if order.leg == OWN_LEG and ticket.time_in_force == "ioc":
            continue
        trigger = ticket.stop_price if order.leg.startswith(_STOP_LEG) else None
        if trigger is not None or order.limit_price is not None:
            found.append(Resting(order.symbol, order.side, order.limit_price, trigger))
    return tuple(found)


def _by_ticket(orders: Iterable[Order]) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = {}
    for order in orders:
        found.setdefault(order.ticket_digest, []).append(order)
    return found

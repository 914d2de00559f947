"""The book: positions, cash and results as a fold over fills; nothing is stored that can drift.

Average cost; a reduction takes its share of the cost with it, so that realised and open result
always add up to the change of equity, to the last digit. Decimal only, in a context of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from decimal import Decimal, localcontext
from typing import Final

from engine.backtest.costs import CostModel
from engine.market import Side
from guardrails.ports import MarketView
from guardrails.positions import GRAIN, Book, BookValue, Position, Working
from guardrails.rounding import EXACT
from guardrails.rules.costs import stopped_result
from guardrails.tickets import Fill, Order, OrderState, OrderTicket

_ZERO: Final = Decimal(0)
_NO_STOP_SHORT: Final = 2
"""A short without a stop counts as stopped at twice its entry."""

_STILL_WORKING: Final = frozenset(
    {
        OrderState.INTENT, OrderState.SENDING, OrderState.UNKNOWN, OrderState.OPEN,
        OrderState.PARTIAL, OrderState.CANCELING,
    }
)  # fmt: skip

Stops = Mapping[str, Decimal | None]
"""Ticket digest -> the stop that the ticket names; a missing ticket is a missing stop."""


def stops_of(tickets: Iterable[OrderTicket]) -> dict[str, Decimal | None]:
    """The stop of each ticket by the ticket's digest."""
    return {ticket.digest: ticket.stop_price for ticket in tickets}


def fold(fills: Iterable[Fill], cash: Decimal, stops: Stops) -> Book:
    """The book after all fills, from nothing but the starting cash.

    A fill that the venue reports twice (same venue, account, symbol, trade id) counts once.
    """
    book, seen = Book(cash=cash), set()
    for fill in fills:
        key = (fill.venue, fill.account_id, fill.symbol, fill.venue_trade_id)
        if key not in seen:
            seen.add(key)
            book = after(book, fill, stops.get(fill.ticket_digest))
    return book


def after(book: Book, fill: Fill, stop: Decimal | None) -> Book:
    """The book after one more fill, which may open, add to, reduce or turn a position.

    A fee in the symbol's base asset reduces the amount held and is worth the fill's price; every
    other fee is quote currency.
    """
    with localcontext(EXACT):
        day = fill.venue_time.astimezone(UTC).date().isoformat()
        bought = fill.quantity if fill.side is Side.BUY else -fill.quantity
        in_base = fill.fee_asset == fill.symbol.split("/", 1)[0]
        fee = fill.fee * fill.price if in_base else fill.fee
        held = bought - fill.fee if in_base else bought
        position, gained = _moved(book.position(fill.symbol), fill, held, stop)
        # a base fee is part of the cost of what is held: only a quote fee leaves the cash
        result = gained - (_ZERO if in_base else fee)
        others = [item for item in book.positions if item.symbol != fill.symbol]
        kept = [*others, position] if position else others
        return Book(
            cash=book.cash - bought * fill.price - (_ZERO if in_base else fee),
            positions=tuple(sorted(kept, key=lambda item: item.symbol)),
            day=day,
            realised_day=(book.realised_day if book.day == day else _ZERO) + result,
            realised=book.realised + result,
            fees=book.fees + fee,
            fills=book.fills + 1,
        )


def _moved(
    before: Position | None, fill: Fill, held: Decimal, stop: Decimal | None
) -> tuple[Position | None, Decimal]:
    """The symbol's position after a signed change of `held` units, and the result it realised."""
    paid = fill.quantity * fill.price * (1 if fill.side is Side.BUY else -1)
    if held == 0:  # the fee took all of it
        return before, -paid
    if before is None or before.quantity * held > 0:
        return _added(before, fill, (held, paid), stop), _ZERO
    closing = min(abs(held), abs(before.quantity))
    share = closing / abs(before.quantity)
    cost = before.cost if share == 1 else (before.cost * share).quantize(GRAIN)
    stopped = before.stop_value if share == 1 else (before.stop_value * share).quantize(GRAIN)
    received = -paid if abs(held) == closing else (-paid * closing / abs(held)).quantize(GRAIN)
    gained = received - cost
    if abs(held) > closing:  # turned through zero: the rest opens the other side
        rest = held + before.quantity
        return _added(None, fill, (rest, paid + received), stop), gained
    if closing == abs(before.quantity):
        return None, gained
    left = Position(
        symbol=before.symbol,
        quantity=before.quantity + held,
        cost=before.cost - cost,
        stop_value=before.stop_value - stopped,
        protected=before.protected,
        opened_at=before.opened_at,
    )
    return left, gained


def _added(
    before: Position | None, fill: Fill, change: tuple[Decimal, Decimal], stop: Decimal | None
) -> Position:
    """A position opened or enlarged by `change` = (signed units, signed cost)."""
    units, paid = change
    worst = fill.price * _NO_STOP_SHORT if units < 0 else _ZERO
    stop_value = units * (worst if stop is None else stop)
    return Position(
        symbol=fill.symbol,
        quantity=(before.quantity if before else _ZERO) + units,
        cost=(before.cost if before else _ZERO) + paid,
        stop_value=(before.stop_value if before else _ZERO) + stop_value,
        protected=stop is not None and (before is None or before.protected),
        opened_at=before.opened_at if before else fill.venue_time,
    )


def at_quotes(book: Book, market: MarketView, costs: CostModel) -> BookValue:
    """The book's value at the market's present; see `BookValue` for what each figure means."""
    with localcontext(EXACT):
        now = market.market_now()
        today = now is not None and now.astimezone(UTC).date().isoformat() == book.day
        realised = book.realised_day if today else _ZERO
        marks = {item.symbol: _mark(item, market) for item in book.positions}
        worth = {
            item.symbol: item.cost if marks[item.symbol] is None
            else item.quantity * (marks[item.symbol] or _ZERO)
            for item in book.positions
        }  # fmt: skip
        open_pnl = sum((worth[item.symbol] - item.cost for item in book.positions), _ZERO)
        stopped = sum((stopped_result(item, costs) for item in book.positions), _ZERO)
        return BookValue(
            book=book,
            equity=book.cash + sum(worth.values(), _ZERO),
            open_pnl=open_pnl,
            day_pnl=realised + open_pnl,
            gross=sum((abs(value) for value in worth.values()), _ZERO),
            stopped_pnl=realised + stopped,
            exposure=tuple((symbol, abs(value)) for symbol, value in worth.items()),
            unmarked=tuple(symbol for symbol, mark in marks.items() if mark is None),
        )


def _mark(position: Position, market: MarketView) -> Decimal | None:
    """Bid for a long, ask for a short, None without a quote."""
    quote = market.quote(position.symbol)
    if quote is None:
        return None
    return quote.bid if position.quantity > 0 else quote.ask


def working_orders(
    tickets: Iterable[OrderTicket], orders: Iterable[Order], fills: Iterable[Fill]
) -> tuple[Working, ...]:
    """What released tickets may still fill: all that the gateway has not reported as ended.

    A ticket that the gateway has not taken yet counts in full.
    """
    # the side tells a ticket's own leg from its stops and exits
    states: dict[tuple[str, Side], list[OrderState]] = {}
    for order in orders:
        states.setdefault((order.ticket_digest, order.side), []).append(order.state)
    filled: dict[tuple[str, Side], Decimal] = {}
    for fill in fills:
        key = (fill.ticket_digest, fill.side)
        filled[key] = filled.get(key, _ZERO) + fill.quantity
    found = []
    for ticket in tickets:
        key = (ticket.digest, ticket.side)
        rest = ticket.quantity - filled.get(key, _ZERO)
        if rest > 0 and not _STILL_WORKING.isdisjoint(states.get(key, [OrderState.INTENT])):
            found.append(_working(ticket, rest))
    return tuple(found)


def _working(ticket: OrderTicket, rest: Decimal) -> Working:
    return Working(
        ticket_digest=ticket.digest,
        symbol=ticket.symbol,
        side=ticket.side,
        quantity=rest,
        price=ticket.limit_price or ticket.reference_price,
        stop_price=ticket.stop_price,
        reduce_only=ticket.reduce_only,
    )

"""Pace rules: the same order twice, our own orders meeting, a strategy that is latched off.

Here too: how often and how much was done, for the rows of the predicate that count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from config.modes import Mode
from engine.market import Side
from guardrails.positions import Working
from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.rules.facts import Act, History, Resting
from guardrails.tickets import OrderTicket

EXIT_RESERVE: Final = 20
"""Exits a minute: a reserve that no entry can use up."""

MOVE_WINDOW: Final = timedelta(minutes=5)
MOVE_REST: Final = timedelta(minutes=15)
"""How long no entry passes after the reference has moved too far."""

SENTENCES: Final = {
    Reason.RATE_MESSAGES: "too many orders in too short a time: wait a minute",
    Reason.RATE_REPEATS: "the strategy repeats itself: a risk officer must let it on again",
    Reason.RATE_DAY_TRADES: "the day's number of trades is used up: tomorrow again",
    Reason.LIMIT_DAY_TURNOVER: "the day's turnover is used up: make it smaller or wait",
    Reason.ORDER_AGGREGATE_MAX: "the entries of this idea are together too large: wait",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose order it is: lineage, side, and the digest that must not count against itself."""

    lineage_id: str
    side: Side
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers and sums of what was done: see `StateInts`."""

    recent: Decimal
    repeats: int
    turnover: Decimal
    trades: int
    messages: int
    strategy_messages: int
    exits: int


def counted(asked: Asked, symbol: str, history: History, context: RiskContext) -> Counted:
    """What was done inside each window, the order itself apart."""
    acts = [act for act in history.acts if act.digest != asked.digest]
    present = now_of(context)
    window = timedelta(minutes=context.limits.repeat_window_min)
    today = _day(present)
    done = [act for act in acts if not act.refused]
    traded = [act for act in done if act.notional > 0 and _day(act.at) == today]
    same = [
        act
        for act in done
        if (act.lineage_id, act.symbol, act.side) == (asked.lineage_id, symbol, asked.side)
        and act.at > present - window
    ]
    second, minute = present - timedelta(seconds=1), present - timedelta(minutes=1)
    entries = [act for act in acts if not act.reduce_only]
    return Counted(
        recent=_sum(act for act in same if not act.reduce_only),
        repeats=len(same),
        turnover=_sum(traded),
        trades=len([act for act in traded if not act.reduce_only]),
        messages=len([act for act in entries if act.at > second]),
        strategy_messages=len(
            [a for a in entries if a.lineage_id == asked.lineage_id and a.at > minute]
        ),
        exits=len([act for act in acts if act.reduce_only and act.at > minute]),
    )


def now_of(context: RiskContext) -> datetime:
    """The present that windows are measured from: in paper the market's, elsewhere wall time."""
    market = context.market_now if context.mode is Mode.PAPER else None
    return market or context.now


def held_by(lineage_id: str, history: History, entering: Sequence[Working]) -> frozenset[str]:
    """Symbols that a strategy holds or enters; a shared symbol counts for each in full."""
    digests = {act.digest for act in history.acts if act.lineage_id == lineage_id}
    working = {item.symbol for item in entering if item.ticket_digest in digests}
    held = {symbol for owner, symbol in history.holdings if owner == lineage_id}
    return frozenset(working | held)


def widest_move(
    track: Sequence[tuple[datetime, Decimal]], now: datetime
) -> tuple[Decimal, Decimal]:
    """Ends (low, high) of the widest relative move inside five minutes of the last fifteen."""
    lows: deque[tuple[datetime, Decimal]] = deque()
    highs: deque[tuple[datetime, Decimal]] = deque()
    widest = (Decimal(1), Decimal(1))
    for time, price in track:
        while lows and lows[-1][1] >= price:
            lows.pop()
        while highs and highs[-1][1] <= price:
            highs.pop()
        lows.append((time, price))
        highs.append((time, price))
        for ends in (lows, highs):
            while ends[0][0] < time - MOVE_WINDOW:
                ends.popleft()
        if now - MOVE_REST <= time <= now:
            low, high = lows[0][1], highs[0][1]
            if high * widest[0] > widest[1] * low:
                widest = (low, high)
    return widest


def duplicate(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny the same entry again inside the window; an exit is bounded by what is held."""
    since = now_of(context) - timedelta(seconds=context.limits.duplicate_window_s)
    wanted = (ticket.lineage_id, ticket.symbol, ticket.side, ticket.quantity)
    found = [
        act
        for act in _acts(context)
        if act.digest != ticket.digest
        and act.at > since
        and (act.lineage_id, act.symbol, act.side, act.quantity) == wanted
    ]
    if ticket.reduce_only or not found:
        return ()
    return (
        Denial.of(
            Reason.ORDER_DUPLICATE,
            "the same order was released a short while ago",
            ticket=found[-1].digest,
            duplicate_window_s=context.limits.duplicate_window_s,
        ),
    )


def latched(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny entries of a strategy that repeated itself; no time ends the latch."""
    history = context.history
    if history is None or ticket.reduce_only or ticket.lineage_id not in history.latched:
        return ()
    return (
        Denial.of(
            Reason.RATE_REPEATS,
            "the strategy is latched off since it repeated itself: a risk officer lets it on again",
            lineage=ticket.lineage_id,
        ),
    )


def self_cross(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny an order that could meet one of our own that rests; two immediate ones never meet."""
    price = ticket.limit_price or ticket.reference_price
    for item in () if context.history is None else context.history.resting:
        if (
            item.symbol == ticket.symbol
            and item.side is not ticket.side
            and _meets(ticket, price, item)
        ):
            return (
                Denial.of(
                    Reason.ORDER_SELF_CROSS,
                    "an order of ours on the other side could be its counterpart: cancel it first",
                    symbol=ticket.symbol,
                    side=item.side,
                    limit=item.limit,
                    trigger=item.trigger,
                ),
            )
    return ()


def _meets(ticket: OrderTicket, price: Decimal, item: Resting) -> bool:
    """Whether the two could trade: limits that overlap, or a resting order under a stop."""
    if item.trigger is not None:
        # what leaves at once is gone before the stop can be triggered
        waits = ticket.time_in_force != "ioc"
        reached = price <= item.trigger if ticket.side is Side.BUY else price >= item.trigger
        return waits and reached
    if item.limit is None:
        return True
    return price >= item.limit if ticket.side is Side.BUY else price <= item.limit


def _acts(context: RiskContext) -> tuple[Act, ...]:
    return () if context.history is None else context.history.acts


def _sum(acts: Iterable[Act]) -> Decimal:
    return sum((act.notional for act in acts), Decimal(0))


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()

"""Fill rules: at which raw price an order is done inside one bar.

Shared by the backtest and by the paper venue, so that both give the same fills on the same bars.
Plain floats in, plain floats out: no object is made, nothing is remembered, and a compiler can
take the functions as they are. NaN stands for "no level" and for "not filled".

Order inside a bar: market orders at the open; then a stop or target that the open has already
passed, at the open; then the stop; then the target. When both are inside the bar the stop counts.
"""

from __future__ import annotations

import math
from typing import Final

BUY: Final = 1
SELL: Final = -1

NOTHING: Final = 0
STOP: Final = 1
TARGET: Final = 2

_NOT_FILLED: Final = math.nan


def with_impact(raw: float, order: int, impact: float) -> float:
    """Price of a market or stop fill: the raw price made worse by the fraction `impact`.

    Args:
        raw: price on the tape, quote currency per unit.
        order: BUY pays more, SELL receives less.
        impact: half the spread plus slippage as a fraction of one (`CostModel.impact`).
    """
    return raw * (1.0 + order * impact)


def stop_order(order: int, trigger: float, open_: float, high: float, low: float) -> float:
    """Raw price at which a stop order is done in this bar, NaN when the trigger is not reached.

    Opened beyond the trigger: the open (a gap is never filled at the trigger). Else the trigger
    itself; touching it is enough.
    """
    if order > 0:
        if open_ >= trigger:
            return open_
        return trigger if high >= trigger else _NOT_FILLED
    if open_ <= trigger:
        return open_
    return trigger if low <= trigger else _NOT_FILLED


def limit_order(  # noqa: PLR0913, PLR0917 - an order, a bar of three prices and one rule
    order: int,
    limit: float,
    open_: float,
    high: float,
    low: float,
    through: bool,
) -> float:
    """Raw price at which a limit order is done in this bar, NaN when it is not.

    Opened better than the limit: the open. Else the limit, if the bar trades beyond it
    (`through`) or reaches it (not `through`).
    """
    if order > 0:
        if open_ < limit:
            return open_
        return limit if low < limit or (low == limit and not through) else _NOT_FILLED
    if open_ > limit:
        return open_
    return limit if high > limit or (high == limit and not through) else _NOT_FILLED


def protective_exit(  # noqa: PLR0913, PLR0917 - a position, two levels, a bar and one rule
    direction: int,
    stop: float,
    target: float,
    open_: float,
    high: float,
    low: float,
    through: bool,
) -> tuple[float, int]:
    """Raw price and kind (STOP, TARGET, NOTHING) of the protective exit inside one bar.

    Holds for every bar in which the position is open at the bar's open, the entry bar included: a
    position that opens beyond its own stop is out at that same open.

    Args:
        direction: +1 long, -1 short.
        stop: protective stop, NaN for none.
        target: profit target (a limit order), NaN for none.
        open_: the bar's open; `high` and `low` its extremes.
        high: highest price of the bar.
        low: lowest price of the bar.
        through: the target must be traded through, touching it is not enough.
    """
    stopped = stop_order(-direction, stop, open_, high, low)
    if stopped == open_:
        return stopped, STOP
    beyond = open_ - target if direction > 0 else target - open_
    if beyond > 0.0 or (beyond == 0.0 and not through):
        return open_, TARGET
    if stopped == stopped:  # noqa: PLR0124 - not NaN, without a call in the hot loop
        return stopped, STOP
    reached = limit_order(-direction, target, open_, high, low, through)
    if reached == reached:  # noqa: PLR0124 - not NaN, without a call in the hot loop
        return reached, TARGET
    return _NOT_FILLED, NOTHING


def tighter(direction: int, level: float, candidate: float) -> float:
    """The stop level nearer to the price: levels ratchet, they never move away from it.

    NaN on either side means "none", so the other one counts.
    """
    if level != level:  # noqa: PLR0124 - NaN, without a call in the hot loop
        return candidate
    if direction > 0:
        return candidate if candidate > level else level  # noqa: FURB136 - NaN must not win
    return candidate if candidate < level else level  # noqa: FURB136 - NaN must not win


def ruin_price(direction: int, cash: float, quantity: float) -> float:
    """Raw price at which cash plus position is worth nothing, NaN when no price does that.

    Args:
        direction: +1 long, -1 short.
        cash: account cash after the entry, quote currency (negative when borrowed).
        quantity: units held, above zero.
    """
    price = -direction * cash / quantity
    return price if price > 0.0 else _NOT_FILLED

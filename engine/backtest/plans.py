"""Decisions as plain sequences: what the bar loop reads, worked out once for all bars.

A plan holds, for each bar, what an entry decided at that close would look like: its first stop,
its target, and the reason why it would not become an order at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.backtest.costs import CostModel
from engine.backtest.orders import (
    FINE,
    FIXED_FRACTION,
    FIXED_NOTIONAL,
    RISK_PER_TRADE,
    STOP_MISSING,
    STOP_WRONG_SIDE,
    TARGET_WRONG_SIDE,
    Terms,
)
from engine.data.bars import Bars, BoolArray, FloatArray
from engine.errors import InputError
from engine.language.decisions import Decisions, SideDecisions
from engine.market import Instrument

MIN_STOP_TICKS: Final = 2

_KINDS: Final = {
    "fixed_fraction": FIXED_FRACTION,
    "fixed_notional": FIXED_NOTIONAL,
    "risk_per_trade": RISK_PER_TRADE,
}
# A distance of exactly two ticks may come out a rounding error short of it.
_TICK_TOLERANCE: Final = 1.0 - 1e-9


class Tape(NamedTuple):
    """What the loop reads of every bar.

    Attributes:
        open, high, low, close: prices, quote currency per unit.
        absent: nothing can be filled in this bar.
        wants: entry decided at the close: +1 long, -1 short, 0 none.
    """

    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    absent: Sequence[bool]
    wants: Sequence[int]


class SidePlan(NamedTuple):
    """One side's decisions, one value per bar.

    Attributes:
        direction: +1 long, -1 short.
        leave: exit condition at the close.
        level: first stop of an entry decided at the close, NaN for none.
        trails: whether that first stop is a trailing level.
        target: target of such an entry, NaN for none.
        fault: FINE, or why no order comes of such an entry.
        trail: trailing level known at the close, NaN for none.
        keep: best price since entry times this is a trailing level too; 0 for none.
        time_bars: out at the open after so many bars held, 0 for none.
    """

    direction: int
    leave: Sequence[bool]
    level: Sequence[float]
    trails: Sequence[bool]
    target: Sequence[float]
    fault: Sequence[int]
    trail: Sequence[float]
    keep: float
    time_bars: int


class Sides(NamedTuple):
    """Both plans; a side that the spec does not have is never asked for."""

    long: SidePlan
    short: SidePlan

    def of(self, direction: int) -> SidePlan:
        """Plan of +1 long or -1 short."""
        return self.long if direction > 0 else self.short


def tape_of(bars: Bars, wants: NDArray[np.int8]) -> Tape:
    """Columns as lists: reading one number from a list is three times as fast as from an array."""
    return Tape(
        open=bars.open.tolist(),
        high=bars.high.tolist(),
        low=bars.low.tolist(),
        close=bars.close.tolist(),
        absent=absent_bars(bars).tolist(),
        wants=wants.tolist(),
    )


def absent_bars(bars: Bars) -> BoolArray:
    """Bars in which nothing can be filled: nothing was traded. Shape (n,).

    Currency pairs have no central tape, their volume column says nothing and is not read.
    """
    if bars.instrument.kind == "fx":
        return np.zeros(len(bars), dtype=np.bool_)
    return bars.volume <= 0.0


def wants_of(decisions: Decisions, n: int) -> NDArray[np.int8]:
    """+1, -1 or 0: the entry decided at each close. Shape (n,).

    Entry and exit of one side at once give no entry; two opposite entries at once give none.
    """
    wants = np.zeros(n, dtype=np.int8)
    for direction, side in ((1, decisions.long), (-1, decisions.short)):
        if side is not None:
            wants[side.enter & ~side.exit] += np.int8(direction)
    if decisions.long is not None and decisions.short is not None:
        both = decisions.long.enter & ~decisions.long.exit
        wants[both & decisions.short.enter & ~decisions.short.exit] = 0
    wants[: decisions.warmup] = 0
    return wants


def following(wants: NDArray[np.int8]) -> list[int]:
    """For each bar, the first bar at or after it whose close decides an entry; n when none."""
    n = len(wants)
    marks = np.where(wants != 0, np.arange(n), n)
    ahead = np.minimum.accumulate(marks[::-1])[::-1]
    return [*ahead.tolist(), n]


def first_stop(side: SideDecisions, direction: int, close: FloatArray) -> FloatArray:
    """Tightest protective level known at each close for an entry decided there, NaN for none."""
    nearer = np.fmax if direction > 0 else np.fmin
    level: FloatArray = nearer(side.stop, trailing_start(side, direction, close))
    return level


def trailing_start(side: SideDecisions, direction: int, close: FloatArray) -> FloatArray:
    """The trailing part of the first stop: ref is the best price there is before the entry."""
    if side.trailing_fraction <= 0.0:
        return side.trail
    nearer = np.fmax if direction > 0 else np.fmin
    start: FloatArray = nearer(side.trail, close * (1.0 - direction * side.trailing_fraction))
    return start


def _faults(
    direction: int, close: FloatArray, level: FloatArray, target: FloatArray, least: float
) -> NDArray[np.int64]:
    """Why an entry decided at a close is skipped; comparisons with NaN are False on purpose."""
    away = direction * (close - level)
    fault = np.zeros(len(close), dtype=np.int64)
    fault[direction * (target - close) <= 0.0] = TARGET_WRONG_SIDE
    fault[(away <= 0.0) | (away < least)] = STOP_WRONG_SIDE
    return fault


def side_plan(
    side: SideDecisions, direction: int, bars: Bars, terms: Terms, least: float
) -> SidePlan:
    """Plan of one side.

    Args:
        side: its decisions.
        direction: +1 long, -1 short.
        bars: the run's bars.
        terms: sizing; risk_per_trade asks for a stop.
        least: smallest distance of a stop from ref, quote currency.
    """
    level = first_stop(side, direction, bars.close)
    fault = _faults(direction, bars.close, level, side.target, least)
    if terms.kind == RISK_PER_TRADE:
        fault[np.isnan(level) & (fault == FINE)] = STOP_MISSING
    fraction = side.trailing_fraction
    return SidePlan(
        direction=direction,
        leave=side.exit.tolist(),
        level=level.tolist(),
        trails=(level == trailing_start(side, direction, bars.close)).tolist(),
        target=side.target.tolist(),
        fault=fault.tolist(),
        trail=side.trail.tolist(),
        keep=1.0 - direction * fraction if fraction > 0.0 else 0.0,
        time_bars=side.time_bars,
    )


def sides_of(decisions: Decisions, bars: Bars, terms: Terms, least: float) -> Sides:
    """Plans of both sides.

    Raises:
        InputError: SIDE_MISSING when there is neither, SHORT_NOT_POSSIBLE.
    """
    if decisions.short is not None and not bars.instrument.shorts_allowed:
        raise InputError(
            "SHORT_NOT_POSSIBLE",
            f"{bars.instrument.symbol} cannot be sold short on {bars.instrument.venue}",
            value=bars.instrument.symbol,
            hint="remove the short rules, or use an instrument that can be borrowed",
        )
    plans = [
        side_plan(side, direction, bars, terms, least)
        for direction, side in ((1, decisions.long), (-1, decisions.short))
        if side is not None
    ]
    if not plans:
        raise InputError(
            "SIDE_MISSING", "there is no rule to run", hint="add a long or a short rule"
        )
    return Sides(plans[0], plans[-1])


def least_distance(instrument: Instrument) -> float:
    """Smallest distance of a stop from ref: two ticks, quote currency."""
    return MIN_STOP_TICKS * float(instrument.price_step) * _TICK_TOLERANCE


def terms_of(
    decisions: Decisions, costs: CostModel, instrument: Instrument, *, grid: bool
) -> Terms:
    """Sizing and costs as plain numbers.

    Raises:
        InputError: SIZING_NOT_AVAILABLE, SIZING_VALUE.
    """
    sizing = decisions.sizing
    if sizing.kind not in _KINDS:
        raise InputError(
            "SIZING_NOT_AVAILABLE",
            f"this engine cannot size by {sizing.kind} yet",
            value=sizing.kind,
            hint=f"use {', '.join(_KINDS)}",
        )
    if sizing.value is None or not sizing.value > 0.0:
        raise InputError(
            "SIZING_VALUE",
            "a position needs a size above zero",
            value=sizing.value,
            hint="write sizing.value as a fraction of one, such as 0.1",
        )
    return Terms(
        kind=_KINDS[sizing.kind],
        value=sizing.value,
        max_fraction=sizing.max_position_frac,
        lots_per_unit=float(1 / instrument.quantity_step) if grid else 0.0,
        min_quantity=float(instrument.min_quantity) if grid else 0.0,
        max_quantity=float(instrument.max_quantity) if grid else float("inf"),
        min_notional=float(instrument.min_notional) if grid else 0.0,
        impact=costs.impact,
        taker=costs.taker,
        maker=costs.maker,
        through=costs.limit_fill == "through",
        cooldown=decisions.cooldown_bars,
    )

"""Market columns for the bar loop: prices, what may be done in a bar, funding, impact."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.backtest.costs import CostModel
from engine.backtest.layout import (
    ABSENT,
    CLOSED,
    FLAT,
    NEW_DAY,
    NEW_WEEK,
    NO_BAR,
    RESIZE,
    WAITS,
)
from engine.data.bars import Bars, BoolArray, FloatArray
from engine.data.panel import Panel
from engine.data.periods import spans
from engine.indicators.calendar import local_time
from engine.language.decisions import Decisions
from engine.market import Instrument, bars_per_year

MIN_STOP_TICKS: Final = 2
_EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday
# A distance of exactly two ticks may come out a rounding error short of it.
_TICK_TOLERANCE: Final = 1.0 - 1e-9

Marks = NDArray[np.uint8]


def least_distance(instrument: Instrument) -> float:
    """Smallest distance of a stop from ref: two ticks, quote currency."""
    return MIN_STOP_TICKS * float(instrument.price_step) * _TICK_TOLERANCE


def absent_bars(bars: Bars) -> BoolArray:
    """Bars in which nothing can be filled: nothing was traded. Shape (n,).

    Currency pairs have no central tape, their volume column says nothing and is not read.
    """
    if bars.instrument.kind == "fx":
        return np.zeros(len(bars), dtype=np.bool_)
    return bars.volume <= 0.0


def spread_flags(panel: Panel, place: int, flags: BoolArray) -> BoolArray:
    """Flags of one instrument's own bars on the common timeline, False without a bar."""
    rows = panel.rows[place]
    if len(flags) == len(panel):
        return flags
    return np.where(rows >= 0, flags[np.maximum(rows, 0)], False)


def spread_levels(panel: Panel, place: int, values: FloatArray) -> FloatArray:
    """Levels of one instrument's own bars on the common timeline, NaN without a bar."""
    return values if len(values) == len(panel) else panel.spread_out(place, values)


def carried(panel: Panel, place: int, values: FloatArray) -> FloatArray:
    """Prices on the common timeline, the last known one where there is no bar.

    Before the first bar stands the first price: nothing can be held there.
    """
    if len(values) == len(panel):
        return values
    rows = np.maximum.accumulate(panel.rows[place])
    return values[np.maximum(rows, 0)]


def prices(panel: Panel, name: str) -> FloatArray:
    """One price column of all instruments, shape (s * n,); the last close where there is no bar."""
    if len(panel.each) == 1:
        column: FloatArray = getattr(panel.each[0], name)
        return column
    parts = []
    for place, bars in enumerate(panel.each):
        close = carried(panel, place, bars.close)
        own = spread_levels(panel, place, getattr(bars, name))
        parts.append(np.where(np.isnan(own), close, own))
    return np.concatenate(parts)


def marks_of(panel: Panel, each: tuple[Decisions, ...]) -> Marks:
    """Bits of every bar, shape (s * n,)."""
    blocks = []
    for place, (bars, decisions) in enumerate(zip(panel.each, each, strict=True)):
        marks = absent_bars(bars).view(np.uint8)
        if len(bars) < len(panel):
            rows = panel.rows[place]
            marks = np.where(rows >= 0, marks[np.maximum(rows, 0)], _without_bar(panel, place))
        hours = decisions.hours
        for bit, flags in (
            (CLOSED, hours.closed), (FLAT, hours.flat), (RESIZE, decisions.resize),
            (NEW_DAY, hours.new_day), (NEW_WEEK, hours.new_week),
        ):  # fmt: skip
            if flags is not None:
                spread = spread_flags(panel, place, flags)
                marks = marks | (spread.view(np.uint8) * np.uint8(bit))
        blocks.append(marks)
    if len(blocks) > 1 and each[0].hours.new_day is not None:
        blocks[0] = blocks[0] & ~np.uint8(NEW_DAY | NEW_WEEK) | _account_days(panel)
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _without_bar(panel: Panel, place: int) -> Marks:
    """Bits of the times at which an instrument has no bar of its own. Shape (n,).

    Its market is shut: orders wait for its next bar. It should have one (planned by its calendar,
    on the beat of its bars), or has had none yet: market orders are dropped.
    """
    bars, rows = panel.each[place], np.maximum.accumulate(panel.rows[place])
    here = replace(bars, time=panel.time)
    since = panel.time - bars.time[np.maximum(rows, 0)]
    missing = spans(here).inside & (since % (bars.timeframe.seconds * 1000) == 0)
    return np.where(missing, np.uint8(ABSENT | NO_BAR), np.uint8(ABSENT | NO_BAR | WAITS))


def _account_days(panel: Panel) -> Marks:
    """First times of the account's days and weeks: those of the first instrument's zone."""
    day = local_time(replace(panel.each[0], time=panel.time)).day
    found = np.zeros(len(panel), dtype=np.uint8)
    for number, bit in ((day, NEW_DAY), ((day + _EPOCH_WEEKDAY) // 7, NEW_WEEK)):
        found |= np.append(True, np.diff(number) != 0).astype(np.uint8) * np.uint8(bit)
    return found


def funding_of(panel: Panel) -> FloatArray:
    """Funding rate of events in each bar, 0 for none, shape (s * n,); one cell if there is none."""
    if all(bars.funding is None for bars in panel.each):
        return np.zeros(1)
    parts = [
        np.zeros(len(panel)) if bars.funding is None
        else np.nan_to_num(spread_levels(panel, place, bars.funding))
        for place, bars in enumerate(panel.each)
    ]  # fmt: skip
    return np.concatenate(parts)


def impact_of(panel: Panel, costs: CostModel) -> FloatArray:
    """Half the spread plus slippage: one cell, or one a bar (s * n,) when it varies.

    What varies is taken from the bar before the fill, which is known when the order is sent.
    """
    if not costs.varying:
        return np.array([costs.impact])
    parts = []
    for place, bars in enumerate(panel.each):
        half = np.full(len(bars), costs.spread_bps / 2 / 10_000)
        if costs.spread == "quoted" and bars.spread is not None:
            half = np.maximum(half, bars.spread / 2)
        here = half + costs.slippage_range * (bars.high - bars.low) / bars.close
        before = np.concatenate((here[:1], here[:-1])) + costs.slippage_bps / 10_000
        parts.append(carried(panel, place, before))
    return np.concatenate(parts)


def _bars_a_year(bars: Bars) -> float:
    return bars_per_year(bars.timeframe, bars.instrument.calendar)


def steps_of(panel: Panel, *, grid: bool) -> list[float]:
    """Per instrument the cells that `layout.Machine.steps` names."""
    steps: list[float] = []
    first = _bars_a_year(panel.each[0])
    for bars in panel.each:
        found, share = bars.instrument, first / _bars_a_year(bars)
        if not grid:
            steps += [0.0, 0.0, float("inf"), 0.0, 0.0, share]
            continue
        steps += [
            float(1 / found.quantity_step), float(found.min_quantity), float(found.max_quantity),
            float(found.min_notional), least_distance(found), share,
        ]  # fmt: skip
    return steps

"""Gaps: which bars a market's calendar planned and the data do not have.

Absent is not zero and not stale. Nights, weekends, holidays and one-off closures of an exchange
are no gap; neither are the currency weekend, Christmas and New Year. What an exchange's bars are
aligned with (its opening bell or the full hour) is told from the bars themselves.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, BoolArray, IntArray
from engine.data.days import DAY_MS
from engine.data.periods import trade_days
from engine.data.sessions import last_pause, new_york_offset, one_off_closures, session_plan
from engine.market import Timeframe

_MONTH_MS: Final = 30.436875 * DAY_MS
_QUIET_DAYS: Final = (((12, 24), (12, 26)), ((12, 31), (12, 31)), ((1, 1), (1, 2)))
"""New York dates, first and last, on which currencies trade thinly or not at all."""
_WEEKDAYS: Final = 5
_EPOCH_WEEKDAY: Final = 3


class Gaps(NamedTuple):
    """Runs of absent bars, in order; int64, shape (gaps,).

    Attributes:
        after: row of the last bar before each gap.
        bars: planned bars that are absent in it.
        length: milliseconds from the close of that bar to the open of the next one.
    """

    after: IntArray
    bars: IntArray
    length: IntArray


def gaps_of(bars: Bars) -> Gaps:
    """All gaps between the first and the last bar."""
    missing = missing_bars(bars)
    after = np.flatnonzero(missing)
    length = bars.time[after + 1] - bars.close_time[after]
    return Gaps(after, missing[after], length)


def missing_bars(bars: Bars) -> IntArray:
    """Planned bars that are absent before each bar but the first, int64, shape (n - 1,)."""
    step = np.diff(bars.time)
    if bars.timeframe is Timeframe.MO1:
        return np.maximum(np.round(step / _MONTH_MS).astype(np.int64) - 1, 0)
    length = bars.timeframe.seconds * 1000
    if bars.instrument.calendar == "24/7" or bars.timeframe is Timeframe.W1:
        return np.maximum(np.round(step / length).astype(np.int64) - 1, 0)
    if bars.timeframe is Timeframe.D1:
        return _missing_days(bars)
    return _missing_inside(bars)


def _missing_days(bars: Bars) -> IntArray:
    """Trading days between the days of two bars."""
    if bars.instrument.calendar == "FX":
        # A server's midnight may be the evening before in UTC: the day is that of the close.
        days = (bars.close_time - 1) // DAY_MS
        planned = np.arange(days[0], days[-1] + 1)
        planned = planned[(planned + _EPOCH_WEEKDAY) % 7 < _WEEKDAYS]
        planned = planned[~_is_quiet(planned)]
    else:
        days = trade_days(bars)
        exchange = bars.instrument.calendar
        planned = session_plan(int(days[0]), int(days[-1]), exchange).day
        planned = np.setdiff1d(planned, one_off_closures(exchange))
    return _between(np.setdiff1d(planned, days), days)


def _missing_inside(bars: Bars) -> IntArray:
    """Bars of less than a day that the sessions, or the currency week, planned."""
    length = bars.timeframe.seconds * 1000
    phase = bars.time % length
    values, counts = np.unique(phase, return_counts=True)
    grid = np.arange(
        bars.time[0] // length * length, bars.time[-1] + length, length, dtype=np.int64
    ) + int(values[counts.argmax()])  # fmt: skip
    grid = grid[(grid > bars.time[0]) & (grid < bars.time[-1])]
    absent = np.setdiff1d(grid, bars.time)
    planned = _in_week(absent, length) if bars.instrument.calendar == "FX" else (
        _in_session(absent, length, bars.instrument.calendar)
    )  # fmt: skip
    return _between(absent[planned], bars.time)


def _in_week(opens: IntArray, length: int) -> BoolArray:
    """Which bars begin while currencies trade."""
    pause = last_pause(opens + length)
    day = (opens + new_york_offset(opens)) // DAY_MS
    open_week = ~((opens < pause.ends) & (opens + length > pause.begins))
    planned: BoolArray = open_week & ~_is_quiet(day)
    return planned


def _in_session(opens: IntArray, length: int, exchange: str) -> BoolArray:
    """Which bars lie wholly inside a session that took place."""
    if len(opens) == 0:
        return np.zeros(0, dtype=np.bool_)
    first, last = int(opens[0] // DAY_MS) - 1, int(opens[-1] // DAY_MS) + 8
    plan = session_plan(first, last, exchange)
    place = np.minimum(np.searchsorted(plan.closes, opens, side="right"), len(plan.closes) - 1)
    inside = (opens >= plan.opens[place]) & (opens + length <= plan.closes[place])
    planned: BoolArray = inside & ~np.isin(plan.day[place], one_off_closures(exchange))
    return planned


def _is_quiet(days: IntArray) -> BoolArray:
    """Days around Christmas and New Year, by day number."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    number = month * 100 + day
    quiet = np.zeros(len(days), dtype=np.bool_)
    for first, last in _QUIET_DAYS:
        quiet |= (number >= first[0] * 100 + first[1]) & (number <= last[0] * 100 + last[1])
    return quiet


def _between(absent: IntArray, present: IntArray) -> IntArray:
    """How many of the absent lie between each two neighbours, shape (n - 1,)."""
    place = np.searchsorted(present, absent) - 1
    counts: IntArray = np.bincount(place, minlength=max(len(present) - 1, 0)).astype(np.int64)
    return counts[: max(len(present) - 1, 0)]

"""Timeline: open times of consecutive bars that an instrument's calendar plans."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from engine.data.bars import IntArray
from engine.data.days import DAY_MS
from engine.data.sessions import last_pause, session_hours, session_plan
from engine.market import Calendar, Timeframe

_MONDAY: Final = 4 * DAY_MS


def open_times(calendar: Calendar, timeframe: Timeframe, count: int, first_ms: int = 0) -> IntArray:
    """The first `count` planned opens at or after `first_ms`, int64 UTC milliseconds.

    Days and longer are labels at midnight UTC (weeks: Monday, months: the 1st). Shorter bars of an
    exchange begin with its session and stay inside it; those of FX leave out the weekend, Friday
    to Sunday 17:00 in New York.
    """
    if timeframe is Timeframe.MO1:
        month = int(np.datetime64(first_ms - 1, "ms").astype("datetime64[M]").astype(int)) + 1
        months = np.arange(month, month + count).astype("datetime64[M]")
        return months.astype("datetime64[ms]").astype(np.int64)
    length = timeframe.seconds * 1000
    if timeframe is Timeframe.W1 or calendar == "24/7":
        anchor = _MONDAY if timeframe is Timeframe.W1 else 0
        begin = anchor - (anchor - first_ms) // length * length
        return begin + length * np.arange(count, dtype=np.int64)
    made = _currency_times if calendar == "FX" else partial(_share_times, calendar)
    return _enough(made, length, count, first_ms)


def _enough(
    made: Callable[[int, int, int], IntArray], length: int, count: int, first_ms: int
) -> IntArray:
    """Widen the days looked at until they hold `count` bars."""
    first_day = first_ms // DAY_MS
    days = 40 + 2 * count * length // DAY_MS
    times = np.zeros(0, dtype=np.int64)
    while len(times) < count:
        times = made(first_day, first_day + days, length)
        times = times[times >= first_ms]
        days *= 2
    return times[:count]


def _share_times(exchange: str, first_day: int, last_day: int, length: int) -> IntArray:
    plan = session_plan(first_day, last_day, exchange)
    if length >= DAY_MS:
        return plan.day * DAY_MS
    begins, ends = session_hours(exchange)
    starts = np.arange(0, ends - begins, length, dtype=np.int64)
    times = plan.opens[:, None] + starts[None, :]
    return times[times < plan.closes[:, None]]


def _currency_times(first_day: int, last_day: int, length: int) -> IntArray:
    times = np.arange(first_day * DAY_MS, (last_day + 1) * DAY_MS, length, dtype=np.int64)
    if length >= DAY_MS:
        return times[(times // DAY_MS + 3) % 7 < 5]  # noqa: PLR2004 - Monday to Friday
    return times[times >= last_pause(times + 1).ends]

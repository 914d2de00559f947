"""Calendar names: day, month, session of a bar's OPEN time in the instrument's zone.

Everything follows from the planned calendar, never from the bars that come later: unplanned
closures (storms, funerals) are not in it, because nobody knew them the day before. Bars that open
at 00:00 UTC on a day or longer timeframe are day labels and keep their date.

Zones: 24/7 and FX count in UTC, exchanges in their own time (`engine.data.sessions`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray
from engine.data.clocks import zone_offset
from engine.data.days import DAY_MS
from engine.data.sessions import exchange_zone, session_hours, session_plan
from engine.market import Calendar, Timeframe

MINUTE_MS: Final = 60_000
_ROUND_THE_CLOCK: Final = frozenset({"24/7", "FX"})
_DAY_MINUTES: Final = 1440
_EPOCH_WEEKDAY: Final = 3
_SATURDAY: Final = 5
_DAYS: Final = np.dtype("datetime64[D]")


class LocalTime(NamedTuple):
    """Open times in the instrument's zone.

    Attributes:
        day: days since 1970-01-01 of the local date, int64 (n,).
        minute: minute of the local day, int64 (n,).
    """

    day: IntArray
    minute: IntArray


def local_time(bars: Bars) -> LocalTime:
    """Local date and minute of each bar's open."""
    time, calendar = bars.time, bars.instrument.calendar
    if calendar not in _ROUND_THE_CLOCK:
        label = (bars.timeframe.seconds >= Timeframe.D1.seconds) & (time % DAY_MS == 0)
        time = np.where(label, time, time + zone_offset(exchange_zone(calendar), time))
    return LocalTime(time // DAY_MS, time % DAY_MS // MINUTE_MS)


def _session_minutes(calendar: Calendar) -> tuple[int, int]:
    """Open and close of a usual session, minutes of the local day."""
    if calendar in _ROUND_THE_CLOCK:
        return 0, _DAY_MINUTES
    opens, closes = session_hours(calendar)
    return opens // MINUTE_MS, closes // MINUTE_MS


# Trading days


@lru_cache(maxsize=4096)
def _month_plan(calendar: Calendar, month: int) -> tuple[int, tuple[bool, ...]]:
    """(first day number, is it a trading day) of a month counted from 1970-01."""
    first = int(np.datetime64(month, "M").astype(_DAYS).astype(np.int64))
    last = int(np.datetime64(month + 1, "M").astype(_DAYS).astype(np.int64))
    if calendar not in _ROUND_THE_CLOCK:
        planned = frozenset(session_plan(first, last - 1, calendar).day.tolist())
        return first, tuple(day in planned for day in range(first, last))
    open_days = tuple(
        calendar == "24/7" or (day + _EPOCH_WEEKDAY) % 7 < _SATURDAY for day in range(first, last)
    )
    return first, open_days


def _days_of_month(bars: Bars, day: IntArray) -> tuple[FloatArray, FloatArray]:
    """(trading day of the month from 1, trading days left in it after this one)."""
    months = day.astype(_DAYS).astype("datetime64[M]").astype(np.int64)
    count = np.empty(len(day))
    left = np.empty(len(day))
    for month in np.unique(months).tolist():
        first, plan = _month_plan(bars.instrument.calendar, month)
        up_to = np.cumsum(np.array(plan, dtype=np.int64))
        rows = months == month
        count[rows] = up_to[day[rows] - first]
        left[rows] = up_to[-1] - count[rows]
    return count, left


# The names of the language, each shape (n,)


def day_of_week(bars: Bars) -> FloatArray:
    """0 = Monday .. 6 = Sunday."""
    return ((local_time(bars).day + _EPOCH_WEEKDAY) % 7).astype(float)


def day_of_month(bars: Bars) -> FloatArray:
    """1..31."""
    day = local_time(bars).day.astype(_DAYS)
    return (day - day.astype("datetime64[M]").astype(_DAYS)).astype(float) + 1


def month(bars: Bars) -> FloatArray:
    """1..12."""
    months = local_time(bars).day.astype(_DAYS).astype("datetime64[M]").astype(np.int64)
    return (months % 12 + 1).astype(float)


def hour(bars: Bars) -> FloatArray:
    """0..23."""
    return (local_time(bars).minute // 60).astype(float)


def minute_of_day(bars: Bars) -> FloatArray:
    """0..1439."""
    return local_time(bars).minute.astype(float)


def trading_day_of_month(bars: Bars) -> FloatArray:
    """1 = first trading day of the month; a day without trading keeps the count before it."""
    return _days_of_month(bars, local_time(bars).day)[0]


def trading_days_left_in_month(bars: Bars) -> FloatArray:
    """0 = last trading day of the month, by the planned calendar."""
    return _days_of_month(bars, local_time(bars).day)[1]


def session_minute(bars: Bars) -> IntArray:
    """Minutes between the session's open and the bar's open; below zero before the session."""
    return local_time(bars).minute - _session_minutes(bars.instrument.calendar)[0]


def session_bar(bars: Bars) -> FloatArray:
    """0 = first bar of the session; 0 on bars of a day and longer, missing outside the session."""
    if bars.timeframe.seconds >= Timeframe.D1.seconds:
        return np.zeros(len(bars))
    minute = session_minute(bars)
    place = (minute // (bars.timeframe.seconds // 60)).astype(float)
    opens, closes = _session_minutes(bars.instrument.calendar)
    outside = (minute < 0) | (minute >= closes - opens)
    place[outside] = np.nan
    return place


def session_opens(bars: Bars) -> BoolArray:
    """First bar of each session that was seen from its start.

    That is a bar at the planned open, or the first bar of a day after a bar of an earlier one.
    """
    day = local_time(bars).day
    fresh = np.zeros(len(bars), dtype=np.bool_)
    fresh[1:] = day[1:] > day[:-1]
    minute = session_minute(bars)
    if bars.timeframe.seconds >= Timeframe.D1.seconds:
        return np.ones(len(bars), dtype=np.bool_)
    at_open: BoolArray = minute == 0
    return fresh | at_open


def opening_minutes(bars: Bars, minutes: float) -> tuple[FloatArray, BoolArray]:
    """(1 inside the session's first minutes, bars at whose close those have passed)."""
    minute = session_minute(bars)
    inside = (minute >= 0) & (minute < minutes)
    over = minute + bars.timeframe.seconds // 60 >= minutes
    return inside.astype(float), over


TURNS: Final = tuple(
    np.datetime64(date, "D").astype(np.int64)
    for date in (
        "2007-02-25", "2011-06-14", "2015-10-02", "2020-01-19", "2022-03-15", "2024-05-08",
        "2026-07-02", "2028-08-26", "2032-12-14",
    )
)  # fmt: skip
"""Turn dates of Armstrong's 8.6-year model, as day numbers: lore, not statistically supported."""


def ecm_window(bars: Bars, days: float) -> FloatArray:
    """1 within so many days of a turn date, else 0."""
    day = local_time(bars).day
    near: NDArray[np.bool_] = np.zeros(len(bars), dtype=np.bool_)
    for turn in TURNS:
        near |= np.abs(day - turn) <= days
    return near.astype(float)

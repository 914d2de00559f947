"""Calendar names: day, month, session of a bar's OPEN time in the instrument's zone.

Everything follows from the planned calendar, never from the bars that come later: unplanned
closures (storms, funerals) are not in it, because nobody knew them the day before. Bars that open
at 00:00 UTC on a day or longer timeframe are day labels and keep their date.

Zones: 24/7 and FX count in UTC, XNYS in New York time with the United States' clock changes.
Sources: United States Code 15 section 260a (clock changes since 1967), exchange holiday rules.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray
from engine.market import Calendar, Timeframe

DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
_SESSION_OPEN: Final[dict[Calendar, int]] = {"24/7": 0, "FX": 0, "XNYS": 9 * 60 + 30}
_SESSION_MINUTES: Final[dict[Calendar, int]] = {"24/7": 1440, "FX": 1440, "XNYS": 390}
_EPOCH_WEEKDAY: Final = 3
_SATURDAY: Final = 5
_MONDAY: Final = 0
_THURSDAY: Final = 3
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
    time = bars.time
    if bars.instrument.calendar == "XNYS":
        label = (bars.timeframe.seconds >= Timeframe.D1.seconds) & (time % DAY_MS == 0)
        time = np.where(label, time, time + _new_york_offset(time))
    return LocalTime(time // DAY_MS, time % DAY_MS // MINUTE_MS)


# Clock changes of New York


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> int:
    """Day number of the n-th (1..) weekday of a month; n = 0 is the last one."""
    if n == 0:
        following = (year + month // 12, month % 12 + 1)
        return _nth_weekday(*following, weekday, 1) - 7
    first = _day_number(year, month, 1)
    return first + (weekday - (first + _EPOCH_WEEKDAY)) % 7 + 7 * (n - 1)


def _day_number(year: int, month: int, day: int) -> int:
    return int(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D").astype(np.int64))


@lru_cache(maxsize=256)
def _summer(year: int) -> tuple[int, int]:
    """Milliseconds UTC at which summer time begins and ends in New York."""
    sunday = 6
    if year >= 2007:  # noqa: PLR2004 - Energy Policy Act of 2005
        begin, end = _nth_weekday(year, 3, sunday, 2), _nth_weekday(year, 11, sunday, 1)
    elif year >= 1987:  # noqa: PLR2004 - amendment of 1986
        begin, end = _nth_weekday(year, 4, sunday, 1), _nth_weekday(year, 10, sunday, 0)
    else:
        begin, end = _nth_weekday(year, 4, sunday, 0), _nth_weekday(year, 10, sunday, 0)
    return begin * DAY_MS + 7 * HOUR_MS, end * DAY_MS + 6 * HOUR_MS


def _new_york_offset(time: IntArray) -> IntArray:
    """Milliseconds to add to UTC."""
    years = time.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    offset = np.full(len(time), -5 * HOUR_MS, dtype=np.int64)
    for year in np.unique(years).tolist():
        begin, end = _summer(year)
        offset[(years == year) & (time >= begin) & (time < end)] = -4 * HOUR_MS
    return offset


# Trading days


@lru_cache(maxsize=256)
def _holidays(year: int) -> frozenset[int]:
    """Planned full-day closures of the New York Stock Exchange, as day numbers."""
    fixed = [(1, 1), (7, 4), (12, 25)]
    if year >= 2022:  # noqa: PLR2004 - Juneteenth
        fixed.append((6, 19))
    days = {_observed(year, month, day) for month, day in fixed}
    days |= {
        _nth_weekday(year, 2, _MONDAY, 3),
        _nth_weekday(year, 5, _MONDAY, 0),
        _nth_weekday(year, 9, _MONDAY, 1),
        _nth_weekday(year, 11, _THURSDAY, 4),
        _easter(year) - 2,
    }
    if year >= 1998:  # noqa: PLR2004 - Martin Luther King Day
        days.add(_nth_weekday(year, 1, _MONDAY, 3))
    return frozenset(days)


def _observed(year: int, month: int, day: int) -> int:
    """A fixed holiday: Sunday moves to Monday, Saturday to Friday (New Year's Day is lost)."""
    number = _day_number(year, month, day)
    weekday = (number + _EPOCH_WEEKDAY) % 7
    if weekday == _SATURDAY:
        return number if month == 1 else number - 1
    return number + (weekday > _SATURDAY)


def _easter(year: int) -> int:
    """Easter Sunday. Source: the anonymous Gregorian computus (Nature, 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    letter = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * letter) // 451
    month, day = divmod(epact + letter - 7 * shift + 114, 31)
    return _day_number(year, month, day + 1)


@lru_cache(maxsize=4096)
def _month_plan(calendar: Calendar, month: int) -> tuple[int, tuple[bool, ...]]:
    """(first day number, is it a trading day) of a month counted from 1970-01."""
    first = int(np.datetime64(month, "M").astype(_DAYS).astype(np.int64))
    last = int(np.datetime64(month + 1, "M").astype(_DAYS).astype(np.int64))
    closed = _holidays(1970 + month // 12) if calendar == "XNYS" else frozenset()
    open_days = tuple(
        calendar == "24/7" or ((day + _EPOCH_WEEKDAY) % 7 < _SATURDAY and day not in closed)
        for day in range(first, last)
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
    return local_time(bars).minute - _SESSION_OPEN[bars.instrument.calendar]


def session_bar(bars: Bars) -> FloatArray:
    """0 = first bar of the session; 0 on bars of a day and longer, missing outside the session."""
    if bars.timeframe.seconds >= Timeframe.D1.seconds:
        return np.zeros(len(bars))
    minute = session_minute(bars)
    place = (minute // (bars.timeframe.seconds // 60)).astype(float)
    outside = (minute < 0) | (minute >= _SESSION_MINUTES[bars.instrument.calendar])
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

"""Planned trading times: New York clock changes, the XNYS session plan, the currency week.

Everything is known beforehand: unplanned closures are not in the plan, because nobody knew them
the day before. Early closes (13:00) are not in it either, so what waits for a session's end waits
until 16:00 on such days: later than it could, never too early.

Sources: United States Code 15 section 260a (clock changes since 1967), exchange holiday rules.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import IntArray
from engine.data.days import DAY_MS

HOUR_MS: Final = 3_600_000
SESSION_OPEN_MS: Final = 9 * HOUR_MS + HOUR_MS // 2
SESSION_CLOSE_MS: Final = 16 * HOUR_MS
WEEK_TURN_MS: Final = 17 * HOUR_MS
"""New York time at which currencies stop on Friday and start on Sunday."""

_EPOCH_WEEKDAY: Final = 3
_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
_SETTLED_MS: Final = 20 * HOUR_MS
"""Time of a UTC day at which New York's clock has changed, if it changes that day."""


class Sessions(NamedTuple):
    """Planned sessions in order, each array int64 of shape (sessions,).

    Attributes:
        day: local date, days since 1970-01-01.
        opens, closes: UTC milliseconds of 09:30 and 16:00 in New York.
    """

    day: IntArray
    opens: IntArray
    closes: IntArray


class Pause(NamedTuple):
    """The weekend of currencies: UTC milliseconds, int64, shape as asked."""

    begins: IntArray
    ends: IntArray


def new_york_offset(time: IntArray) -> IntArray:
    """Milliseconds to add to UTC milliseconds to get New York's wall clock, shape (n,)."""
    years = time.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    if len(years) == 0:
        return np.zeros(0, dtype=np.int64)
    first, last = int(years.min()), int(years.max())
    begin, end = np.array([_summer(year) for year in range(first, last + 1)]).T
    place = years - first
    summer = (time >= begin[place]) & (time < end[place])
    return np.where(summer, -4 * HOUR_MS, -5 * HOUR_MS)


def new_york_time(day: IntArray, wall_ms: int) -> IntArray:
    """UTC milliseconds of a wall clock time after 03:00 on these local dates, shape (n,)."""
    return day * DAY_MS + wall_ms - new_york_offset(day * DAY_MS + _SETTLED_MS)


def session_plan(first_day: int, last_day: int) -> Sessions:
    """XNYS sessions with dates first_day..last_day, both included."""
    years = np.array([first_day, last_day]).astype("datetime64[D]").astype("datetime64[Y]")
    first_year, last_year = (int(year) + 1970 for year in years.astype(np.int64))
    parts = [_session_year(year) for year in range(first_year, last_year + 1)]
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    begin = int(np.searchsorted(joined[0], first_day, side="left"))
    end = int(np.searchsorted(joined[0], last_day, side="right"))
    return Sessions(*(column[begin:end] for column in joined))


def last_pause(time: IntArray) -> Pause:
    """The last currency weekend that began strictly before each UTC millisecond.

    It lasts from Friday 17:00 to Sunday 17:00 in New York.
    """
    day = time // DAY_MS
    friday = day - (day + _EPOCH_WEEKDAY - _FRIDAY) % 7
    friday = np.where(new_york_time(friday, WEEK_TURN_MS) < time, friday, friday - 7)
    return Pause(new_york_time(friday, WEEK_TURN_MS), new_york_time(friday + 2, WEEK_TURN_MS))


@lru_cache(maxsize=256)
def _session_year(year: int) -> Sessions:
    closed = _holidays(year)
    days = np.arange(_day_number(year, 1, 1), _day_number(year + 1, 1, 1), dtype=np.int64)
    trading = (days + _EPOCH_WEEKDAY) % 7 < _SATURDAY
    days = days[trading & ~np.isin(days, np.array(sorted(closed)))]
    return Sessions(
        days, new_york_time(days, SESSION_OPEN_MS), new_york_time(days, SESSION_CLOSE_MS)
    )


def _day_number(year: int, month: int, day: int) -> int:
    return int(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D").astype(np.int64))


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> int:
    """Day number of the n-th (1..) weekday of a month; n = 0 is the last one."""
    if n == 0:
        return _nth_weekday(year + month // 12, month % 12 + 1, weekday, 1) - 7
    first = _day_number(year, month, 1)
    return first + (weekday - (first + _EPOCH_WEEKDAY)) % 7 + 7 * (n - 1)


@lru_cache(maxsize=256)
def _summer(year: int) -> tuple[int, int]:
    """Milliseconds UTC at which summer time begins and ends in New York."""
    if year >= 2007:  # noqa: PLR2004 - Energy Policy Act of 2005
        begin, end = _nth_weekday(year, 3, _SUNDAY, 2), _nth_weekday(year, 11, _SUNDAY, 1)
    elif year >= 1987:  # noqa: PLR2004 - amendment of 1986
        begin, end = _nth_weekday(year, 4, _SUNDAY, 1), _nth_weekday(year, 10, _SUNDAY, 0)
    else:
        begin, end = _nth_weekday(year, 4, _SUNDAY, 0), _nth_weekday(year, 10, _SUNDAY, 0)
    return begin * DAY_MS + 7 * HOUR_MS, end * DAY_MS + 6 * HOUR_MS


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
    return number + (weekday == _SUNDAY)


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

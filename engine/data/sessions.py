"""Planned trading times: exchange sessions, clock changes, the currency week.

Everything is known beforehand: closures that were decided for one day (storms, funerals) are not
in the plan, early closes are. What each exchange plans stands in `exchanges.py`; before 1970 and
after 2050 only weekends are known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import IntArray
from engine.data.clocks import HOUR_MS, zone_offset
from engine.data.days import DAY_MS
from engine.data.exchanges import ExchangeTable, read_table

__all__ = [
    "HOUR_MS", "NEW_YORK", "SESSION_CLOSE_MS", "SESSION_OPEN_MS", "WEEK_TURN_MS", "Pause",
    "Sessions", "exchange_zone", "last_pause", "new_york_offset", "new_york_time",
    "one_off_closures", "session_hours", "session_plan",
]  # fmt: skip

NEW_YORK: Final = "America/New_York"
SESSION_OPEN_MS: Final = 9 * HOUR_MS + HOUR_MS // 2
SESSION_CLOSE_MS: Final = 16 * HOUR_MS
WEEK_TURN_MS: Final = 17 * HOUR_MS
"""New York time at which currencies stop on Friday and start on Sunday."""

_EPOCH_WEEKDAY: Final = 3
_FRIDAY, _SATURDAY = 4, 5
_SETTLED_MS: Final = 20 * HOUR_MS
"""Time of a UTC day at which New York's clock has changed, if it changes that day."""
_MINUTE_MS: Final = 60_000


class Sessions(NamedTuple):
    """Planned sessions in order, each array int64 of shape (sessions,).

    Attributes:
        day: local date, days since 1970-01-01.
        opens, closes: UTC milliseconds; early closes included.
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
    return zone_offset(NEW_YORK, time)


def new_york_time(day: IntArray, wall_ms: int) -> IntArray:
    """UTC milliseconds of a wall clock time after 03:00 on these local dates, shape (n,)."""
    return day * DAY_MS + wall_ms - new_york_offset(day * DAY_MS + _SETTLED_MS)


def exchange_zone(exchange: str) -> str:
    """IANA zone of an exchange.

    Raises:
        DataError: CALENDAR_UNKNOWN.
    """
    return _table(exchange)["zone"]


def session_hours(exchange: str) -> tuple[int, int]:
    """Usual open and close of an exchange, milliseconds of the local day.

    Raises:
        DataError: CALENDAR_UNKNOWN.
    """
    table = _table(exchange)
    return _wall(table["open"]), _wall(table["close"])


def one_off_closures(exchange: str) -> IntArray:
    """Local dates on which an exchange stayed closed against its plan, day numbers, rising.

    Known afterwards only: for judging data, never for rules.

    Raises:
        DataError: CALENDAR_UNKNOWN.
    """
    return np.array([_number(day) for day in _table(exchange)["once"]], dtype=np.int64)


def session_plan(first_day: int, last_day: int, exchange: str = "XNYS") -> Sessions:
    """Sessions with local dates first_day..last_day, both included.

    Raises:
        DataError: CALENDAR_UNKNOWN.
    """
    years = np.array([first_day, last_day]).astype("datetime64[D]").astype("datetime64[Y]")
    first_year, last_year = (int(year) + 1970 for year in years.astype(np.int64))
    parts = [_session_year(exchange, year) for year in range(first_year, last_year + 1)]
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


@lru_cache(maxsize=16)
def _table(exchange: str) -> ExchangeTable:
    return read_table(exchange)


@lru_cache(maxsize=16)
def _closed(exchange: str) -> IntArray:
    return np.array([_number(day) for day in _table(exchange)["closed"]], dtype=np.int64)


@lru_cache(maxsize=1024)
def _session_year(exchange: str, year: int) -> Sessions:
    table = _table(exchange)
    begin, end = (_number(f"{each:04d}-01-01") for each in (year, year + 1))
    days = np.arange(begin, end, dtype=np.int64)
    trading = (days + _EPOCH_WEEKDAY) % 7 < _SATURDAY
    days = days[trading & ~np.isin(days, _closed(exchange))]
    closes = np.full(len(days), _wall(table["close"]), dtype=np.int64)
    for day, at in table["early"].items():
        if day.startswith(str(year)):
            closes[days == _number(day)] = _wall(at)
    noon = days * DAY_MS + DAY_MS // 2
    offset = zone_offset(table["zone"], noon)
    return Sessions(
        days, days * DAY_MS + _wall(table["open"]) - offset, days * DAY_MS + closes - offset
    )


def _number(day: str) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _wall(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * HOUR_MS + int(minutes) * _MINUTE_MS

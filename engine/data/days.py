"""Days: the unit of evidence. A bar belongs to the UTC day in which it closes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import numpy as np
from pydantic import StringConstraints

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray

DAY_MS: Final = 86_400_000
DayText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A UTC day as text, e.g. `2012-06-29`."""


def close_days(close_time: IntArray) -> IntArray:
    """UTC day that each close belongs to, days since 1970-01-01, shape (n,).

    `close_time` is UTC milliseconds; a close exactly at midnight belongs to the day that ends
    there.
    """
    return (close_time - 1) // DAY_MS


def bar_days(bars: Bars) -> IntArray:
    """UTC day of each bar's close, days since 1970-01-01, shape (n,), never falling."""
    return close_days(bars.close_time)


def last_of_day(days: IntArray) -> BoolArray:
    """True at the last bar of each day, shape (n,); `days` must not fall."""
    return np.append(days[1:] != days[:-1], True)


def daily_closes(bars: Bars) -> tuple[IntArray, FloatArray]:
    """Days with a bar and the last close of each, both of shape (days,)."""
    days = bar_days(bars)
    last = last_of_day(days)
    return days[last], bars.close[last]


def daily_log_returns(bars: Bars) -> tuple[IntArray, FloatArray]:
    """Log return from one day's last close to the next one's, keyed by the later day."""
    days, closes = daily_closes(bars)
    return days[1:], np.diff(np.log(closes))


def day_text(day: int) -> str:
    """Day number as `2012-06-29`."""
    return str(np.datetime64(int(day), "D"))


def day_number(text: str) -> int:
    """Day number of `2012-06-29`."""
    return int(np.datetime64(text, "D").astype(np.int64))


def midnight(day: int) -> datetime:
    """Start of a day, aware UTC."""
    return datetime.fromtimestamp(int(day) * (DAY_MS // 1000), tz=UTC)


def day_of(moment: datetime) -> int:
    """UTC day number in which a moment lies."""
    return int(moment.astimezone(UTC).timestamp()) * 1000 // DAY_MS

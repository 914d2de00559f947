"""Higher timeframes and calendar days round the clock, for exported files.

Everything counts in UTC and is keyed by close time, as `engine/data/periods.py` has it for markets
that never close. The text of these functions is copied into the files.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.data.bars import BoolArray, FloatArray, IntArray

WEEK_SECONDS = 604_800
MONTH_SECONDS = 2_592_000
MONDAY_MS = 345_600_000
DAY_LENGTH_MS = 86_400_000


def month_start(months: IntArray) -> IntArray:
    """First moment of months counted from 1970-01, UTC milliseconds."""
    return months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)


def period_of(close: IntArray, seconds: int) -> tuple[IntArray, IntArray]:
    """Start and end of the period that each moment closes in or ends, UTC milliseconds."""
    if seconds == MONTH_SECONDS:
        months = (close - 1).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        return month_start(months), month_start(months + 1)
    length = seconds * 1000
    anchor = MONDAY_MS if seconds == WEEK_SECONDS else 0
    end = anchor - (anchor - close) // length * length
    return end - length, end


def closes_of(time: IntArray, seconds: int) -> IntArray:
    """Close times of bars that open at these times."""
    if seconds == MONTH_SECONDS:
        months = time.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        return month_start(months + 1)
    return time + seconds * 1000


def higher_bars(
    bars: Mapping[str, np.ndarray], seconds: int, higher: int
) -> tuple[dict[str, np.ndarray], IntArray]:
    """Closed bars of a higher timeframe, and for each own bar the last one closed by its close.

    A first bar whose period began before the data is dropped; the running one is never seen. The
    row is -1 where none has closed.
    """
    closes = closes_of(bars["time"], seconds)
    start, end = period_of(closes, higher)
    first = np.flatnonzero(np.append(True, end[1:] != end[:-1]))
    last = np.append(first[1:], len(end)) - 1
    whole = end[first] <= closes[-1]
    whole[0] &= bars["time"][0] <= start[0]
    group = np.repeat(np.arange(len(first)), last - first + 1)
    made = {
        "time": start[first], "open": bars["open"][first], "close": bars["close"][last],
        "high": np.maximum.reduceat(bars["high"], first),
        "low": np.minimum.reduceat(bars["low"], first),
        "volume": np.bincount(group, weights=bars["volume"]),
    }  # fmt: skip
    rows = np.searchsorted(end[first][whole], closes, side="right") - 1
    return {name: column[whole] for name, column in made.items()}, rows


def seen(values: FloatArray, rows: IntArray) -> FloatArray:
    """Values of higher bars on the own bars, missing before the first."""
    if len(values) == 0:
        return np.full(len(rows), np.nan)
    return np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan)


def period_ends_at(time: IntArray, seconds: int, period: int) -> BoolArray:
    """Bars whose close is the last one of their period; all where bars are as long as it."""
    if period <= seconds:
        return np.ones(len(time), dtype=np.bool_)
    closes = closes_of(time, seconds)
    ends: BoolArray = period_of(closes, period)[1] == closes
    return ends


def day_number(time: IntArray) -> IntArray:
    """Days since 1970-01-01 of bar open times."""
    return time // DAY_LENGTH_MS


def new_days(time: IntArray) -> BoolArray:
    """Bars that are the first of a day."""
    return np.append(True, np.diff(day_number(time)) != 0)


def new_weeks(time: IntArray) -> BoolArray:
    """Bars that are the first of a week."""
    return np.append(True, np.diff((day_number(time) + 3) // 7) != 0)


def days_left_in_month(time: IntArray) -> FloatArray:
    """Days of the month after this one, 0 on the last."""
    day = day_number(time).astype("datetime64[D]")
    following = (day.astype("datetime64[M]") + 1).astype("datetime64[D]")
    left: FloatArray = (following - day).astype(np.int64).astype(float) - 1
    return left

"""Clocks: how far a zone's wall clock is from UTC, for whole arrays of moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from engine.data.bars import IntArray

HOUR_MS: Final = 3_600_000
_MINUTE: Final = timedelta(minutes=1)


def zone_offset(zone: str, time: IntArray) -> IntArray:
    """Milliseconds to add to UTC milliseconds to get the zone's wall clock, shape (n,)."""
    if len(time) == 0:
        return np.zeros(0, dtype=np.int64)
    years = np.array([time.min(), time.max()]).astype("datetime64[ms]").astype("datetime64[Y]")
    first, last = (int(year) + 1970 for year in years.astype(np.int64))
    moments, offsets = _changes(zone, first, last)
    return offsets[np.searchsorted(moments, time, side="right") - 1]


@lru_cache(maxsize=64)
def _changes(zone: str, first: int, last: int) -> tuple[IntArray, IntArray]:
    """Moments from which an offset holds, and the offsets, for these years."""
    found = [change for year in range(first, last + 1) for change in _changes_of(zone, year)]
    moments, offsets = np.array(found, dtype=np.int64).T
    return moments, offsets


@lru_cache(maxsize=4096)
def _changes_of(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """(UTC milliseconds, offset) at the start of a year and at each change within it.

    Looked for between month starts: no zone of an exchange goes to and fro within one.
    """
    clock = ZoneInfo(zone)
    starts = [datetime(year, month, 1, tzinfo=UTC) for month in range(1, 13)]
    starts.append(datetime(year + 1, 1, 1, tzinfo=UTC))
    found = [(_milliseconds(starts[0]), _offset(clock, starts[0]))]
    for begin, end in pairwise(starts):
        after = _offset(clock, end)
        if after != _offset(clock, begin):
            found.append((_milliseconds(_change(clock, begin, end)), after))
    return tuple(found)


def _change(clock: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """First minute at which the offset of `high` holds."""
    after = _offset(clock, high)
    while high - low > _MINUTE:
        middle = low + (high - low) // _MINUTE // 2 * _MINUTE
        low, high = (low, middle) if _offset(clock, middle) == after else (middle, high)
    return high


def _offset(clock: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(clock).utcoffset() or timedelta(0)
    return offset // timedelta(milliseconds=1)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000

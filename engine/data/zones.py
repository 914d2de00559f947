"""Zones: naive wall-clock times of a file, told by named time zones, become UTC.

Some files keep a broker's server time, and servers move: `zones` lists the zones in order, each
with the last local date for which it holds (None: until the end). A wall time that the clock
change skips or repeats is refused, because nobody can say which moment it means.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from engine.data.bars import IntArray
from engine.data.days import DAY_MS
from engine.errors import DataError
from engine.text import clean_text, did_you_mean

Zones = tuple[tuple[str, date | None], ...]
"""(IANA zone, last local date), e.g. (("Europe/Berlin", date(2014, 11, 21)), ...)."""

BROKER_ZONES: Final[Zones] = (
    ("Europe/Berlin", date(2014, 11, 21)),
    ("Europe/Athens", None),
)
"""Server time of the currency files 2012-2019: CET until the week that ends on 2014-11-21."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock
_QUARTER_MS: Final = 900_000
_UNCLEAR: Final = int(np.iinfo(np.int64).min)


def to_utc(wall: IntArray, zones: Zones, lines: IntArray) -> IntArray:
    """UTC milliseconds of wall-clock milliseconds (as if they were UTC), shape (n,).

    `lines` are the rows' numbers in their file, for refusals.

    Raises:
        DataError: ZONE_UNKNOWN, ZONES_ORDER, ZONES_END or ZONE_TIME_UNCLEAR.
    """
    known = [_zone(name) for name, _ in zones]
    borders = _borders(zones)
    # Clocks change at whole quarters of an hour, so each quarter is looked up once.
    quarter, back = np.unique(wall // _QUARTER_MS, return_inverse=True)
    begins = quarter * _QUARTER_MS
    place = np.searchsorted(borders, begins // DAY_MS, side="left")
    late = np.flatnonzero(place[back] >= len(zones))
    if len(late):
        row = int(late[0])
        raise DataError(
            "ZONES_END", f"row {lines[row]}: the last zone has ended before", value=zones[-1][1],
            hint="give the last zone no end, or add the zone that follows",
        )  # fmt: skip
    pairs = zip(begins.tolist(), place.tolist(), strict=True)
    offsets = np.array([_offset(at, known[index]) for at, index in pairs], dtype=np.int64)
    _check_clear(wall, offsets[back], lines)
    return wall - offsets[back]


def _offset(wall_ms: int, zone: ZoneInfo) -> int:
    moment = _EPOCH + timedelta(milliseconds=wall_ms)
    early, late = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if early is None or early != late:
        return _UNCLEAR
    return early // timedelta(milliseconds=1)


def _check_clear(wall: IntArray, offsets: IntArray, lines: IntArray) -> None:
    unclear = np.flatnonzero(offsets == _UNCLEAR)
    if len(unclear):
        row = int(unclear[0])
        moment = _EPOCH + timedelta(milliseconds=int(wall[row]))
        raise DataError(
            "ZONE_TIME_UNCLEAR",
            f"row {lines[row]}: the clock change skips or repeats this time",
            value=moment.isoformat(" "),
            hint="export the file in UTC",
        )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        from zoneinfo import available_timezones  # noqa: PLC0415 - only on the error path

        near = did_you_mean(name, sorted(available_timezones()))
        raise DataError(
            "ZONE_UNKNOWN", "this is no time zone", value=clean_text(name, 60),
            hint=f"did you mean {', '.join(near)}?" if near else "write one like Europe/Berlin",
        ) from error  # fmt: skip


def _borders(zones: Zones) -> IntArray:
    """Last day of each zone as day number; only the last zone may be without."""
    ends = [end for _, end in zones]
    fixed = [end for end in ends if end is not None]
    if None in ends[:-1] or any(a >= b for a, b in pairwise(fixed)):
        raise DataError(
            "ZONES_ORDER", "each zone but the last needs an end, later than the one before",
            value=", ".join(str(end) for end in ends), hint="list the zones in order of time",
        )  # fmt: skip
    numbers = [(end - _EPOCH.date()).days for end in fixed]
    open_end = [np.iinfo(np.int64).max] if ends[-1] is None else []
    return np.array([*numbers, *open_end], dtype=np.int64)

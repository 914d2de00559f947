"""Moments: how the times of a file are written, and what UTC milliseconds they mean.

The type of the column or its first cell decides how all are written. Times without a zone are
UTC, or wall-clock times of the zones that the caller names. Dates like 03/04/2020 are read only
where another row shows which number is the day.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from engine.data.bars import IntArray
from engine.data.cells import array, cast, row_invalid
from engine.data.layouts import time_kind
from engine.data.zones import Zones, to_utc
from engine.errors import DataError

_PER_MS: Final = {"s": 1e-3, "ms": 1.0, "us": 1e3, "ns": 1e6}
_LATEST: Final = {"s": 1e11, "ms": 1e14, "us": 1e17, "ns": 1e20}
_REWRITE: Final = {
    "slashed": (r"^(\d{4})[./](\d{2})[./](\d{2})", r"\1-\2-\3"),
    "compact": (
        r"^(\d{4})(\d{2})(\d{2})(?:[ T]?(\d{2}):?(\d{2}):?(\d{2})?)?$", r"\1-\2-\3 \4:\5:\6",
    ),
}  # fmt: skip
_DAY_MONTH: Final = (
    r"^(?P<one>\d{1,2})[./-](?P<two>\d{1,2})[./-](?P<year>\d{4})"
    r"(?:[ T](?P<clock>\d{2}:\d{2}(?::\d{2})?))?$"
)
_MONTHS: Final = 12


def times_of(column: Any, lines: IntArray, zones: Zones) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    """Open times in UTC milliseconds, shape (n,).

    Raises:
        DataError: CSV_ROW_INVALID, CSV_DATES_AMBIGUOUS, ZONES_NOT_NEEDED or a code of `zones.py`.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        naive = pa.types.is_date(kind) or kind.tz is None
        stamps = cast(column, pa.timestamp("us", None if naive else "UTC"), lines, "the time")
        return _in_utc(_milliseconds(stamps, lines), zones, lines, naive=naive)
    if pa.types.is_floating(kind):
        column = cast(column, pa.int64(), lines, "the time")
    text = cast(column, pa.string(), lines, "the time")
    first = text[0].as_py()
    written = time_kind(first or "")
    if not written:
        raise row_invalid(
            lines[0], first, "the time is neither ISO text nor unix seconds or milliseconds"
        )
    if written in _PER_MS:
        return _in_utc(_unix(text, written, lines), zones, lines, naive=False)
    zone = "UTC" if written == "iso_zone" else None
    stamps = cast(_as_iso(text, written, lines), pa.timestamp("us", zone), lines, "the time")
    return _in_utc(_milliseconds(stamps, lines), zones, lines, naive=zone is None)


def _milliseconds(stamps: Any, lines: IntArray) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    return np.asarray(array(stamps.cast(pa.int64()), lines, "the time") // 1000, dtype=np.int64)


def _unix(text: Any, written: str, lines: IntArray) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    numbers = array(cast(text, pa.float64(), lines, "the time"), lines, "the time")
    strange = ~(np.abs(numbers) < _LATEST[written])
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        raise row_invalid(lines[row], text[row].as_py(), "the time cannot be read")
    return np.asarray(np.round(numbers / _PER_MS[written]), dtype=np.int64)


def _in_utc(time: IntArray, zones: Zones, lines: IntArray, *, naive: bool) -> IntArray:
    if not zones:
        return time
    if not naive:
        raise DataError(
            "ZONES_NOT_NEEDED", "the file's times say themselves what moment they mean",
            value=zones[0][0], hint="leave out the zones",
        )  # fmt: skip
    return to_utc(time, zones, lines)


def _as_iso(text: Any, written: str, lines: IntArray) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Times as ISO text; what has another form stays and is refused by the cast."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    if written in _REWRITE:
        pattern, form = _REWRITE[written]
        text = pc.replace_substring_regex(text, pattern, form)
        # a compact day without a time of day leaves its colons behind
        text = pc.replace_substring_regex(text, r"(:|\s)+$", "")
    return _from_day_month(text, lines) if written == "day_month" else text


def _from_day_month(text: Any, lines: IntArray) -> Any:  # noqa: ANN401 - pyarrow has no types
    """31.12.2020 or 12/31/2020 as ISO text, by the one row that shows which is the day."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    parts = pc.extract_regex(text, _DAY_MONTH)
    if parts.null_count:
        row = parts.is_null().to_pylist().index(True)
        raise row_invalid(lines[row], text[row].as_py(), "the time is not written like the first")
    one, two, year, clock = (
        pc.struct_field(parts, name) for name in ("one", "two", "year", "clock")
    )
    above = [
        np.flatnonzero(array(each.cast(pa.int64()), lines, "the time") > _MONTHS)
        for each in (one, two)
    ]
    _check_order(text, above, lines)
    day, month = (one, two) if len(above[0]) else (two, one)
    date = pc.binary_join_element_wise(
        year, pc.utf8_lpad(month, 2, "0"), pc.utf8_lpad(day, 2, "0"), "-"
    )
    at = pc.if_else(pc.equal(clock, ""), "00:00", clock)
    return pc.binary_join_element_wise(date, at, " ")


def _check_order(text: Any, above: list[Any], lines: IntArray) -> None:  # noqa: ANN401 - pyarrow has no types
    """Exactly one of the two numbers must go beyond 12 somewhere."""
    if len(above[0]) and len(above[1]):
        row = int(max(above[0][0], above[1][0]))
        raise row_invalid(lines[row], text[row].as_py(), "day and month change places")
    if not len(above[0]) and not len(above[1]):
        raise DataError(
            "CSV_DATES_AMBIGUOUS", f"row {lines[0]}: nobody can say which number is the day",
            value=text[0].as_py(), hint="write dates as 2020-12-31",
        )  # fmt: skip

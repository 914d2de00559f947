"""File import: CSV or Parquet becomes validated bars, or a refusal that names the row.

Nothing is repaired, sorted, filled or dropped. Times without a zone are UTC, or wall-clock times
of the `zones` that the caller names, and mean the bar's open. A file without a volume column gets
volume 1 in every bar: "not known", because zero would mean that nothing was traded.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from engine.data import content
from engine.data.bars import Bars, FloatArray, IntArray, bars_of
from engine.data.content import checked_path, content_of, text_of, too_large, unreadable
from engine.data.layouts import Layout, sniff, time_kind
from engine.data.steps import check_step
from engine.data.zones import Zones, to_utc
from engine.errors import DataError
from engine.market import Instrument, Timeframe
from engine.text import clean_text

_NAMES: Final = ("open", "high", "low", "close", "volume")
_LATEST: Final = {"s": 1e11, "ms": 1e14}


def read_bars(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (),
) -> Bars:  # fmt: skip
    """Bars from a file by its ending: `.parquet` (or `.pq`), everything else is CSV.

    Raises:
        DataError: as `read_csv` and `read_parquet`.
    """
    parquet = Path(path).suffix.lower() in {".parquet", ".pq"}
    read = read_parquet if parquet else read_csv
    return read(path, instrument, timeframe, symbol=symbol, zones=zones)


def read_csv(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (),
) -> Bars:  # fmt: skip
    """Bars of one instrument from a plain or gzipped CSV file (layouts: `layouts.py`).

    `symbol` selects rows where the file has a symbol column; other files ignore it. `zones` say
    what times without a zone mean (`zones.py`); empty: UTC.

    Raises:
        DataError: FILE_NOT_FOUND, FILE_TOO_LARGE, FILE_UNREADABLE, CSV_LAYOUT_UNKNOWN,
            CSV_ROW_INVALID, CSV_SYMBOL_NEEDED, ZONES_NOT_NEEDED, ZONE_*, ZONES_*,
            TIMEFRAME_MISMATCH or a BARS_* code.
    """
    data = content_of(Path(path))
    layout = sniff(text_of(data).split("\n", 1)[0].rstrip("\r"))
    if layout.header and b"\n" not in data:
        raise _no_bar()
    return _bars(_table(data, layout), layout, Asked(instrument, timeframe, symbol, zones))


def read_parquet(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (),
) -> Bars:  # fmt: skip
    """Bars of one instrument from a Parquet file whose columns are named like a CSV header.

    Times are timestamps, dates, ISO text or unix seconds or milliseconds; a row's number counts
    from 1. A cell without a value is refused.

    Raises:
        DataError: the same codes as `read_csv`.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    from pyarrow import parquet  # noqa: PLC0415 - as above

    source = checked_path(Path(path))
    try:
        with parquet.ParquetFile(source) as file:
            held = sum(
                file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups)
            )
            if held > content.MAX_BYTES:
                raise too_large(held)
            table = file.read(use_threads=False)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise unreadable(source) from error
    layout = replace(sniff(",".join(map(_header, table.column_names))), header=False)
    if table.num_rows == 0:
        raise _no_bar()
    table = table.rename_columns([str(index) for index in range(table.num_columns)])
    return _bars(table, layout, Asked(instrument, timeframe, symbol, zones))


def _header(name: str) -> str:
    """A column's name as a CSV header shows it; an index without a name has none there."""
    return "" if name == "__index_level_0__" else re.sub(r'[,;"\s]+', " ", name)


class Asked(NamedTuple):
    """What the caller says about a file."""

    instrument: Instrument
    timeframe: Timeframe
    symbol: str | None
    zones: Zones


def _bars(table: Any, layout: Layout, asked: Asked) -> Bars:  # noqa: ANN401 - pyarrow has no types
    table, lines = _selected(table, layout, asked.symbol)
    time = _times(table.column(layout.time), lines, asked.zones)
    columns = _columns(table, layout, lines)
    bars = bars_of(asked.instrument, asked.timeframe, time, *columns, lines=lines)
    check_step(bars)
    return bars


def _no_bar() -> DataError:
    return DataError("BARS_EMPTY", "there is no bar", hint="give at least one row")


def _row_invalid(line: object, value: object, what: str) -> DataError:
    return DataError(
        "CSV_ROW_INVALID", f"row {line}: {what}", value=clean_text(str(value), 80),
        hint="correct or remove the row; numbers are written like 1234.5",
    )  # fmt: skip


def _table(data: bytes, layout: Layout) -> Any:  # noqa: ANN401 - pyarrow has no types
    """All cells as text, one string column per CSV column, in file order."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    from pyarrow import csv  # noqa: PLC0415 - as above

    width = len(data.split(b"\n", 1)[0].split(layout.delimiter.encode()))
    names = [str(index) for index in range(width)]
    broken: list[Any] = []

    def remember(row: Any) -> str:  # noqa: ANN401 - pyarrow has no types
        """Keep a line that pyarrow could not read."""
        broken.append(row)
        return "error"

    try:
        return csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(
                column_names=names, skip_rows=int(layout.header), use_threads=False
            ),
            parse_options=csv.ParseOptions(
                delimiter=layout.delimiter, invalid_row_handler=remember, ignore_empty_lines=False
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if broken:
            row = broken[0]
            what = f"{row.actual_columns} columns instead of {row.expected_columns}"
            raise _row_invalid(row.number, row.text, what) from error
        raise DataError(
            "FILE_UNREADABLE", f"this is not a CSV table: {clean_text(str(error), 120)}",
            value=clean_text(str(error), 60), hint="save it as plain CSV in UTF-8 with rows",
        ) from error  # fmt: skip


def _selected(table: Any, layout: Layout, symbol: str | None) -> tuple[Any, IntArray]:  # noqa: ANN401 - pyarrow has no types
    """The rows of one symbol and their line numbers in the file (from 1)."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    lines = np.arange(table.num_rows, dtype=np.int64) + 1 + int(layout.header)
    if layout.symbol is None:
        return table, lines
    column = _cast(table.column(layout.symbol), pa.string(), lines, "the symbol")
    known = sorted(name for name in pc.unique(column).to_pylist() if name is not None)
    if symbol is None and len(known) == 1:
        return table, lines
    if symbol not in known:
        listed = clean_text(", ".join(known), 150)
        raise DataError(
            "CSV_SYMBOL_NEEDED", f"the file holds several symbols or another one: {listed}",
            value=symbol or "", hint=f"choose one of: {listed}",
        )  # fmt: skip
    rows = pc.indices_nonzero(pc.equal(column, symbol))
    return table.take(rows), lines[np.from_dlpack(rows)]


def _first_bad(column: Any, kind: Any) -> int:  # noqa: ANN401 - pyarrow has no types
    """Index of the first cell that does not convert; only on the way to a refusal."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            column.slice(low, middle - low).cast(kind)
        except pa.ArrowInvalid:
            high = middle
        else:
            low = middle
    return low


def _cast(column: Any, kind: Any, lines: IntArray, what: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    try:
        return column.cast(kind)
    except pa.ArrowNotImplementedError as error:
        raise _row_invalid(lines[0], column.type, f"{what} has a type without a value") from error
    except pa.ArrowInvalid as error:
        row = _first_bad(column, kind)
        raise _row_invalid(lines[row], column[row].as_py(), f"{what} cannot be read") from error


def _array(column: Any, lines: IntArray, what: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """A column as numpy array; `to_numpy` would import pandas on the way."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise _row_invalid(lines[row], "", f"{what} has no value")
    return np.from_dlpack(pa.concat_arrays(column.chunks))


def _times(column: Any, lines: IntArray, zones: Zones) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    """Open times in UTC milliseconds; the type or the first cell decides how all are written."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        naive = pa.types.is_date(kind) or kind.tz is None
        stamps = _cast(column, pa.timestamp("us", None if naive else "UTC"), lines, "the time")
        return _in_utc(_milliseconds(stamps, lines), zones, lines, naive=naive)
    if pa.types.is_floating(kind):
        column = _cast(column, pa.int64(), lines, "the time")
    text = _cast(column, pa.string(), lines, "the time")
    first = text[0].as_py()
    written = time_kind(first or "")
    if not written:
        raise _row_invalid(
            lines[0], first, "the time is neither ISO text nor unix seconds or milliseconds"
        )
    if written.startswith("iso"):
        zone = "UTC" if written == "iso_zone" else None
        stamps = _cast(text, pa.timestamp("us", zone), lines, "the time")
        return _in_utc(_milliseconds(stamps, lines), zones, lines, naive=zone is None)
    return _in_utc(_unix(text, written, lines), zones, lines, naive=False)


def _milliseconds(stamps: Any, lines: IntArray) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    return np.asarray(_array(stamps.cast(pa.int64()), lines, "the time") // 1000, dtype=np.int64)


def _unix(text: Any, written: str, lines: IntArray) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    numbers = _array(_cast(text, pa.float64(), lines, "the time"), lines, "the time")
    strange = ~(np.abs(numbers) < _LATEST[written])
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        raise _row_invalid(lines[row], text[row].as_py(), "the time cannot be read")
    return np.asarray(numbers * (1000 if written == "s" else 1), dtype=np.int64)


def _in_utc(time: IntArray, zones: Zones, lines: IntArray, *, naive: bool) -> IntArray:
    if not zones:
        return time
    if not naive:
        raise DataError(
            "ZONES_NOT_NEEDED", "the file's times say themselves what moment they mean",
            value=zones[0][0], hint="leave out the zones",
        )  # fmt: skip
    return to_utc(time, zones, lines)


def _columns(table: Any, layout: Layout, lines: IntArray) -> list[FloatArray]:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    columns = []
    for name, index in zip(_NAMES, (*layout.prices, layout.volume), strict=True):
        if index is None:
            columns.append(np.ones(len(lines)))
        else:
            numbers = _cast(table.column(index), pa.float64(), lines, name)
            columns.append(_array(numbers, lines, name))
    return columns

"""CSV import: a file becomes validated bars, or a refusal that names the row and what to do.

Nothing is repaired, sorted, filled or dropped. Times without a zone are UTC and mean the bar's
open. A file without a volume column gets volume 1 in every bar: "not known", because zero would
mean that nothing was traded.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray, bars_of
from engine.data.layouts import Layout, sniff, time_kind
from engine.errors import DataError
from engine.market import SECONDS, Instrument, Timeframe
from engine.text import clean_text, did_you_mean

MAX_BYTES: Final = 100_000_000
"""Largest file read, before and after decompression."""

_NAMES: Final = ("open", "high", "low", "close", "volume")
_MONTH_DAYS: Final = (27, 32)
_DAY_SECONDS: Final = 86_400
_LATEST: Final = {"s": 1e11, "ms": 1e14}


def read_csv(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None
) -> Bars:
    """Bars of one instrument from a plain or gzipped CSV file (layouts: `layouts.py`).

    `symbol` selects rows where the file has a symbol column; other files ignore it.

    Raises:
        DataError: FILE_NOT_FOUND, FILE_TOO_LARGE, FILE_UNREADABLE, CSV_LAYOUT_UNKNOWN,
            CSV_ROW_INVALID, CSV_SYMBOL_NEEDED, TIMEFRAME_MISMATCH or a BARS_* code.
    """
    data = _content(Path(path))
    layout = sniff(_text(data).split("\n", 1)[0].rstrip("\r"))
    if layout.header and b"\n" not in data:
        raise DataError("BARS_EMPTY", "there is no bar", hint="give at least one row")
    table, lines = _selected(_table(data, layout), layout, symbol)
    time = _times(table.column(layout.time), lines)
    columns = _columns(table, layout, lines)
    bars = bars_of(instrument, timeframe, time, *columns, lines=lines)
    _check_step(bars)
    return bars


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            "FILE_UNREADABLE", "the file is not UTF-8 text", value=raw[:20],
            hint="save it as plain CSV in UTF-8",
        ) from error  # fmt: skip


def _too_large(size: object) -> DataError:
    return DataError(
        "FILE_TOO_LARGE", f"at most {MAX_BYTES} bytes are read, also after decompression",
        value=size, hint="split the file by time, or use a longer timeframe",
    )  # fmt: skip


def _content(path: Path) -> bytes:
    if not path.is_file():
        near = []
        if path.parent.is_dir():
            near = did_you_mean(path.name, [p.name for p in path.parent.iterdir() if p.is_file()])
        hint = f"did you mean {', '.join(near)}?" if near else "check the folder and the name"
        raise DataError("FILE_NOT_FOUND", "there is no such file", value=path, hint=hint)
    if path.stat().st_size > MAX_BYTES:
        raise _too_large(path.stat().st_size)
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path) as stream:
                data = stream.read(MAX_BYTES + 1)
        else:
            data = path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            "FILE_UNREADABLE", "the file cannot be read", value=path.name,
            hint="copy or download it again",
        ) from error  # fmt: skip
    if len(data) > MAX_BYTES:
        raise _too_large(f"more than {MAX_BYTES}")
    return data.removeprefix(b"\xef\xbb\xbf").rstrip()


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
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    lines = np.arange(table.num_rows, dtype=np.int64) + 1 + int(layout.header)
    if layout.symbol is None:
        return table, lines
    column = table.column(layout.symbol)
    known = sorted(pc.unique(column).to_pylist())
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
    except pa.ArrowInvalid as error:
        row = _first_bad(column, kind)
        raise _row_invalid(lines[row], column[row].as_py(), f"{what} cannot be read") from error


def _array(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """A column as numpy array; `to_numpy` would import pandas on the way."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    return np.from_dlpack(pa.concat_arrays(column.chunks))


def _times(column: Any, lines: IntArray) -> IntArray:  # noqa: ANN401 - pyarrow has no types
    """Open times in UTC milliseconds; the first cell decides how all are written."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    first = column[0].as_py()
    kind = time_kind(first)
    if not kind:
        raise _row_invalid(
            lines[0], first, "the time is neither ISO text nor unix seconds or milliseconds"
        )
    if kind.startswith("iso"):
        zone = "UTC" if kind == "iso_zone" else None
        stamps = _cast(column, pa.timestamp("us", zone), lines, "the time")
        return np.asarray(_array(stamps.cast(pa.int64())) // 1000, dtype=np.int64)
    numbers = _array(_cast(column, pa.float64(), lines, "the time"))
    strange = ~(np.abs(numbers) < _LATEST[kind])
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        raise _row_invalid(lines[row], column[row].as_py(), "the time cannot be read")
    return np.asarray(numbers * (1000 if kind == "s" else 1), dtype=np.int64)


def _columns(table: Any, layout: Layout, lines: IntArray) -> list[FloatArray]:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    columns = []
    for name, index in zip(_NAMES, (*layout.prices, layout.volume), strict=True):
        if index is None:
            columns.append(np.ones(len(lines)))
        else:
            columns.append(_array(_cast(table.column(index), pa.float64(), lines, name)))
    return columns


def _check_step(bars: Bars) -> None:
    """Refuse bars whose usual step is not the timeframe's length (a month has 28 to 31 days)."""
    if len(bars) < 2:  # noqa: PLR2004 - one bar has no step
        return
    step = float(np.median(np.diff(bars.time))) / 1000
    if bars.timeframe is Timeframe.MO1:
        fits = _MONTH_DAYS[0] <= step / _DAY_SECONDS <= _MONTH_DAYS[1]
    else:
        fits = step == bars.timeframe.seconds
    if fits:
        return
    near = next((frame.value for frame, seconds in SECONDS.items() if seconds == step), None)
    hint = f"the file looks like {near}" if near else "check the timeframe and the time column"
    raise DataError(
        "TIMEFRAME_MISMATCH",
        f"the usual step between bars is {step:g} s, {bars.timeframe.value} has "
        f"{bars.timeframe.seconds} s",
        value=f"{step:g} s",
        hint=hint,
    )

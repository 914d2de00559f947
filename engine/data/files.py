"""File import: CSV or Parquet becomes validated bars, or a refusal that names the row.

Nothing is repaired, filled or dropped unless the caller asks for it, and then it is on record. A
file that is newest first is turned around. Times without a zone are UTC, or wall-clock times of
the `zones` that the caller names, and mean the bar's open. A file without a volume column gets
volume 1 in every bar: "not known", because zero would mean that nothing was traded. A file with
bid and ask gives mid prices and the quotes at the close.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from engine.data import content
from engine.data.bars import COLUMNS, Bars, FloatArray, IntArray, bars_from
from engine.data.cells import numbers, of_symbol, text_table
from engine.data.content import checked_path, content_of, text_of, too_large, unreadable
from engine.data.layouts import PRICES, Layout, sniff
from engine.data.moments import times_of
from engine.data.sources import Provenance, Source, StepKind, file_digest
from engine.data.steps import check_step
from engine.data.zones import Zones
from engine.errors import DataError
from engine.market import Instrument, Timeframe

Impossible = Literal["refuse", "widen", "drop"]
"""What happens to bars whose open or close lies outside low..high."""

PARQUET_ENDINGS: Final = frozenset({".parquet", ".pq"})


def read_source(  # noqa: PLR0913 - what is said about a file
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (), impossible: Impossible = "refuse",
) -> Source:  # fmt: skip
    """Bars of one instrument from a file, with where they came from.

    `symbol` selects rows where the file has a symbol column; other files ignore it. `zones` say
    what times without a zone mean (`zones.py`); empty: UTC.

    Raises:
        DataError: FILE_NOT_FOUND, FILE_TOO_LARGE, FILE_UNREADABLE, CSV_LAYOUT_UNKNOWN,
            CSV_ROW_INVALID, CSV_DATES_AMBIGUOUS, CSV_SYMBOL_NEEDED, ZONES_NOT_NEEDED, ZONE_*,
            ZONES_*, TIMEFRAME_MISMATCH or a BARS_* code.
    """
    source = Path(path)
    parquet = source.suffix.lower() in PARQUET_ENDINGS
    table, layout = _parquet_table(source) if parquet else _csv_table(source)
    raw = Provenance(
        kind="file", name=source.name[:200], raw_digest=file_digest(source),
        raw_bytes=source.stat().st_size, symbol=symbol or "",
        layout="parquet" if parquet else layout.summary,
        zones=tuple(f"{name}:{end}" if end else name for name, end in zones),
    )  # fmt: skip
    return _source(table, layout, Asked(instrument, timeframe, symbol, zones, impossible), raw)


def read_bars(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (),
) -> Bars:  # fmt: skip
    """Bars from a file by its ending: `.parquet` (or `.pq`), everything else is CSV.

    Raises:
        DataError: as `read_source`.
    """
    return read_source(path, instrument, timeframe, symbol=symbol, zones=zones).bars


def read_csv(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (),
) -> Bars:  # fmt: skip
    """Bars of one instrument from a plain or gzipped CSV file (layouts: `layouts.py`).

    Raises:
        DataError: as `read_source`.
    """
    table, layout = _csv_table(Path(path))
    return _rows(table, layout, Asked(instrument, timeframe, symbol, zones)).bars


def read_parquet(
    path: Path, instrument: Instrument, timeframe: Timeframe, *, symbol: str | None = None,
    zones: Zones = (),
) -> Bars:  # fmt: skip
    """Bars of one instrument from a Parquet file whose columns are named like a CSV header.

    Times are timestamps, dates, ISO text or unix seconds or milliseconds; a row's number counts
    from 1. A cell without a value is refused.

    Raises:
        DataError: as `read_source`.
    """
    table, layout = _parquet_table(Path(path))
    return _rows(table, layout, Asked(instrument, timeframe, symbol, zones)).bars


class Asked(NamedTuple):
    """What the caller says about a file."""

    instrument: Instrument
    timeframe: Timeframe
    symbol: str | None
    zones: Zones
    impossible: Impossible = "refuse"


class _Read(NamedTuple):
    """Bars, and how many rows were turned and found impossible."""

    bars: Bars
    turned: int
    impossible: int


def _source(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    layout: Layout,
    asked: Asked,
    raw: Provenance,
) -> Source:
    read = _rows(table, layout, asked)
    treated: StepKind = "widened" if asked.impossible == "widen" else "dropped"
    return Source(read.bars, raw.after("turned", read.turned).after(treated, read.impossible))


def _csv_table(path: Path) -> tuple[Any, Layout]:
    """All cells of a CSV file as text, and which column is what."""
    data = content_of(path)
    layout = sniff(text_of(data).split("\n", 1)[0].rstrip("\r"))
    if layout.header and b"\n" not in data:
        raise _no_bar()
    return text_table(data, layout), layout


def _parquet_table(path: Path) -> tuple[Any, Layout]:
    """The table of a Parquet file with numbered columns, and which column is what."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    from pyarrow import parquet  # noqa: PLC0415 - as above

    source = checked_path(path)
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
    return table.rename_columns([str(index) for index in range(table.num_columns)]), layout


def _header(name: str) -> str:
    """A column's name as a CSV header shows it; an index without a name has none there."""
    return "" if name == "__index_level_0__" else re.sub(r'[,;|"\s]+', " ", name)


def _no_bar() -> DataError:
    return DataError("BARS_EMPTY", "there is no bar", hint="give at least one row")


def _rows(table: Any, layout: Layout, asked: Asked) -> _Read:  # noqa: ANN401 - pyarrow has no types
    table, lines = of_symbol(table, layout, asked.symbol)
    time = times_of(_time_column(table, layout), lines, asked.zones)
    columns = _columns(table, layout, lines)
    turned = len(time) > 1 and bool((np.diff(time) < 0).all())
    if turned:
        time, lines = time[::-1], lines[::-1]
        columns = {name: column[::-1] for name, column in columns.items()}
    bad = _impossible(columns) if asked.impossible != "refuse" else np.zeros(0, dtype=np.int64)
    if len(bad) and asked.impossible == "widen":
        body = np.array([columns["open"], columns["close"]])
        columns["low"] = np.minimum(columns["low"], body.min(axis=0))
        columns["high"] = np.maximum(columns["high"], body.max(axis=0))
    elif len(bad):
        time, lines = np.delete(time, bad), np.delete(lines, bad)
        columns = {name: np.delete(column, bad) for name, column in columns.items()}
    bars = bars_from(asked.instrument, asked.timeframe, time, columns, lines=lines)
    check_step(bars)
    return _Read(bars, len(bars) if turned else 0, len(bad))


def _time_column(table: Any, layout: Layout) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The time, joined from date and time of day where they stand apart."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    column = table.column(layout.time)
    if layout.clock is None:
        return column
    text = [each.cast(pa.string()) for each in (column, table.column(layout.clock))]
    return pc.binary_join_element_wise(*text, " ")


def _columns(table: Any, layout: Layout, lines: IntArray) -> dict[str, FloatArray]:  # noqa: ANN401 - pyarrow has no types
    """All columns by name; both sides of a quote file become mid prices and closing quotes."""

    def prices(places: tuple[int, ...]) -> dict[str, FloatArray]:
        """Open, high, low and close of one side."""
        named = zip(PRICES, places, strict=True)
        return {name: numbers(table.column(index), lines, name) for name, index in named}

    columns = prices(layout.prices)
    if layout.asks:
        asks = prices(layout.asks)
        columns |= {"bid": columns["close"], "ask": asks["close"]}
        columns |= {name: (columns[name] + asks[name]) / 2 for name in PRICES}
    if layout.volume is None:
        columns["volume"] = np.ones(len(lines))
    else:
        columns["volume"] = numbers(table.column(layout.volume), lines, "volume")
    for name, index in layout.extras:
        columns[name] = numbers(table.column(index), lines, name, may_miss=name == "funding")
    return columns


def _impossible(columns: dict[str, FloatArray]) -> IntArray:
    """Rows whose open or close lies outside low..high."""
    opened, high, low, close = (columns[name] for name in COLUMNS[:4])
    outside = (np.minimum(opened, close) < low) | (np.maximum(opened, close) > high)
    return np.flatnonzero(outside)

"""Cells: columns of a table that somebody handed in, converted or refused with their row."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.data.layouts import Layout
from engine.errors import DataError
from engine.text import clean_text

LISTED: Final = 150
"""Characters of a list of symbols in a refusal."""


def row_invalid(line: object, value: object, what: str) -> DataError:
    """CSV_ROW_INVALID for one row of a file."""
    return DataError(
        "CSV_ROW_INVALID", f"row {line}: {what}", value=clean_text(str(value), 80),
        hint="correct or remove the row; numbers are written like 1234.5",
    )  # fmt: skip


def text_table(data: bytes, layout: Layout) -> Any:  # noqa: ANN401 - pyarrow has no types
    """All cells of a CSV file as text, one string column per CSV column, in file order.

    Raises:
        DataError: CSV_ROW_INVALID for a row of another width, FILE_UNREADABLE.
    """
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
            raise row_invalid(row.number, row.text, what) from error
        raise DataError(
            "FILE_UNREADABLE", f"this is not a CSV table: {clean_text(str(error), 120)}",
            value=clean_text(str(error), 60), hint="save it as plain CSV in UTF-8 with rows",
        ) from error  # fmt: skip


def of_symbol(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    layout: Layout,
    symbol: str | None,
) -> tuple[Any, IntArray]:
    """The rows of one symbol and their line numbers in the file (from 1).

    Raises:
        DataError: CSV_SYMBOL_NEEDED.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    lines = np.arange(table.num_rows, dtype=np.int64) + 1 + int(layout.header)
    if layout.symbol is None:
        return table, lines
    column = cast(table.column(layout.symbol), pa.string(), lines, "the symbol")
    known = sorted(name for name in pc.unique(column).to_pylist() if name is not None)
    if symbol is None and len(known) == 1:
        return table, lines
    if symbol not in known:
        listed = clean_text(", ".join(known), LISTED)
        raise DataError(
            "CSV_SYMBOL_NEEDED", f"the file holds several symbols or another one: {listed}",
            value=symbol or "", hint=f"choose one of: {listed}",
        )  # fmt: skip
    rows = pc.indices_nonzero(pc.equal(column, symbol))
    return table.take(rows), lines[np.from_dlpack(rows)]


def cast(column: Any, kind: Any, lines: IntArray, what: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The column as another Arrow type.

    Raises:
        DataError: CSV_ROW_INVALID with the first cell that does not convert.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    try:
        return column.cast(kind)
    except pa.ArrowNotImplementedError as error:
        raise row_invalid(lines[0], column.type, f"{what} has a type without a value") from error
    except pa.ArrowInvalid as error:
        row = _first_bad(column, kind)
        raise row_invalid(lines[row], column[row].as_py(), f"{what} cannot be read") from error


def array(column: Any, lines: IntArray, what: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """A column as numpy array; `to_numpy` would import pandas on the way.

    Raises:
        DataError: CSV_ROW_INVALID for a cell without a value.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported

    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise row_invalid(lines[row], "", f"{what} has no value")
    return np.from_dlpack(pa.concat_arrays(column.chunks))


def numbers(
    column: Any,  # noqa: ANN401 - pyarrow has no types
    lines: IntArray,
    what: str,
    *,
    may_miss: bool = False,
) -> FloatArray:
    """A column of numbers, shape (n,); text may use a decimal comma where commas separate nothing.

    With `may_miss` empty cells and cells without a value are NaN.

    Raises:
        DataError: CSV_ROW_INVALID.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a file is imported
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _with_points(column, lines, what)
        if may_miss:
            empty = pc.equal(pc.utf8_trim_whitespace(column), "")
            column = pc.if_else(empty, pa.scalar("nan", column.type), column)
    found = cast(column, pa.float64(), lines, what)
    if may_miss:
        found = pc.fill_null(found, float("nan"))
    result: FloatArray = array(found, lines, what)
    return result


def _with_points(column: Any, lines: IntArray, what: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Decimal commas become points; a number with both is nobody's to guess."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, only when a file is imported

    commas = pc.match_substring(column, ",")
    if not pc.any(commas).as_py():
        return column
    both = pc.indices_nonzero(pc.and_(commas, pc.match_substring(column, ".")))
    if len(both):
        row = both[0].as_py()
        raise row_invalid(lines[row], column[row].as_py(), f"{what} has a comma and a point")
    return pc.replace_substring(column, ",", ".")


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

"""CSV layouts: which column is what, told from the first line alone.

Known: a header with a time column and open, high, low, close (volume, symbol optional); the same
with an unnamed first column; and no header at all: time, open, high, low, close[, volume[,
trades]] with the time as ISO text or unix seconds or milliseconds.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

from engine.errors import DataError
from engine.text import clean_text

TIME_NAMES: Final = ("ts", "time", "timestamp", "datetime", "date", "open_time", "open time", "")
PRICE_NAMES: Final = (("open", "o"), ("high", "h"), ("low", "l"), ("close", "c"))
VOLUME_NAMES: Final = ("volume", "vol", "v")
SYMBOL_NAMES: Final = ("symbol", "ticker", "pair")
NEEDED: Final = "time, open, high, low, close and if there is one volume"

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_SECONDS = re.compile(r"\d{9,10}(\.0+)?")
_MILLISECONDS = re.compile(r"\d{12,13}(\.0+)?")
_FEWEST, _MOST = 5, 7


@dataclass(frozen=True, slots=True)
class Layout:
    """Column indices of a CSV file; `volume` and `symbol` are None when it has none."""

    delimiter: str
    header: bool
    time: int
    prices: tuple[int, int, int, int]
    volume: int | None
    symbol: int | None


def time_kind(cell: str) -> str:
    """How a time is written: `iso`, `iso_zone`, `s`, `ms`, or empty when it is no time."""
    if _SECONDS.fullmatch(cell):
        return "s"
    if _MILLISECONDS.fullmatch(cell):
        return "ms"
    found = _ISO.fullmatch(cell)
    if found is None:
        return ""
    return "iso_zone" if found["zone"] else "iso"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _unknown(first_line: str, why: str) -> DataError:
    return DataError(
        "CSV_LAYOUT_UNKNOWN",
        f"{why}; the first line reads: {clean_text(first_line, 120)}",
        value=clean_text(first_line, 120),
        hint=f"needed are the columns {NEEDED}, separated by commas",
    )


def _one_of(names: tuple[str, ...], cells: list[str]) -> int | None:
    return next((cells.index(name) for name in names if name in cells), None)


def _by_header(cells: list[str], delimiter: str, line: str) -> Layout:
    named = [cell.strip().lower() for cell in cells]
    if "date" in named and "time" in named:
        raise _unknown(line, "date and time stand in two columns: join them into one")
    time = _one_of(TIME_NAMES, named)
    prices = [_one_of(names, named) for names in PRICE_NAMES]
    found = [index for index in prices if index is not None]
    if time is None or len(found) != len(PRICE_NAMES):
        wanted = {"time": time, **dict(zip(("open", "high", "low", "close"), prices, strict=True))}
        missing = ", ".join(name for name, index in wanted.items() if index is None)
        raise _unknown(line, f"no column for {missing}")
    return Layout(
        delimiter, header=True, time=time, prices=(found[0], found[1], found[2], found[3]),
        volume=_one_of(VOLUME_NAMES, named), symbol=_one_of(SYMBOL_NAMES, named),
    )  # fmt: skip


def sniff(first_line: str) -> Layout:
    """The layout that a file's first line shows.

    Raises:
        DataError: CSV_LAYOUT_UNKNOWN with the line seen and the columns needed.
    """
    delimiter = max(",;\t", key=first_line.count)
    try:
        cells = next(csv.reader([first_line], delimiter=delimiter), [])
    except csv.Error as error:
        raise _unknown(first_line, "the first line cannot be split into columns") from error
    bare = bool(cells) and bool(time_kind(cells[0]))
    if not bare:
        return _by_header(cells, delimiter, first_line)
    numbers = all(_is_number(cell) for cell in cells[1:])
    if not numbers or not _FEWEST <= len(cells) <= _MOST:
        raise _unknown(
            first_line, f"without a header {_FEWEST} to {_MOST} numeric columns are read"
        )
    volume = _FEWEST if len(cells) > _FEWEST else None
    return Layout(delimiter, header=False, time=0, prices=(1, 2, 3, 4), volume=volume, symbol=None)

"""File layouts: which column is what, told from the first line alone.

Known: a header with a time column (or date and time apart) and open, high, low, close; volume,
symbol, closing bid and ask, and funding are optional. A header with bid and ask for each of open,
high, low and close. No header at all: time, open, high, low, close[, volume[, trades]].
Columns are separated by commas, semicolons, tabs or bars; names may be German.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Final

from engine.errors import DataError
from engine.text import clean_text

TIME_NAMES: Final = (
    "ts", "timestamp", "datetime", "opentime", "unix", "unixtime", "time", "date", "datum",
    "zeit", "zeitstempel", "",
)  # fmt: skip
DATE_NAMES: Final = ("date", "datum", "day", "tag")
CLOCK_NAMES: Final = ("time", "zeit", "uhrzeit", "clock")
PRICES: Final = ("open", "high", "low", "close")
PRICE_NAMES: Final = (
    ("open", "o", "erster", "eröffnung", "eroeffnung"),
    ("high", "h", "hoch"),
    ("low", "l", "tief"),
    ("close", "c", "schluss", "schlusskurs"),
)
BID_NAMES: Final = tuple((f"bid{name}", f"{name}bid", f"b{name[0]}") for name in PRICES)
ASK_NAMES: Final = tuple((f"ask{name}", f"{name}ask", f"a{name[0]}") for name in PRICES)
VOLUME_NAMES: Final = ("volume", "vol", "v", "volumen", "stück", "tickvol", "tickvolume")
SYMBOL_NAMES: Final = ("symbol", "ticker", "pair")
EXTRA_NAMES: Final = {
    "bid": ("bid", "bidclose", "closebid"),
    "ask": ("ask", "askclose", "closeask"),
    "funding": ("funding", "fundingrate"),
}
NEEDED: Final = "time, open, high, low, close and if there is one volume"
DELIMITERS: Final = ";\t|,"
"""In this order: a file with semicolons may use commas in its numbers."""

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_KINDS: Final = {
    "s": re.compile(r"\d{9,10}(\.0+)?"),
    "ms": re.compile(r"\d{12,13}(\.0+)?"),
    "us": re.compile(r"\d{15,16}(\.0+)?"),
    "ns": re.compile(r"\d{18,19}"),
    "slashed": re.compile(r"\d{4}[./]\d{2}[./]\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"),
    "compact": re.compile(r"\d{8}([ T]\d{2}:?\d{2}(:?\d{2})?)?|\d{14}"),
    "day_month": re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}([ T]\d{2}:\d{2}(:\d{2})?)?"),
}
_FEWEST, _MOST = 5, 8


@dataclass(frozen=True, slots=True)
class Layout:
    """Column indices of a file; None when it has no such column.

    Attributes:
        delimiter: between columns.
        header: whether the first line names them.
        time: the time, or the date when `clock` holds the time of day.
        prices: open, high, low, close; of the bid when there are `asks`.
        asks: the same of the ask in a file that has both sides, and no other prices.
        volume, symbol: as named.
        extras: (name, index) of closing bid and ask, and of funding.
    """

    delimiter: str
    header: bool
    time: int
    prices: tuple[int, ...]
    volume: int | None
    symbol: int | None
    clock: int | None = None
    asks: tuple[int, ...] = ()
    extras: tuple[tuple[str, int], ...] = ()

    @property
    def summary(self) -> str:
        """The layout in a few words, for the record of an import."""
        words = ["header" if self.header else "no header", f"delimiter {self.delimiter!r}"]
        words += ["bid and ask"] if self.asks else []
        words += ["date and time apart"] if self.clock is not None else []
        return ", ".join(words)


def time_kind(cell: str) -> str:
    """How a time is written; empty when it is no time.

    `iso` or `iso_zone` text, unix `s ms us ns`, `slashed` 2020/12/31, `compact` 20201231,
    `day_month` 31.12.2020 or 12/31/2020.
    """
    for kind, pattern in _KINDS.items():
        if pattern.fullmatch(cell):
            return kind
    found = _ISO.fullmatch(cell)
    if found is None:
        return ""
    return "iso_zone" if found["zone"] else "iso"


def sniff(first_line: str) -> Layout:
    """The layout that a file's first line shows.

    Raises:
        DataError: CSV_LAYOUT_UNKNOWN with the line seen and the columns needed.
    """
    cells, delimiter = _split(first_line)
    if not (cells and time_kind(cells[0])):
        return _by_header(cells, delimiter, first_line)
    return _bare(cells, delimiter, first_line)


def _split(line: str) -> tuple[list[str], str]:
    """Cells and delimiter; the first delimiter that makes enough columns."""
    best: tuple[list[str], str] = ([], ",")
    try:
        for delimiter in DELIMITERS:
            cells = next(csv.reader([line], delimiter=delimiter), [])
            if len(cells) >= _FEWEST:
                return cells, delimiter
            best = max(best, (cells, delimiter), key=lambda pair: len(pair[0]))
    except csv.Error as error:
        raise _unknown(line, "the first line cannot be split into columns") from error
    return best


def _unknown(first_line: str, why: str) -> DataError:
    return DataError(
        "CSV_LAYOUT_UNKNOWN",
        f"{why}; the first line reads: {clean_text(first_line, 120)}",
        value=clean_text(first_line, 120),
        hint=f"needed are the columns {NEEDED}, separated by commas",
    )


def _bare(cells: list[str], delimiter: str, line: str) -> Layout:
    clock = 1 if len(cells) > 1 and re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", cells[1]) else None
    first = 1 if clock is None else 2
    columns = cells[first:]
    numbers = all(_is_number(cell, delimiter) for cell in columns)
    if not numbers or not _FEWEST <= len(columns) + 1 <= _MOST - 1:
        raise _unknown(line, f"without a header {_FEWEST} to {_MOST - 1} numeric columns are read")
    volume = first + 4 if len(columns) > len(PRICES) else None
    prices = tuple(range(first, first + 4))
    return Layout(delimiter, False, 0, prices, volume, None, clock)


def _is_number(cell: str, delimiter: str) -> bool:
    try:
        float(cell if delimiter == "," else cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _one_of(names: tuple[str, ...], cells: list[str]) -> int | None:
    return next((cells.index(name) for name in names if name in cells), None)


def _all_of(groups: tuple[tuple[str, ...], ...], cells: list[str]) -> tuple[int, ...]:
    """Indices of all the groups, or nothing."""
    found = [index for names in groups if (index := _one_of(names, cells)) is not None]
    return tuple(found) if len(found) == len(groups) else ()


def _by_header(cells: list[str], delimiter: str, line: str) -> Layout:
    named = [re.sub(r"[\s_.<>-]+", "", cell.lower()) for cell in cells]
    time, clock = _time_columns(named)
    prices, asks = _price_columns(named)
    if time is None or not prices:
        alone = [_one_of(names, named) for names in PRICE_NAMES]
        wanted = {"time": time, **dict(zip(PRICES, alone, strict=True))}
        missing = ", ".join(name for name, index in wanted.items() if index is None)
        raise _unknown(line, f"no column for {missing}")
    return Layout(
        delimiter, True, time, prices, None if asks else _volume(named),
        _one_of(SYMBOL_NAMES, named), clock, asks, () if asks else _extras(named),
    )  # fmt: skip


def _price_columns(named: list[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Columns of the prices, or of both sides of the quotes; empty where they are not all there."""
    prices = _all_of(PRICE_NAMES, named)
    if prices:
        return prices, ()
    bids, asks = _all_of(BID_NAMES, named), _all_of(ASK_NAMES, named)
    return (bids, asks) if bids and asks else ((), ())


def _extras(named: list[str]) -> tuple[tuple[str, int], ...]:
    """Columns of closing quotes, both or none, and of funding."""
    found = {name: _one_of(names, named) for name, names in EXTRA_NAMES.items()}
    if found["bid"] is None or found["ask"] is None:
        found["bid"] = found["ask"] = None
    return tuple((name, index) for name, index in found.items() if index is not None)


def _time_columns(named: list[str]) -> tuple[int | None, int | None]:
    """Column of the time, and of the time of day where the date stands apart."""
    whole = _one_of(TIME_NAMES[: TIME_NAMES.index("time")], named)
    date, clock = _one_of(DATE_NAMES, named), _one_of(CLOCK_NAMES, named)
    if whole is None and date is not None and clock is not None:
        return date, clock
    return _one_of(TIME_NAMES, named), None


def _volume(named: list[str]) -> int | None:
    """A column of that name, or the first that begins so (`Volume BTC`)."""
    exact = _one_of(VOLUME_NAMES, named)
    if exact is not None:
        return exact
    return next((i for i, name in enumerate(named) if name.startswith("volume")), None)

"""Adjusted prices: raw prices times the factors of later dividends and splits.

Adjusted prices know later dividends: use them for returns, and raw prices for order sizes and
anything that becomes money.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray, bars_like
from engine.data.days import day_number, day_text
from engine.data.periods import trade_days
from engine.errors import DataError
from engine.text import clean_text

COLUMNS: Final = ("valid_to", "symbol", "price_factor", "split_factor")
MAX_BYTES: Final = 10_000_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,17})?([eE][+-]?\d{1,3})?", re.ASCII)
_LARGEST: Final = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Factors of one symbol, by the last day for which each row holds; shape (rows,).

    Attributes:
        valid_to: local dates as days since 1970-01-01, strictly rising.
        price: dividends, above zero.
        split: splits, above zero: 0.5 before a 2:1 split.
    """

    symbol: str
    valid_to: IntArray
    price: FloatArray
    split: FloatArray


def read_factors(path: Path, symbol: str) -> Factors:
    """Factors of a symbol from a CSV file: valid_to,symbol,price_factor,split_factor.

    Raises:
        DataError: FILE_NOT_FOUND, FILE_TOO_LARGE, FILE_UNREADABLE, FACTORS_LAYOUT_UNKNOWN,
            FACTORS_ROW_INVALID, FACTORS_ORDER or FACTORS_SYMBOL_UNKNOWN.
    """
    rows = _rows(Path(path))
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise DataError(
            "FACTORS_LAYOUT_UNKNOWN", "this is no factor file",
            value=clean_text(",".join(rows[0]) if rows else "", 120),
            hint=f"the first line reads {','.join(COLUMNS)}",
        )  # fmt: skip
    known = sorted({row[1] for row in rows[1:] if len(row) == len(COLUMNS)})
    mine = [_row(line, row) for line, row in enumerate(rows[1:], 2) if row[1:2] == [symbol]]
    if not mine:
        listed = clean_text(", ".join(known), 150)
        raise DataError(
            "FACTORS_SYMBOL_UNKNOWN", "the file has no factors for this symbol", value=symbol,
            hint=f"choose one of: {listed}",
        )  # fmt: skip
    return _factors(symbol, mine)


def adjust(bars: Bars, factors: Factors) -> Bars:
    """Adjusted bars: price x price_factor x split_factor of the first row with valid_to >= date.

    The date is the instrument's local one. Volume is divided by the split factor, so that it is
    counted in today's units. Times and origin stay.

    Raises:
        DataError: FACTORS_END when a bar is later than the last row.
    """
    days = trade_days(bars)
    place = np.searchsorted(factors.valid_to, days, side="left")
    if place[-1] == len(factors.valid_to):
        raise DataError(
            "FACTORS_END", f"the factors end on {day_text(int(factors.valid_to[-1]))}",
            value=day_text(int(days[-1])), hint="cut the bars there, or get a newer factor file",
        )  # fmt: skip
    factor = factors.price[place] * factors.split[place]
    prices = ("open", "high", "low", "close", "bid", "ask")
    columns = {n: c * factor if n in prices else c for n, c in bars.columns.items()}
    columns["volume"] = bars.volume / factors.split[place]
    return bars_like(bars, bars.time, columns)


def _rows(path: Path) -> list[list[str]]:
    if not path.is_file():
        raise DataError(
            "FILE_NOT_FOUND", "there is no such file", value=path,
            hint="check the folder and the name",
        )  # fmt: skip
    if path.stat().st_size > MAX_BYTES:
        raise DataError(
            "FILE_TOO_LARGE", f"at most {MAX_BYTES} bytes are read", value=path.stat().st_size,
            hint="split the file by symbol",
        )  # fmt: skip
    try:
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            "FILE_UNREADABLE", "the file cannot be read as CSV in UTF-8", value=path.name,
            hint="save it as plain CSV in UTF-8",
        ) from error  # fmt: skip


def _row(line: int, row: list[str]) -> tuple[int, float, float]:
    try:
        date, price, split = row[0], row[2], row[3]
        if len(row) == len(COLUMNS) and _DATE.fullmatch(date):
            return day_number(date), _factor(price), _factor(split)
    except (IndexError, ValueError):
        pass
    raise DataError(
        "FACTORS_ROW_INVALID", f"row {line} cannot be read", value=clean_text(",".join(row), 80),
        hint="a row reads like 2005-06-08,IWM,0.91,0.5 with factors above zero",
    )  # fmt: skip


def _factor(cell: str) -> float:
    value = float(cell) if _NUMBER.fullmatch(cell) else 0.0
    if not 0 < value < _LARGEST:
        raise ValueError(cell)
    return value


def _factors(symbol: str, rows: list[tuple[int, float, float]]) -> Factors:
    days, price, split = zip(*rows, strict=True)
    valid_to = np.array(days, dtype=np.int64)
    late = np.flatnonzero(np.diff(valid_to) <= 0)
    if len(late):
        raise DataError(
            "FACTORS_ORDER", "dates must rise within a symbol",
            value=day_text(int(valid_to[late[0] + 1])), hint="sort the rows, remove duplicates",
        )  # fmt: skip
    return Factors(symbol, valid_to, np.array(price), np.array(split))

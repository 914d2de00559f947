"""Panel: bars of several instruments on one timeline, as one account sees them.

Each instrument keeps its own bars; the timeline is the union of their open times. Where an
instrument has no bar its row is -1: nothing can be decided or filled for it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Final

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray
from engine.errors import DataError
from engine.market import Instrument, Symbol, Timeframe

NO_ROW: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Bars of several instruments; build it with `panel_of`.

    Attributes:
        each: bars of each instrument on its own times, in the order given.
        time: union of their open times, int64 UTC milliseconds, strictly rising, shape (n,).
        rows: for each instrument the row of its bar at each time, NO_ROW without one, shape (n,).
    """

    each: tuple[Bars, ...]
    time: IntArray
    rows: tuple[IntArray, ...]

    def __len__(self) -> int:
        """Number of times."""
        return len(self.time)

    @property
    def timeframe(self) -> Timeframe:
        """Timeframe that all instruments share."""
        return self.each[0].timeframe

    @property
    def instrument(self) -> Instrument:
        """The first instrument; its calendar is that of the account."""
        return self.each[0].instrument

    @property
    def close_time(self) -> IntArray:
        """Nominal close times, int64 UTC milliseconds, shape (n,)."""
        return self.time + self.timeframe.seconds * 1000

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Symbols in order."""
        return tuple(bars.instrument.symbol for bars in self.each)

    def place(self, symbol: Symbol) -> int | None:
        """Place of a symbol, None when the panel does not hold it."""
        return self.symbols.index(symbol) if symbol in self.symbols else None

    def before(self, time_ms: int) -> Panel:
        """The same instruments with only the bars that open before `time_ms`.

        Raises:
            DataError: PANEL_EMPTY when an instrument has no such bar.
        """
        return panel_of(
            [bars.slice(0, int(np.searchsorted(bars.time, time_ms))) for bars in self.each]
        )

    def since(self, first: int) -> Panel:
        """The same instruments with only the bars of row `first` of the timeline and later.

        Raises:
            DataError: PANEL_EMPTY when an instrument has no such bar.
        """
        if first <= 0:
            return self
        return panel_of(
            [
                bars.slice(start, len(bars))
                for bars, start in zip(self.each, self.starts(first), strict=True)
            ]
        )

    def starts(self, first: int) -> tuple[int, ...]:
        """For each instrument the number of its bars before row `first` of the timeline."""
        if first <= 0:
            return (0,) * len(self.each)
        begin = int(self.time[first])
        return tuple(int(np.searchsorted(bars.time, begin)) for bars in self.each)

    def spread_out(self, place: int, values: FloatArray, missing: float = np.nan) -> FloatArray:
        """Values of one instrument's own bars on the common timeline. Shape (n,)."""
        rows = self.rows[place]
        result: FloatArray = np.where(rows >= 0, values[np.maximum(rows, 0)], missing)
        return result

    def present(self, place: int) -> BoolArray:
        """Where an instrument has a bar. Shape (n,)."""
        result: BoolArray = self.rows[place] >= 0
        return result


def panel_of(each: Sequence[Bars]) -> Panel:
    """Bars of several instruments on one timeline.

    Raises:
        DataError: PANEL_EMPTY, PANEL_TIMEFRAMES or PANEL_SYMBOL_TWICE.
    """
    if not each or any(len(bars) == 0 for bars in each):
        raise DataError("PANEL_EMPTY", "an instrument has no bar", hint="give bars of each symbol")
    frames = sorted({bars.timeframe.value for bars in each})
    if len(frames) > 1:
        raise DataError(
            "PANEL_TIMEFRAMES",
            "instruments of one account need bars of one timeframe",
            value=", ".join(frames),
            hint="resample the shorter bars first",
        )
    symbols = [bars.instrument.symbol for bars in each]
    if len(set(symbols)) < len(symbols):
        twice = next(symbol for symbol in symbols if symbols.count(symbol) > 1)
        raise DataError(
            "PANEL_SYMBOL_TWICE", "a symbol is given twice", value=twice, hint="give each one once"
        )
    time = each[0].time if len(each) == 1 else reduce(np.union1d, [bars.time for bars in each])
    return Panel(tuple(each), time, tuple(_rows(bars, time) for bars in each))


def _rows(bars: Bars, time: IntArray) -> IntArray:
    if len(bars) == len(time):
        return _every_row(len(time))
    rows = np.full(len(time), NO_ROW, dtype=np.int64)
    rows[np.searchsorted(time, bars.time)] = np.arange(len(bars), dtype=np.int64)
    return rows


@lru_cache(maxsize=4)
def _every_row(n: int) -> IntArray:
    """0 .. n - 1, read-only: the rows of an instrument that has every bar."""
    rows = np.arange(n, dtype=np.int64)
    rows.setflags(write=False)
    return rows

"""What every peer is given: the market, the cases, the account; and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CASH: Final = 10_000_000.0
FEE: Final = 0.0001
SHARE: Final = 0.95
RISK: Final = 0.01
ATR_BARS: Final = 14
ATR_TIMES: Final = 10.0
HOURS_A_YEAR: Final = 24 * 365

Column = NDArray[np.float64]
Flags = NDArray[np.bool_]
Row = tuple[int, int, float, float]


class Market(NamedTuple):
    """Columns of the bars, each of shape (n,); `time` in milliseconds."""

    time: Column
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column

    def first(self, bars: int) -> Market:
        """The first so many bars."""
        return Market(*(np.ascontiguousarray(column[:bars]) for column in self))


class Case(NamedTuple):
    """What is run: windows of the averages, whether a stop rides along, first bar to decide at."""

    fast: int = 20
    slow: int = 50
    stop: bool = False
    first: int = 0


CASES: Final = {"sma_cross": Case(), "sma_cross_risk": Case(stop=True)}

Rows = Callable[[], list[Row]]
"""Closed trades as (entry bar, exit bar, entry price, exit price), read after the clock stopped."""


def true_range(market: Market) -> Column:
    """True range, shape (n,); the first is missing."""
    before = market.close[:-1]
    spans = np.full(len(market.close), np.nan)
    spans[1:] = np.maximum(market.high[1:], before) - np.minimum(market.low[1:], before)
    return spans


def wilder_range(market: Market) -> Column:
    """Average true range: Wilder's average, seeded with the plain mean of the first spans."""
    spans = true_range(market).tolist()
    level = sum(spans[1 : ATR_BARS + 1]) / ATR_BARS
    levels = [float("nan")] * ATR_BARS + [level]
    for span in spans[ATR_BARS + 1 :]:
        level += (span - level) / ATR_BARS
        levels.append(level)
    return np.array(levels)


def crosses(fast: Column, slow: Column) -> tuple[Flags, Flags]:
    """Bars at which fast goes above slow, and below it; False where either is missing."""
    up, down = np.zeros(len(fast), np.bool_), np.zeros(len(fast), np.bool_)
    up[1:] = (fast[1:] > slow[1:]) & (fast[:-1] <= slow[:-1])
    down[1:] = (fast[1:] < slow[1:]) & (fast[:-1] >= slow[:-1])
    return up, down

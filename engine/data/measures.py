"""Measures: what a market scan shows of each market, from its own bars up to its last close."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.data.scan import Measure
from engine.market import bars_per_year

SHORT, LONG, YEAR = 20, 200, 252
"""Windows in bars."""


def close(bars: Bars) -> FloatArray:
    """Close. Shape (n,), quote per base."""
    return bars.close


def change(bars: Bars, n: int) -> FloatArray:
    """Close over the close n bars before, less one. Shape (n,), fraction."""
    made = np.full(len(bars), np.nan)
    made[n:] = bars.close[n:] / bars.close[:-n] - 1.0
    return made


def volatility(bars: Bars, n: int = SHORT) -> FloatArray:
    """Sample deviation of the last n log returns, a year's worth. Shape (n,), fraction."""
    made = np.full(len(bars), np.nan)
    if len(bars) <= n:
        return made
    returns = np.diff(np.log(bars.close))
    windows = np.lib.stride_tricks.sliding_window_view(returns, n)
    scale = bars_per_year(bars.timeframe, bars.instrument.calendar) ** 0.5
    made[n:] = windows.std(axis=1, ddof=1) * scale
    return made


def above_mean(bars: Bars, n: int = LONG) -> FloatArray:
    """Close over the mean of the last n closes, less one. Shape (n,), fraction."""
    made = np.full(len(bars), np.nan)
    if len(bars) >= n:
        windows = np.lib.stride_tricks.sliding_window_view(bars.close, n)
        made[n - 1 :] = bars.close[n - 1 :] / windows.mean(axis=1) - 1.0
    return made


def drawdown(bars: Bars, n: int = YEAR) -> FloatArray:
    """Close over the highest high of the last n bars, less one. Shape (n,), fraction."""
    made = np.full(len(bars), np.nan)
    if len(bars) >= n:
        windows = np.lib.stride_tricks.sliding_window_view(bars.high, n)
        made[n - 1 :] = bars.close[n - 1 :] / windows.max(axis=1) - 1.0
    return made


def relative_volume(bars: Bars, n: int = SHORT) -> FloatArray:
    """Volume over the mean of the n bars before. Shape (n,)."""
    made = np.full(len(bars), np.nan)
    if len(bars) > n:
        windows = np.lib.stride_tricks.sliding_window_view(bars.volume, n)[:-1]
        usual = windows.mean(axis=1)
        rest = bars.volume[n:]
        made[n:] = np.divide(rest, usual, out=np.full(len(rest), np.nan), where=usual > 0)
    return made


MEASURES: Final[Mapping[str, Measure]] = {
    "close": close,
    "change_1": partial(change, n=1),
    f"change_{SHORT}": partial(change, n=SHORT),
    f"volatility_{SHORT}": volatility,
    f"above_mean_{LONG}": above_mean,
    f"drawdown_{YEAR}": drawdown,
    f"rel_volume_{SHORT}": relative_volume,
}
"""In the order of the columns; changes, distances and volatility are fractions."""

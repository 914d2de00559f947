"""Volatility: true range, bands, channels, realised volatility. Arrays float64 (n,), NaN missing.

Bands use the population sigma, `stdev` the sample sigma. Annualised figures use the bars per
year of timeframe and calendar, never a fixed 252.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan, sqrt

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators.averages import ema, rma, sma
from engine.indicators.windows import lagged, logs, ratio, window_sigma


def true_range(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """Largest of high - low and the distances to the close before; the first one is missing."""
    before = lagged(close, 1)
    return np.maximum(high - low, np.maximum(np.abs(high - before), np.abs(low - before)))


def atr(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """Wilder's average of the true range, price units."""
    return rma(true_range(high, low, close), n)


def natr(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """Average true range (atr) over close, a fraction of one."""
    return ratio(atr(high, low, close, n), close)


def band(x: FloatArray, n: int, k: float) -> FloatArray:
    """Bollinger band: mean plus k population sigmas (k below zero: the lower band)."""
    return sma(x, n) + k * window_sigma(x, n, sample=False)


def band_width(x: FloatArray, n: int, k: float) -> FloatArray:
    """(upper - lower) / middle, a fraction of one."""
    return ratio(band(x, n, k) - band(x, n, -k), sma(x, n))


def band_place(x: FloatArray, n: int, k: float) -> FloatArray:
    """(x - lower) / (upper - lower): 0 at the lower, 1 at the upper band."""
    lower = band(x, n, -k)
    return ratio(x - lower, band(x, n, k) - lower)


def keltner(  # noqa: PLR0913 - three columns and three settings
    high: FloatArray, low: FloatArray, close: FloatArray, *, n: int, a: int, k: float
) -> FloatArray:
    """ema(close, n) + k atr(a), price units (k below zero: the lower line)."""
    return ema(close, n) + k * atr(high, low, close, a)


def stdev(x: FloatArray, n: int) -> FloatArray:
    """Sample standard deviation of the last n values."""
    return window_sigma(x, n, sample=True)


def log_returns(x: FloatArray) -> FloatArray:
    """ln(x / x one bar ago)."""
    return logs(ratio(x, lagged(x, 1)))


def realized_vol(x: FloatArray, n: int, bars_per_year: float) -> FloatArray:
    """Annualised sample sigma of n one-bar log returns, a fraction of one."""
    return window_sigma(log_returns(x), n, sample=True) * sqrt(bars_per_year)


def ewm_vol(x: FloatArray, n: int, bars_per_year: float) -> FloatArray:
    """Annualised sigma of log returns with exponential weights, alpha 1/(1+n).

    Mean and variance are both weighted; their seed is the mean and the population variance of
    the first n returns. Source: Moskowitz, Ooi, Pedersen 2012, section 2.4 (centre of mass n).
    """
    values = _weighted_variance(log_returns(x).tolist(), n)
    sigma: FloatArray = np.sqrt(np.fromiter(values, dtype=np.float64, count=len(x)))
    return sigma * sqrt(bars_per_year)


def _weighted_variance(returns: list[float], n: int) -> Iterator[float]:
    alpha = 1 / (1 + n)
    first: list[float] = []
    mean = variance = 0.0
    for value in returns:
        if value != value:  # noqa: PLR0124 - the fastest test for NaN in a loop
            yield nan
            continue
        if len(first) < n:
            first.append(value)
            if len(first) < n:
                yield nan
                continue
            mean = sum(first) / n
            variance = sum((r - mean) * (r - mean) for r in first) / n
        else:
            gap = value - mean
            mean += alpha * gap
            variance = (1 - alpha) * (variance + alpha * gap * gap)
        yield variance

"""Oscillators. Arrays float64 (n,), NaN missing; 0..100 unless said otherwise.

Where nothing moved, the quotient is 0/0 and the value is missing: a frozen market is not oversold.
"""

from __future__ import annotations

from math import log10
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators.averages import ema, rma, sma
from engine.indicators.volatility import true_range
from engine.indicators.windows import (
    change,
    lagged,
    lags,
    missing,
    ratio,
    window_max,
    window_mean,
    window_min,
    window_sum,
)

CCI_SCALE: Final = 0.015


def rsi(x: FloatArray, n: int) -> FloatArray:
    """Wilder's relative strength of gains and losses; first value at bar n."""
    moved = change(x)
    gain = rma(np.maximum(moved, 0.0), n)
    return 100 * ratio(gain, gain + rma(np.maximum(-moved, 0.0), n))


def place_in_range(x: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Place of x between low and high, 0..100."""
    return 100 * ratio(x - low, high - low)


def stoch_k(high: FloatArray, low: FloatArray, close: FloatArray, *, n: int, m: int) -> FloatArray:
    """Slow %K: place of the close in the range of n bars, averaged over m."""
    return sma(place_in_range(close, window_min(low, n), window_max(high, n)), m)


def stochrsi(x: FloatArray, r: int, n: int) -> FloatArray:
    """Place of rsi(x, r) in its own range of n bars, unsmoothed."""
    strength = rsi(x, r)
    return place_in_range(strength, window_min(strength, n), window_max(strength, n))


def macd(x: FloatArray, fast: int, slow: int) -> FloatArray:
    """Line ema(fast) - ema(slow), each on its own seed; unit of a difference of x."""
    return ema(x, fast) - ema(x, slow)


def macd_signal(x: FloatArray, fast: int, slow: int, sig: int) -> FloatArray:
    """Average (ema) of the macd line."""
    return ema(macd(x, fast, slow), sig)


def macd_hist(x: FloatArray, fast: int, slow: int, sig: int) -> FloatArray:
    """Distance of the macd line from its signal."""
    line = macd(x, fast, slow)
    return line - ema(line, sig)


def typical(high: FloatArray, low: FloatArray, close: FloatArray) -> FloatArray:
    """(high + low + close) / 3."""
    return (high + low + close) / 3


def cci(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """(typical price - mean) / (0.015 mean absolute deviation), dimensionless."""
    price = typical(high, low, close)
    mean = window_mean(price, n)
    spread = np.zeros(len(price))
    for _, value in lags(price, n):
        spread = spread + np.abs(value - mean)
    return ratio(price - mean, CCI_SCALE * (spread / n))


def willr(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """Williams %R, -100..0."""
    top = window_max(high, n)
    return -100 * ratio(top - close, top - window_min(low, n))


def mfi(price: FloatArray, volume: FloatArray, n: int) -> FloatArray:
    """Money flow index of the typical price; missing where the window saw no flow."""
    flow = price * volume
    moved = change(price)
    up = window_sum(np.where(np.isnan(moved), moved, np.where(moved > 0, flow, 0.0)), n)
    down = window_sum(np.where(np.isnan(moved), moved, np.where(moved < 0, flow, 0.0)), n)
    return 100 * ratio(up, up + down)


def ultosc(
    high: FloatArray, low: FloatArray, close: FloatArray, windows: tuple[int, int, int]
) -> FloatArray:
    """Ultimate oscillator: buying pressure over true range, weights 4, 2, 1."""
    before = lagged(close, 1)
    pressure = close - np.minimum(low, before)
    reach = true_range(high, low, close)
    parts = [ratio(window_sum(pressure, n), window_sum(reach, n)) for n in windows]
    return 100 * (4 * parts[0] + 2 * parts[1] + parts[2]) / 7


def _bars_since_top(x: FloatArray, n: int) -> FloatArray:
    """Bars since the largest of the last n values; of equals the latest counts."""
    best = missing(len(x))
    age = missing(len(x))
    for bars in range(n - 1, -1, -1):
        value = lagged(x, bars)
        newer = ~(value < best)
        best = np.where(newer, value, best)
        age = np.where(newer, float(bars), age)
    age[np.isnan(window_sum(x, n))] = np.nan
    return age


def aroon_up(high: FloatArray, n: int) -> FloatArray:
    """100 (n - bars since the highest high) / n over a window of n + 1 bars."""
    return 100 * (n - _bars_since_top(high, n + 1)) / n


def aroon_down(low: FloatArray, n: int) -> FloatArray:
    """100 (n - bars since the lowest low) / n over a window of n + 1 bars."""
    return 100 * (n - _bars_since_top(-low, n + 1)) / n


def chop(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """Choppiness: 100 log10(sum of true ranges / range) / log10 n; n from 2."""
    paths = window_sum(true_range(high, low, close), n)
    reach = ratio(paths, window_max(high, n) - window_min(low, n))
    return np.array([100 * log10(v) / log10(n) if v > 0 else np.nan for v in reach.tolist()])

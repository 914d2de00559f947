"""Averages. Arrays are float64 (n,), NaN missing; results have the unit of the series.

Windows include the present bar. Recursive averages are seeded with the plain mean of their first
n values, skip missing values and keep their state.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence, Sequence
from math import floor, isnan, nan, sqrt
from typing import Final

import numpy as np

from engine import fast
from engine.data.bars import FloatArray
from engine.indicators.windows import (
    change,
    lagged,
    missing,
    ordered_windows,
    ratio,
    window_mean,
    window_sum,
    window_weighted,
)

KAMA_FAST: Final = 2
KAMA_SLOW: Final = 30


def sma(x: FloatArray, n: int) -> FloatArray:
    """Plain mean of the last n values."""
    return window_mean(x, n)


def total(x: FloatArray, n: int) -> FloatArray:
    """Sum of the last n values."""
    return window_sum(x, n)


def wma(x: FloatArray, n: int) -> FloatArray:
    """Weights n, n-1, ... 1 from the newest value, over their sum."""
    weights = np.arange(n, 0, -1, dtype=float)
    return window_weighted(x, weights) / (n * (n + 1) / 2)


def vwma(x: FloatArray, volume: FloatArray, n: int) -> FloatArray:
    """Mean weighted by volume; missing where the window traded nothing."""
    return ratio(window_sum(x * volume, n), window_sum(volume, n))


def quantile(x: FloatArray, n: int, q: float) -> FloatArray:
    """The q quantile (0..1) of the last n values, linear between two order statistics."""
    out = missing(len(x))
    place = (n - 1) * q
    low = min(floor(place), n - 1)
    high = min(low + 1, n - 1)
    for first, rows in ordered_windows(x, n, (low, high, n - 1)):
        value = rows[:, low] + (place - low) * (rows[:, high] - rows[:, low])
        # NaN sorts last: a window that holds one is missing as a whole.
        value[np.isnan(rows[:, -1])] = nan
        start = first + n - 1
        out[start : start + len(value)] = value
    return out


def median(x: FloatArray, n: int) -> FloatArray:
    """Middle value of the last n (mean of the two middle ones when n is even)."""
    return quantile(x, n, 0.5)


def smoothed(x: FloatArray, n: int, alpha: float) -> FloatArray:
    """Recursion s + alpha (x - s), seeded with the mean of the first n present values."""
    if fast.worth_compiling(len(x)):
        out = np.empty(len(x))
        fast.compiled(smooth)(x, n, alpha, out)
        return out
    values = x.tolist()
    smooth(values, n, alpha, values)
    return np.array(values)


def smooth(x: Sequence[float], n: int, alpha: float, out: MutableSequence[float]) -> None:
    """The recursion, plain, from x into out (which may be x itself)."""
    seen, state = 0, 0.0
    for row in range(len(x)):
        value = x[row]
        if value != value:  # noqa: PLR0124 - the fastest test for NaN in a loop
            out[row] = nan
        elif seen < n:
            seen += 1
            state += value
            if seen == n:
                state /= n
            out[row] = state if seen == n else nan
        else:
            state += alpha * (value - state)
            out[row] = state


def ema(x: FloatArray, n: int) -> FloatArray:
    """Exponential average, alpha 2/(n+1)."""
    return smoothed(x, n, 2 / (n + 1))


def rma(x: FloatArray, n: int) -> FloatArray:
    """Wilder's average, alpha 1/n."""
    return smoothed(x, n, 1 / n)


def dema(x: FloatArray, n: int) -> FloatArray:
    """Double average 2 e - ema(e) with e = ema(x)."""
    once = ema(x, n)
    return 2 * once - ema(once, n)


def tema(x: FloatArray, n: int) -> FloatArray:
    """Triple average 3 e - 3 ema(e) + ema(ema(e)) with e = ema(x)."""
    once = ema(x, n)
    twice = ema(once, n)
    return 3 * once - 3 * twice + ema(twice, n)


def hma(x: FloatArray, n: int) -> FloatArray:
    """Hull's average wma(2 wma(n div 2) - wma(n), floor(sqrt n)): floor, not round."""
    return wma(2 * wma(x, max(1, n // 2)) - wma(x, n), floor(sqrt(n)))


def kama(x: FloatArray, n: int) -> FloatArray:
    """Kaufman's adaptive average, fast 2, slow 30, started from the value n - 1 bars in.

    Where nothing moved in the window the efficiency is 0/0 and the average is missing.
    """
    fast, slow = 2 / (KAMA_FAST + 1), 2 / (KAMA_SLOW + 1)
    efficiency = ratio(np.abs(change(x, n)), window_sum(np.abs(change(x)), n))
    pace = efficiency * (fast - slow) + slow
    return np.fromiter(
        _adaptive(x.tolist(), lagged(x, 1).tolist(), (pace * pace).tolist()), float, len(x)
    )


def _adaptive(values: list[float], before: list[float], paces: list[float]) -> Iterator[float]:
    state = nan
    for value, previous, pace in zip(values, before, paces, strict=True):
        if isnan(pace):
            yield nan
            continue
        if isnan(state):
            state = previous
        state += pace * (value - state)
        yield state

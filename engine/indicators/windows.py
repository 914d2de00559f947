"""Window arithmetic that is exact at every cut: the building blocks of the kernels.

Each value is worked out from its own window alone, by a fixed sequence of element-wise operations
that does not depend on how many bars follow. So `f(x[:c])` equals `f(x)[:c]` bit for bit, which
running sums over spikes or library reductions over views do not promise.
All arrays are float64 of shape (n,); NaN is missing and a window that holds one is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from engine.data.bars import FloatArray

_CHUNK: Final = 2_000_000


def missing(n: int) -> FloatArray:
    """So many missing values."""
    return np.full(n, np.nan)


def lagged(x: FloatArray, bars: int) -> FloatArray:
    """The value `bars` bars ago; missing before there is one."""
    if bars == 0:
        return x
    out = missing(len(x))
    if bars < len(x):
        out[bars:] = x[:-bars]
    return out


def change(x: FloatArray, bars: int = 1) -> FloatArray:
    """Difference between x and its value `bars` bars ago."""
    return x - lagged(x, bars)


def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Quotient top / bottom; 0/0 and x/0 are missing, never 0 or infinite."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        out = top / bottom
    out[~np.isfinite(out)] = np.nan
    return out


def _fold(
    x: FloatArray, n: int, combine: Callable[[FloatArray, FloatArray], FloatArray]
) -> FloatArray:
    """Combination of the last n values, by doubling: about 2 log2(n) array operations."""
    block, size, covered = x, 1, 0
    result: FloatArray | None = None
    while True:
        if n & size:
            shifted = lagged(block, covered)
            result = shifted if result is None else combine(result, shifted)
            covered += size
        if covered == n and result is not None:
            return result
        block = combine(block, lagged(block, size))
        size *= 2


def window_sum(x: FloatArray, n: int) -> FloatArray:
    """Sum of the last n values, the present one included."""
    return _fold(x, n, np.add)


def window_max(x: FloatArray, n: int) -> FloatArray:
    """Largest of the last n values."""
    return _fold(x, n, np.maximum)


def window_min(x: FloatArray, n: int) -> FloatArray:
    """Smallest of the last n values."""
    return _fold(x, n, np.minimum)


def window_mean(x: FloatArray, n: int) -> FloatArray:
    """Mean of the last n values; exactly the value itself where all are equal.

    The exactness matters: on a dead-flat stretch deviations must be 0, not rounding noise.
    """
    top = window_max(x, n)
    return np.where(top == window_min(x, n), top, window_sum(x, n) / n)


def lags(x: FloatArray, n: int) -> Iterator[tuple[int, FloatArray]]:
    """(0, x), (1, x one bar ago) ... for a window of n values."""
    for bars in range(n):
        yield bars, lagged(x, bars)


def window_weighted(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum of weights[j] times the value j bars ago."""
    total = np.zeros(len(x))
    for bars, value in lags(x, len(weights)):
        total = total + value * weights[bars]
    return total


def deviation_products(
    x: FloatArray, x_mean: FloatArray, y: FloatArray, y_mean: FloatArray, n: int
) -> FloatArray:
    """Sum over the window of (x - mean of x)(y - mean of y)."""
    total = np.zeros(len(x))
    for bars in range(n):
        total = total + (lagged(x, bars) - x_mean) * (lagged(y, bars) - y_mean)
    return total


def power_deviations(x: FloatArray, mean: FloatArray, n: int, power: int) -> FloatArray:
    """Sum over the window of (x - mean) to a whole power."""
    total = np.zeros(len(x))
    for _, value in lags(x, n):
        part = base = value - mean
        for _ in range(power - 1):
            part = part * base
        total = total + part
    return total


def window_sigma(x: FloatArray, n: int, *, sample: bool) -> FloatArray:
    """Standard deviation of the last n values: sample (n - 1) or population (n)."""
    squares = power_deviations(x, window_mean(x, n), n, 2)
    return np.sqrt(squares / (n - 1 if sample else n))


def ordered_windows(
    x: FloatArray, n: int, places: tuple[int, ...]
) -> Iterator[tuple[int, FloatArray]]:
    """(first row, windows of shape (rows, n)) with the values at `places` as if sorted.

    Row r of a piece is the window that ends at bar first + r + n - 1; NaN sorts last. Pieces
    bound the memory.
    """
    if len(x) < n:
        return
    view = np.lib.stride_tricks.sliding_window_view(x, n)
    step = max(1, _CHUNK // n)
    for first in range(0, len(view), step):
        yield first, np.partition(view[first : first + step], places, axis=-1)


def logs(x: FloatArray) -> FloatArray:
    """Natural logarithm; missing where x is not above zero.

    One value at a time: vectorised logarithms differ from machine to machine in the last bit.
    """
    ln, nan = math.log, math.nan
    return np.array([ln(v) if v > 0 and v < math.inf else nan for v in x.tolist()], dtype=float)

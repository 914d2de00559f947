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

from engine.data.bars import FloatArray, IntArray

_CHUNK: Final = 2_000_000
_BLOCK: Final = 16_384


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
    """Combination of the last n values, by doubling: about 2 log2(n) array operations.

    Worked off in blocks that stay in the processor's cache; a value is made from its own window
    by the same operations in the same order wherever its block begins.
    """
    if n == 1:
        return x
    out = missing(len(x))
    for start, stop in blocks(len(x), n):
        out[start:stop] = _doubled(x[start - n + 1 : stop], n, combine)
    return out


def _doubled(
    x: FloatArray, n: int, combine: Callable[[FloatArray, FloatArray], FloatArray]
) -> FloatArray:
    """One block of `_fold`: the values from row n - 1 on, shape (len(x) - n + 1,)."""
    rows = len(x) - n + 1
    block, size, covered = x, 1, 0
    result: FloatArray | None = None
    while True:
        # Row r of `block` covers the `size` values of x that end at row r + size - 1.
        if n & size:
            start = n - covered - size
            part = block[start : start + rows]
            result = part if result is None else combine(result, part)
            covered += size
        if covered == n and result is not None:
            return result
        block = combine(block[size:], block[:-size])
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
    out = window_sum(x, n) / n
    flat = _flat_ends(x, n)
    out[flat] = x[flat]
    return out


def _flat_ends(x: FloatArray, n: int) -> IntArray:
    """Rows at which a window of n equal values ends."""
    if n == 1:
        return np.arange(len(x))
    repeats = np.flatnonzero(x[1:] == x[:-1]) + 1
    # A window is flat where n - 1 repeats follow each other without a gap.
    ends = repeats[n - 2 :]
    found: IntArray = ends[ends - repeats[: len(ends)] == n - 2]
    return found


def blocks(length: int, n: int) -> Iterator[tuple[int, int]]:
    """(first row, row after the last) of pieces of the rows that have a window of n values.

    Pieces bound the memory and stay in the processor's cache.
    """
    for start in range(n - 1, length, _BLOCK):
        yield start, min(start + _BLOCK, length)


def lags(x: FloatArray, n: int) -> Iterator[tuple[int, FloatArray]]:
    """(0, x), (1, x one bar ago) ... for a window of n values."""
    for bars in range(n):
        yield bars, lagged(x, bars)


def window_weighted(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum of weights[j] times the value j bars ago."""
    out = missing(len(x))
    for start, stop in blocks(len(x), len(weights)):
        total = np.zeros(stop - start)
        for bars, weight in enumerate(weights.tolist()):
            total += x[start - bars : stop - bars] * weight
        out[start:stop] = total
    return out


def deviation_products(
    x: FloatArray, x_mean: FloatArray, y: FloatArray, y_mean: FloatArray, n: int
) -> FloatArray:
    """Sum over the window of (x - mean of x)(y - mean of y)."""
    out = missing(len(x))
    for start, stop in blocks(len(x), n):
        x_middle, y_middle = x_mean[start:stop], y_mean[start:stop]
        total = np.zeros(stop - start)
        for bars in range(n):
            past = slice(start - bars, stop - bars)
            total += (x[past] - x_middle) * (y[past] - y_middle)
        out[start:stop] = total
    return out


def power_deviations(x: FloatArray, mean: FloatArray, n: int, power: int) -> FloatArray:
    """Sum over the window of (x - mean) to a whole power."""
    out = missing(len(x))
    for start, stop in blocks(len(x), n):
        middle = mean[start:stop]
        total = np.zeros(stop - start)
        for bars in range(n):
            part = base = x[start - bars : stop - bars] - middle
            for _ in range(power - 1):
                part = part * base
            total += part
        out[start:stop] = total
    return out


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

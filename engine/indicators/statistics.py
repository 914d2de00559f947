"""Returns, ranks, moments, regressions and conditions over windows. Arrays float64 (n,).

Conditions are arrays of 1 (true), 0 (false) and NaN (missing), three-valued as Kleene has it.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence, Sequence
from math import nan
from typing import Final

import numpy as np

from engine import fast
from engine.data.bars import BoolArray, FloatArray, IntArray
from engine.indicators.windows import (
    blocks,
    deviation_products,
    lagged,
    logs,
    missing,
    power_deviations,
    ratio,
    window_max,
    window_mean,
    window_sigma,
    window_sum,
)

SATURATION: Final = 1_000
"""streak stops counting here; bars_since is missing beyond."""


def roc(x: FloatArray, n: int) -> FloatArray:
    """Relative change x / x n bars ago - 1, a fraction of one."""
    return ratio(x, lagged(x, n)) - 1


def log_return(x: FloatArray, n: int) -> FloatArray:
    """ln(x / x n bars ago)."""
    return logs(ratio(x, lagged(x, n)))


def zscore(x: FloatArray, n: int) -> FloatArray:
    """(x - mean) / sample sigma of the last n values."""
    return ratio(x - window_mean(x, n), window_sigma(x, n, sample=True))


def skew(x: FloatArray, n: int) -> FloatArray:
    """Skewness of the last n values, bias-corrected (adjusted Fisher-Pearson)."""
    sigma = window_sigma(x, n, sample=True)
    cubes = power_deviations(x, window_mean(x, n), n, 3)
    return ratio(cubes * (n / ((n - 1) * (n - 2))), sigma * sigma * sigma)


def kurt(x: FloatArray, n: int) -> FloatArray:
    """Excess kurtosis of the last n values, bias-corrected."""
    square = window_sigma(x, n, sample=True)
    square = square * square
    fourths = power_deviations(x, window_mean(x, n), n, 4)
    scale = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3))
    return ratio(fourths * scale, square * square) - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


def pct_rank(x: FloatArray, n: int) -> FloatArray:
    """Rank of the present value in its window, 0..100; ties averaged, the smallest is 100/n."""
    rank = missing(len(x))
    for start, stop in blocks(len(x), n):
        now = x[start:stop]
        below, equal = np.zeros(stop - start), np.zeros(stop - start)
        for bars in range(n):
            value = x[start - bars : stop - bars]
            below += value < now
            equal += value == now
        rank[start:stop] = (below + (equal + 1) / 2) * (100 / n)
    rank[np.isnan(window_sum(x, n))] = nan
    return rank


def corr(x: FloatArray, y: FloatArray, n: int) -> FloatArray:
    """Pearson's correlation of the last n pairs, -1..1."""
    x_mean, y_mean = _pair_means(x, y, n)
    both = deviation_products(x, x_mean, y, y_mean, n)
    x_sum = deviation_products(x, x_mean, x, x_mean, n)
    y_sum = deviation_products(y, y_mean, y, y_mean, n)
    return np.clip(ratio(both, np.sqrt(x_sum) * np.sqrt(y_sum)), -1.0, 1.0)


def beta(x: FloatArray, y: FloatArray, n: int) -> FloatArray:
    """Least-squares slope of x on y over the last n pairs."""
    x_mean, y_mean = _pair_means(x, y, n)
    both = deviation_products(x, x_mean, y, y_mean, n)
    return ratio(both, deviation_products(y, y_mean, y, y_mean, n))


def _pair_means(x: FloatArray, y: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    return window_mean(x, n), window_mean(y, n)


def _line(x: FloatArray, n: int) -> FloatArray:
    """Sum over the window of (bar - mean bar)(x - mean of x)."""
    mean = window_mean(x, n)
    middle = (n - 1) / 2
    out = missing(len(x))
    for start, stop in blocks(len(x), n):
        average = mean[start:stop]
        total = np.zeros(stop - start)
        for bars in range(n):
            total += (middle - bars) * (x[start - bars : stop - bars] - average)
        out[start:stop] = total
    return out


def slope(x: FloatArray, n: int) -> FloatArray:
    """Slope of the least-squares line through the last n values, per bar."""
    return _line(x, n) / (n * (n * n - 1) / 12)


def r2(x: FloatArray, n: int) -> FloatArray:
    """Share of variance that a straight line explains, 0..1; missing on a flat window."""
    line = _line(x, n)
    spread = power_deviations(x, window_mean(x, n), n, 2)
    return np.clip(ratio(line * line, spread * (n * (n * n - 1) / 12)), 0.0, 1.0)


# Conditions


def truth(known: FloatArray) -> FloatArray:
    """1 where definitely true, else 0: missing counts as not true."""
    found: FloatArray = (known == 1).astype(np.float64)
    return found


def compared(holds: BoolArray, *sides: FloatArray) -> FloatArray:
    """Outcome of a comparison, missing where one of its sides is missing."""
    out: FloatArray = holds.astype(np.float64)
    for side in sides:
        # Few rows are missing: looking for them first is cheaper than masking all.
        out[_missing_rows(side)] = nan
    return out


def _missing_rows(x: FloatArray) -> IntArray:
    # A value that is not equal to itself is NaN: one pass.
    return np.flatnonzero(x != x)  # noqa: PLR0124 - see above


def both(a: FloatArray, b: FloatArray) -> FloatArray:
    """Kleene and: false wins over missing."""
    out: FloatArray = a * b
    rows = _missing_rows(out)
    out[rows] = np.where((a[rows] == 0) | (b[rows] == 0), 0.0, nan)
    return out


def either(a: FloatArray, b: FloatArray) -> FloatArray:
    """Kleene or: true wins over missing."""
    out: FloatArray = np.maximum(a, b)
    rows = _missing_rows(out)
    out[rows] = np.where((a[rows] == 1) | (b[rows] == 1), 1.0, nan)
    return out


def cross_above(a: FloatArray, b: FloatArray) -> FloatArray:
    """True where a > b now and a <= b one bar ago."""
    out = np.empty(len(a))
    if fast.worth_compiling(len(a)):
        fast.compiled(cross)(a, b, out)
        return out
    above = a > b
    gap = a - b
    unknown = _missing_rows(gap)
    out[:1] = nan
    np.logical_and(above[1:], ~above[:-1], out=out[1:], casting="unsafe")
    # One side or both missing, now or one bar ago: what is left of Kleene's and.
    # (np.unique would load numpy.ma, ten milliseconds of a first run.)
    rows = np.concatenate([np.zeros(1, dtype=np.int64), unknown, unknown + 1])
    rows = rows[rows < len(out)]
    out[rows] = _crossed(gap, rows)
    return out


def cross(a: Sequence[float], b: Sequence[float], out: MutableSequence[float]) -> None:
    """The same row by row: missing before the first bar, three-valued as Kleene has it."""
    if len(out):
        out[0] = 0.0 if a[0] <= b[0] else nan
    for row in range(1, len(out)):
        now, before = a[row] - b[row], a[row - 1] - b[row - 1]
        never = (now <= 0.0) | (before > 0.0)
        crossed = (now > 0.0) & (before <= 0.0)
        out[row] = 0.0 if never else 1.0 if crossed else nan


def _crossed(gap: FloatArray, rows: IntArray) -> FloatArray:
    """Crossing at these rows, three-valued, from the gap between the two series."""
    now, before = gap[rows], np.where(rows > 0, gap[rows - 1], nan)
    return both(compared(now > 0, now), compared(before <= 0, before))


def rising(x: FloatArray, n: int) -> FloatArray:
    """True where x is above its value n bars ago."""
    before = lagged(x, n)
    return compared(x > before, x, before)


def any_of(b: FloatArray, n: int) -> FloatArray:
    """True when true at least once in the last n bars."""
    hit = _in_window(truth(b), n, before=0.0)
    unknown = _in_window(np.isnan(b).astype(np.float64), n, before=1.0)
    hit[(hit == 0) & (unknown == 1)] = nan
    return hit


def _in_window(marks: FloatArray, n: int, before: float) -> FloatArray:
    """1 where a mark lies in the last n bars; `before` stands for the bars before the first."""
    padded = np.concatenate([np.full(n - 1, before), marks])
    return window_max(padded, n)[n - 1 :].copy()


def all_of(b: FloatArray, n: int) -> FloatArray:
    """True when true in each of the last n bars."""
    return 1 - any_of(1 - b, n)


def count(b: FloatArray, n: int) -> FloatArray:
    """How many of the last n bars were definitely true; missing before n bars."""
    return window_sum(truth(b), n)


def streak(b: FloatArray) -> FloatArray:
    """Bars in a row that were definitely true up to now, at most 1,000."""
    return np.fromiter(_streaks(truth(b).tolist()), float, len(b))


def _streaks(values: list[float]) -> Iterator[float]:
    run = 0
    for value in values:
        run = min(run + 1, SATURATION) if value else 0
        yield float(run)


def bars_since(b: FloatArray) -> FloatArray:
    """Bars since it was last definitely true (0 = now); missing beyond 1,000 or before."""
    return np.fromiter(_since(truth(b).tolist()), float, len(b))


def _since(values: list[float]) -> Iterator[float]:
    gap = SATURATION + 1
    for value in values:
        gap = 0 if value else gap + 1
        yield float(gap) if gap <= SATURATION else nan


def where(b: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Choice: x where true, y where false, missing where missing."""
    out = missing(len(b))
    out[b == 1] = x[b == 1]
    out[b == 0] = y[b == 0]
    return out

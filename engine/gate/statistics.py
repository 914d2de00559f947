"""Statistics of the gate on numpy alone: every figure with formula, shape, unit and source.

Daily returns are integers in units of 1e-8, held in float64: products of resampling counts and
returns stay below 2^53, so the bootstrap is exact for any library, thread count or chunking.
Sums of squares go through `math.fsum`. Statistics are rounded to 1e-9, p-values to 1e-12, before
anything compares or hashes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.bootstrap import (
    MAX_BLOCK,
    MIN_BLOCK,
    Draws,
    block_length,
    column_moments,
    mean_and_deviation,
    mean_block,
    resample_counts,
)

__all__ = [
    "KEY_LIMIT",
    "MAX_BLOCK",
    "MIN_BLOCK",
    "Draws",
    "Interval",
    "Key",
    "binomial_at_most",
    "block_length",
    "cap_of_look",
    "clopper_pearson_upper",
    "holdout_key",
    "largest_product",
    "mean_and_deviation",
    "mean_block",
    "mean_interval",
    "normal_tail",
    "p_gate",
    "reality_check",
    "resample_counts",
    "single_key_limit",
    "train_keys",
]

KEY_LIMIT: Final = 0.01
"""Two keys pass if and only if p_gate is not above this."""

_CHUNK_COLUMNS: Final = 500
_DECIMALS: Final = 9
_P_DECIMALS: Final = 12
_BISECTIONS: Final = 60


@dataclass(frozen=True, slots=True)
class Key:
    """A test statistic and its p-value; `statistic` is None for a series that never moves."""

    statistic: float | None
    p: float


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the bootstrap needs of each column: returns, recentring mean, deviation, statistic."""

    returns: FloatArray
    centre: FloatArray
    deviation: FloatArray
    statistic: FloatArray


def _columns(matrix: FloatArray) -> _Columns:
    length = matrix.shape[0]
    mean, deviation = column_moments(matrix)
    moving = deviation > 0
    statistic = np.full(len(mean), -np.inf)
    statistic[moving] = np.round(math.sqrt(length) * mean[moving] / deviation[moving], _DECIMALS)
    floor = -math.sqrt(2.0 * math.log(max(1.0, math.log(length))))
    centre = np.where(statistic >= floor, mean, 0.0)
    return _Columns(matrix[:, moving], centre[moving], deviation[moving], statistic)


def _maxima(columns: _Columns, counts: FloatArray) -> FloatArray:
    """Largest recentred statistic of each draw over all columns, at least 0; shape (draws,)."""
    length = columns.returns.shape[0]
    best = np.zeros(counts.shape[0])
    for start in range(0, columns.returns.shape[1], _CHUNK_COLUMNS):
        part = slice(start, start + _CHUNK_COLUMNS)
        means = counts @ columns.returns[:, part] / length
        scaled = math.sqrt(length) * (means - columns.centre[part]) / columns.deviation[part]
        best = np.maximum(best, np.round(scaled, _DECIMALS).max(axis=1))
    return best


def train_keys(  # noqa: PLR0913 - the draws are named by three parts
    matrices: Sequence[FloatArray],
    own: int,
    *,
    family: str,
    window: str,
    block: int,
    samples: int,
    draws: Iterable[FloatArray] | None = None,
) -> tuple[Key, ...]:
    """Train key p_IS of column `own` in each matrix, on the same draws.

    A matrix is (T days, N trials) of integer returns. The p-value is that of the candidate's own
    statistic against the bootstrap distribution of the best of all trials, so adding a trial can
    never lower it: (1 + #{b: M_b >= max(t_own, 0)}) / (samples + 1), with
    M_b = max(0, max_k sqrt(T) (m*_bk - g_k) / sd_k) and g_k = mean_k if t_k >= -sqrt(2 ln ln T),
    else 0. A series that does not move has p = 1 and still counts as a trial. `draws` are the
    same counts from a cache (`Draws`).

    Source: Hansen 2005, test for superior predictive ability, consistent version.
    """
    prepared = [_columns(matrix) for matrix in matrices]
    exceeded = [0] * len(prepared)
    made, length = 0, matrices[0].shape[0]
    fresh = resample_counts(length, block, samples, family, window)
    for counts in fresh if draws is None else draws:
        made += counts.shape[0]  # of a cache, whatever it holds: a p above 1 would be nonsense
        for index, columns in enumerate(prepared):
            threshold = max(float(columns.statistic[own]), 0.0)
            exceeded[index] += int((_maxima(columns, counts) >= threshold).sum())
    return tuple(
        Key(
            float(columns.statistic[own]) if math.isfinite(columns.statistic[own]) else None,
            round((1 + count) / (made + 1), _P_DECIMALS),
        )
        for columns, count in zip(prepared, exceeded, strict=True)
    )


def normal_tail(z: float) -> float:
    """1 - Phi(z), accurate in the far tail."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def holdout_key(x: FloatArray) -> Key:
    """Holdout key of a series of daily returns: z = sqrt(T) mean / sd / v, p_O = 1 - Phi(z).

    v = sqrt((1 + r) / (1 - r)) when the lag-1 autocorrelation r exceeds 2 / sqrt(T), else 1: it
    can only lower |z|. Plain sd, variance under the null. A series that does not move: p = 1.
    """
    length = len(x)
    mean, deviation = mean_and_deviation(x)
    if deviation == 0.0:
        return Key(None, 1.0)
    centred = x - mean
    r = math.fsum(centred[1:] * centred[:-1]) / math.fsum(centred**2)
    widening = math.sqrt((1.0 + r) / (1.0 - r)) if 2.0 / math.sqrt(length) < r < 1.0 else 1.0
    z = round(math.sqrt(length) * mean / deviation / widening, _DECIMALS)
    return Key(z, round(normal_tail(z), _P_DECIMALS))


def p_gate(p_train: float, p_holdout: float, cap: float) -> float:
    """Both keys as one exact p-value: t (1 + ln(cap / t)) with t = p_train p_holdout, or 1.

    It is 1 when p_holdout is above its cap. For independent uniform keys P(p_gate <= x) = x.
    """
    if not p_holdout <= cap:
        return 1.0
    t = p_train * p_holdout
    if t <= 0.0:
        return 0.0
    return min(1.0, t * (1.0 + math.log(cap / t)))


def cap_of_look(k: int) -> float:
    """Largest p_O that look number k on a window may show for two keys: max(0.01, 0.10 / k)."""
    return max(0.01, 0.10 / k)


def single_key_limit(k: int) -> float:
    """Largest p_O of look k where the train key is not counted: max(0.001, 0.01 / k)."""
    return max(0.001, 0.01 / k)


def largest_product(cap: float) -> float:
    """The product p_IS x p_O at which p_gate reaches 0.01, by bisection."""
    low, high = 0.0, min(cap, KEY_LIMIT)
    for _ in range(200):
        middle = (low + high) / 2
        if middle > 0.0 and middle * (1.0 + math.log(cap / middle)) > KEY_LIMIT:
            high = middle
        else:
            low = middle
    return low


def binomial_at_most(k: int, n: int, rate: float) -> float:
    """P(X <= k) for X ~ Binomial(n, rate), by the sum of its terms in logarithms."""
    if k >= n or rate <= 0.0:
        return 1.0
    if rate >= 1.0:
        return 0.0
    win, lose, whole = math.log(rate), math.log1p(-rate), math.lgamma(n + 1)
    terms = (
        math.exp(whole - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * win + (n - i) * lose)
        for i in range(k + 1)
    )
    return min(1.0, math.fsum(terms))


def clopper_pearson_upper(k: int, n: int, level: float = 0.99) -> float:
    """Upper confidence bound of a rate of which k in n trials were seen; 1 if k = n.

    The rate u at which P(X <= k; n, u) = 1 - level, by 60 steps of bisection (60 halvings of the
    unit interval are below the spacing of float64). It equals scipy's `beta.ppf(level, k+1, n-k)`.

    Raises:
        InputError: RATE_INVALID when not 0 <= k <= n with n >= 1, or level is not inside (0, 1).

    Source: Clopper and Pearson 1934.
    """
    if not 0 <= k <= n or n < 1 or not 0.0 < level < 1.0:
        raise InputError(
            "RATE_INVALID", "a bound needs 0 <= k <= n, n >= 1 and a level between 0 and 1",
            value=f"k={k}, n={n}, level={level}",
        )  # fmt: skip
    if k == n:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        if binomial_at_most(k, n, middle) > 1.0 - level:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def reality_check(
    matrix: FloatArray, *, family: str, window: str, block: int, samples: int
) -> float:
    """p-value of White's reality check: is the best of N trials better than nothing?

    V = max_k sqrt(T) mean_k against V*_b = max_k sqrt(T) (m*_bk - mean_k), not studentised and
    recentred on the sample's own means (never on a draw's). p = (1 + #{V* >= V}) / (samples + 1).
    Report only: one very volatile trial decides it alone.

    Args:
        matrix: (T, N) integer returns.
        family: first part of the draws' name.
        window: second part of it.
        block: mean block, days.
        samples: number of draws.

    Source: White 2000.
    """
    length = matrix.shape[0]
    mean = np.array([math.fsum(column) / length for column in matrix.T])
    best = float(mean.max())
    exceeded = 0
    for counts in resample_counts(length, block, samples, family, window):
        exceeded += int(((counts @ matrix / length - mean).max(axis=1) >= best).sum())
    return round((1 + exceeded) / (samples + 1), _P_DECIMALS)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its bounds, all in the unit of the series, and the block that was used, days."""

    mean: float
    low: float
    high: float
    block: int


def mean_interval(
    x: FloatArray, level: float = 0.90, *, family: str, window: str, samples: int = 4_999
) -> Interval:
    """Percentile interval of a series' mean by the stationary bootstrap, automatic block length.

    The bounds are order statistics of the resampled means, so they are exact. The block is
    Politis-White's own (at least 1), not the gate's 10 to 40 days.

    Raises:
        InputError: LEVEL_INVALID unless 0 < level < 1; RETURNS_INVALID for less than two values.

    Source: Politis and Romano 1994; Politis and White 2004.
    """
    if not 0.0 < level < 1.0:
        raise InputError("LEVEL_INVALID", "a level lies between 0 and 1", value=level)
    if len(x) < 2:  # noqa: PLR2004 - one value has no spread
        raise InputError("RETURNS_INVALID", "an interval needs two values", value=len(x))
    block = max(1, math.ceil(block_length(x)))
    draws = resample_counts(len(x), block, samples, family, window)
    means = np.sort(np.concatenate([counts @ x / len(x) for counts in draws]))
    outside = int((1.0 - level) / 2.0 * (samples + 1))
    low, high = means[max(outside - 1, 0)], means[min(samples - outside, samples - 1)]
    return Interval(math.fsum(x) / len(x), float(low), float(high), block)

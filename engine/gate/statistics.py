"""Statistics of the gate on numpy alone: every figure with formula, shape, unit and source.

Daily returns are integers in units of 1e-8, held in float64: products of resampling counts and
returns stay below 2^53, so the bootstrap is exact for any library, thread count or chunking.
Sums of squares go through `math.fsum`. Statistics are rounded to 1e-9, p-values to 1e-12, before
anything compares or hashes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.seeds import stream

MIN_BLOCK: Final = 10
MAX_BLOCK: Final = 40
KEY_LIMIT: Final = 0.01
"""Two keys pass if and only if p_gate is not above this."""

_CHUNK_DRAWS: Final = 500
_CHUNK_COLUMNS: Final = 500
_FEWEST_DAYS: Final = 10
_FLAT: Final = 1e-12
_DECIMALS: Final = 9
_P_DECIMALS: Final = 12


@dataclass(frozen=True, slots=True)
class Key:
    """A test statistic and its p-value; `statistic` is None for a series that never moves."""

    statistic: float | None
    p: float


def mean_and_deviation(x: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation (ddof 1) of a series of integers, both in its unit.

    The deviation is 0 when it is below 1e-12 x T x max|x|: such a series does not move.
    """
    length = len(x)
    if length < 2:  # noqa: PLR2004 - one value has no spread
        return 0.0, 0.0
    mean = math.fsum(x) / length
    deviation = math.sqrt(math.fsum((x - mean) ** 2) / (length - 1))
    if deviation <= _FLAT * length * float(np.abs(x).max()):
        return mean, 0.0
    return mean, deviation


def block_length(x: FloatArray) -> float:
    """Mean block length of the stationary bootstrap for a series, in observations.

    Source: Politis and White 2004, with the correction of Patton, Politis and White 2009: the
    flat-top lag window ends at twice the last lag before K_n insignificant autocorrelations.
    """
    n = len(x)
    mean, deviation = mean_and_deviation(x)
    if deviation == 0.0 or n < _FEWEST_DAYS:
        return 1.0
    centred = x - mean
    quiet = max(5, int(math.log10(n)))
    furthest = math.ceil(math.sqrt(n)) + quiet
    covariance, strength = _autocovariances(centred, min(furthest, n - 2))
    bound = 2.0 * math.sqrt(math.log10(n) / n)
    cut = min(2 * max(1, _last_loud_lag(strength, bound, quiet)), len(covariance) - 1)
    weighted = spectrum = 0.0
    for lag in range(-cut, cut + 1):
        weight = min(1.0, 2.0 * (1.0 - abs(lag) / cut))
        weighted += weight * abs(lag) * covariance[abs(lag)]
        spectrum += weight * covariance[abs(lag)]
    if spectrum == 0.0:
        return 1.0
    best = math.pow((weighted / spectrum) ** 2 * n, 1 / 3)
    return min(best, float(math.ceil(min(3.0 * math.sqrt(n), n / 3))))


def _autocovariances(centred: FloatArray, furthest: int) -> tuple[list[float], list[float]]:
    """Autocovariances (divided by n) and absolute autocorrelations of lags 0..furthest."""
    n = len(centred)
    covariance, strength = [], []
    for lag in range(furthest + 1):
        early, late = centred[: n - lag], centred[lag:]
        product = math.fsum(early * late)
        scale = math.sqrt(math.fsum(early[: n - lag - 1] ** 2) * math.fsum(late[1:] ** 2))
        covariance.append(product / n)
        strength.append(abs(product) / scale if scale > 0 else 0.0)
    return covariance, strength


def _last_loud_lag(strength: Sequence[float], bound: float, quiet: int) -> int:
    """The lag after which `quiet` autocorrelations in a row are below the bound."""
    for lag in range(len(strength) - quiet):
        if all(value < bound for value in strength[lag : lag + quiet]):
            return lag
    return len(strength) - 1


def mean_block(x: FloatArray) -> int:
    """Block of the train key: Politis-White of the candidate's raw returns, 10 to 40 days."""
    return min(max(MIN_BLOCK, math.ceil(block_length(x))), MAX_BLOCK)


def resample_counts(
    length: int, block: int, samples: int, family: str, window: str
) -> Iterator[FloatArray]:
    """How often each day stands in each stationary-bootstrap draw, in chunks (draws, length).

    Blocks have geometric length with mean `block` and wrap around. Each chunk has a stream of
    its own, named by family, window, block and chunk number only.

    Source: Politis and Romano 1994.
    """
    for number, start in enumerate(range(0, samples, _CHUNK_DRAWS)):
        draws = min(_CHUNK_DRAWS, samples - start)
        random = stream("gate/stationary-bootstrap", family, window, block, number)
        fresh = random.random((draws, length)) < 1.0 / block
        begins = random.integers(0, length, size=(draws, length))
        fresh[:, 0] = True
        position = np.arange(length)
        last = np.maximum.accumulate(np.where(fresh, position, 0), axis=1)
        index = (np.take_along_axis(begins, last, axis=1) + position - last) % length
        index += np.arange(draws)[:, None] * length
        counts = np.bincount(index.ravel(), minlength=draws * length)
        yield counts.reshape(draws, length).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the bootstrap needs of each column: returns, recentring mean, deviation, statistic."""

    returns: FloatArray
    centre: FloatArray
    deviation: FloatArray
    statistic: FloatArray


def _columns(matrix: FloatArray) -> _Columns:
    length = matrix.shape[0]
    moments = [mean_and_deviation(matrix[:, column]) for column in range(matrix.shape[1])]
    mean = np.array([each[0] for each in moments])
    deviation = np.array([each[1] for each in moments])
    moving = deviation > 0
    statistic = np.full(len(moments), -np.inf)
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
) -> tuple[Key, ...]:
    """Train key p_IS of column `own` in each matrix, on the same draws.

    A matrix is (T days, N trials) of integer returns. The p-value is that of the candidate's own
    statistic against the bootstrap distribution of the best of all trials, so adding a trial can
    never lower it: (1 + #{b: M_b >= max(t_own, 0)}) / (samples + 1), with
    M_b = max(0, max_k sqrt(T) (m*_bk - g_k) / sd_k) and g_k = mean_k if t_k >= -sqrt(2 ln ln T),
    else 0. A series that does not move has p = 1 and still counts as a trial.

    Source: Hansen 2005, test for superior predictive ability, consistent version.
    """
    prepared = [_columns(matrix) for matrix in matrices]
    exceeded = [0] * len(prepared)
    length = matrices[0].shape[0]
    for counts in resample_counts(length, block, samples, family, window):
        for index, columns in enumerate(prepared):
            threshold = max(float(columns.statistic[own]), 0.0)
            exceeded[index] += int((_maxima(columns, counts) >= threshold).sum())
    return tuple(
        Key(
            float(columns.statistic[own]) if math.isfinite(columns.statistic[own]) else None,
            round((1 + count) / (samples + 1), _P_DECIMALS),
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

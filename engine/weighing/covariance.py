"""Covariance of returns, shrunk so that it can be inverted, and what follows from it.

Returns have shape (t, n): t periods, n assets, fractions of one. Covariances have shape (n, n) in
squared fractions per period. No linear-algebra library is called: sums run in one fixed order, so
the same returns give the same bytes with any number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import InputError

MIN_PERIODS: Final = 2
_MATRIX: Final = 2
_SYMMETRY: Final = 1e-9
# Products that are held in memory at one time.
_AT_ONCE: Final = 100_000
# Below this share of the mean variance a difference of variances is rounding.
_NOTHING: Final = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """A shrunk covariance.

    Attributes:
        covariance: shape (n, n).
        intensity: weight of the target, 0 (sample covariance) to 1 (target alone).
    """

    covariance: FloatArray
    intensity: float


def checked_returns(returns: FloatArray) -> FloatArray:
    """The returns as they are, when covariances can be made of them.

    Raises:
        InputError: PORTFOLIO_RETURNS when the shape is not (t >= 2, n >= 1) or a value is missing.
    """
    if returns.ndim != _MATRIX or returns.shape[0] < MIN_PERIODS or returns.shape[1] < 1:
        raise InputError(
            "PORTFOLIO_RETURNS",
            "returns are a table of at least two periods and one asset",
            value=returns.shape,
            hint="give one column for each asset, one row for each period",
        )
    missing = np.argwhere(~np.isfinite(returns))
    if len(missing):
        row, column = missing[0].tolist()
        raise InputError(
            "PORTFOLIO_RETURNS",
            f"the return of asset {column} in period {row} is missing or not finite",
            value=float(returns[row, column]),
            hint="keep the periods that all assets have",
        )
    # Sums over columns depend on how a table lies in memory: it always lies row by row.
    return np.ascontiguousarray(returns)


def checked_covariance(covariance: FloatArray) -> FloatArray:
    """The covariance as it is, when weights can be made of it.

    Raises:
        InputError: PORTFOLIO_COVARIANCE when it is not square, finite and symmetric, or a
            variance is not above zero.
    """
    square = covariance.ndim == _MATRIX and covariance.shape[0] == covariance.shape[1] >= 1
    if not square or not np.isfinite(covariance).all():
        raise InputError(
            "PORTFOLIO_COVARIANCE",
            "a covariance is a square table of finite numbers",
            value=covariance.shape,
            hint="make it with ledoit_wolf(returns)",
        )
    variances = np.diagonal(covariance)
    if not (variances > 0).all():
        place = int(np.argmin(variances > 0))
        raise InputError(
            "PORTFOLIO_COVARIANCE",
            f"asset {place} has no variance",
            value=float(variances[place]),
            hint="leave out assets that never move",
        )
    scale = np.sqrt(variances[:, None] * variances[None, :])
    if (np.abs(covariance - covariance.T) > _SYMMETRY * scale).any():
        raise InputError(
            "PORTFOLIO_COVARIANCE",
            "the table is not symmetric",
            hint="covariance of a with b is that of b with a",
        )
    return covariance


def _products(left: FloatArray, right: FloatArray) -> FloatArray:
    """Sum over periods of the products of two tables' columns, period by period.

    A reduction over the first axis adds one period after the other: the order of a plain loop.
    """
    total = np.zeros((left.shape[1], right.shape[1]))
    step = max(_AT_ONCE // total.size, 1)
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        products = left[part, :, None] * right[part, None, :]
        total = np.add.reduce(np.concatenate([total[None], products]), axis=0)
    return total


def sample_covariance(returns: FloatArray) -> FloatArray:
    """Covariance around the mean, divided by the number of periods.

    Raises:
        InputError: PORTFOLIO_RETURNS.
    """
    table = checked_returns(returns)
    centred = table - table.mean(axis=0)
    return _products(centred, centred) / len(table)


def ledoit_wolf(returns: FloatArray) -> Shrunk:
    """Sample covariance drawn towards the mean variance on a diagonal, by the best weight.

    Assumption: periods are independent with finite fourth moments.
    Source: Ledoit and Wolf 2004, "A well-conditioned estimator for large-dimensional covariance
    matrices", section 3.3; the mean is removed first, sums are divided by t.

    Raises:
        InputError: PORTFOLIO_RETURNS.
    """
    table = checked_returns(returns)
    sample = sample_covariance(table)
    centred = table - table.mean(axis=0)
    periods, assets = table.shape
    target = np.eye(assets) * (np.trace(sample) / assets)
    distance = float(((sample - target) ** 2).sum())
    squares = centred * centred
    noise = float((_products(squares, squares) / periods - sample * sample).sum()) / periods
    if distance <= _NOTHING * float((target**2).sum()):
        return Shrunk(target, 1.0)
    intensity = min(max(noise, 0.0) / distance, 1.0)
    return Shrunk((1.0 - intensity) * sample + intensity * target, intensity)


def volatilities(covariance: FloatArray) -> FloatArray:
    """Standard deviation of each asset per period, shape (n,)."""
    return np.sqrt(np.diagonal(covariance))


def correlation(covariance: FloatArray) -> FloatArray:
    """Correlations, -1..1 with ones on the diagonal, shape (n, n).

    Raises:
        InputError: PORTFOLIO_COVARIANCE.
    """
    sigma = volatilities(checked_covariance(covariance))
    found = np.clip(covariance / (sigma[:, None] * sigma[None, :]), -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found

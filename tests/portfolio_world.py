"""Covariances and returns for tests of portfolio weights: random, near-singular, equicorrelated."""

from __future__ import annotations

import numpy as np

from engine.data.bars import FloatArray
from engine.seeds import stream


def covariance_of(seed: int, n: int) -> FloatArray:
    """A random positive definite covariance whose volatilities differ by up to ten times."""
    rng = stream("peak/test/covariance", seed, n)
    factors = rng.normal(size=(n, n + 3))
    return _scaled(factors @ factors.T / (n + 3) + 0.05 * np.eye(n), rng.uniform(0.01, 0.1, n))


def near_singular(seed: int, n: int) -> FloatArray:
    """Two factors explain everything but a millionth: the condition number is about 1e6."""
    rng = stream("peak/test/near-singular", seed, n)
    factors = np.abs(rng.normal(size=(n, 2))) + 0.2
    table = factors @ factors.T
    table += 1e-6 * float(np.trace(table)) / n * np.eye(n)
    return _scaled(table, rng.uniform(0.01, 0.1, n))


def equal_correlation(rho: float, volatilities: list[float]) -> FloatArray:
    """Every pair has the same correlation."""
    n = len(volatilities)
    return _scaled(np.full((n, n), rho) + (1 - rho) * np.eye(n), np.array(volatilities))


def returns_with(covariance: FloatArray, periods: int, seed: int) -> FloatArray:
    """Returns whose sample covariance (divided by t - 1) is this one, up to rounding."""
    n = len(covariance)
    noise = stream("peak/test/returns", seed, n).normal(size=(periods, n))
    noise -= noise.mean(axis=0)
    whitened = np.linalg.solve(np.linalg.cholesky(np.atleast_2d(np.cov(noise.T))), noise.T)
    shaped: FloatArray = (np.linalg.cholesky(covariance) @ whitened).T
    return shaped


def _scaled(table: FloatArray, volatilities: FloatArray) -> FloatArray:
    covariance: FloatArray = table * volatilities[:, None] * volatilities[None, :]
    return (covariance + covariance.T) / 2


CASES: dict[str, FloatArray] = {
    **{f"random of {n}": covariance_of(7, n) for n in range(2, 16)},
    **{f"near-singular of {n}": near_singular(3, n) for n in (2, 3, 6, 10, 15)},
    "equal correlation 0.5 of 4": equal_correlation(0.5, [0.01, 0.02, 0.03, 0.05]),
    "equal correlation 0.9 of 7": equal_correlation(
        0.9, [0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.1]
    ),
    "no correlation of 5": equal_correlation(0.0, [0.02, 0.01, 0.04, 0.03, 0.05]),
    "negative correlation of 3": equal_correlation(-0.4, [0.02, 0.01, 0.03]),
}
"""Covariances by what they are: the references are asked for each of them."""

"""Covariances: shrinkage against plain loops, refusals with codes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.weighing.covariance import (
    checked_covariance,
    correlation,
    ledoit_wolf,
    sample_covariance,
    volatilities,
)


def returns_of(seed: int, periods: int = 60, assets: int = 4) -> FloatArray:
    """Correlated random returns with different volatilities."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.01, (periods, 1))
    return common + rng.normal(0, 0.01, (periods, assets)) * np.linspace(0.5, 2, assets)


def plain_ledoit_wolf(returns: FloatArray) -> tuple[list[list[float]], float]:
    """The paper's formulas, one number at a time."""
    t, n = returns.shape
    mean = [sum(returns[k, i] for k in range(t)) / t for i in range(n)]
    x = [[returns[k, i] - mean[i] for i in range(n)] for k in range(t)]
    s = [[sum(x[k][i] * x[k][j] for k in range(t)) / t for j in range(n)] for i in range(n)]
    mu = sum(s[i][i] for i in range(n)) / n
    d2 = sum((s[i][j] - (mu if i == j else 0)) ** 2 for i in range(n) for j in range(n)) / n
    b2 = 0.0
    for k in range(t):
        b2 += sum((x[k][i] * x[k][j] - s[i][j]) ** 2 for i in range(n) for j in range(n)) / n
    b2 = min(b2 / t**2, d2)
    share = b2 / d2
    shrunk = [
        [(1 - share) * s[i][j] + (share * mu if i == j else 0.0) for j in range(n)]
        for i in range(n)
    ]
    return shrunk, share


@given(st.integers(0, 10_000), st.integers(5, 40), st.integers(2, 6))
def test_shrinkage_equals_the_papers_formulas(seed: int, periods: int, assets: int) -> None:
    """Intensity and covariance equal a reference that loops over single numbers."""
    returns = returns_of(seed, periods, assets)
    table, share = plain_ledoit_wolf(returns)
    found = ledoit_wolf(returns)
    assert found.intensity == pytest.approx(share, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(found.covariance, table, rtol=1e-9, atol=1e-15)


@given(st.integers(0, 10_000))
def test_shrinkage_makes_more_assets_than_periods_invertible(seed: int) -> None:
    """With fewer periods than assets the shrunk table is positive definite, the sample is not."""
    returns = returns_of(seed, 5, 8)
    assert np.linalg.eigvalsh(ledoit_wolf(returns).covariance)[0] > 1e-9
    assert np.linalg.eigvalsh(sample_covariance(returns))[0] < 1e-9


@given(st.integers(0, 10_000), st.permutations(range(5)))
def test_the_order_of_assets_does_not_matter(seed: int, order: list[int]) -> None:
    """Permuting the columns permutes the covariance and leaves the intensity."""
    returns = returns_of(seed, 30, 5)
    one, other = ledoit_wolf(returns), ledoit_wolf(returns[:, order])
    np.testing.assert_allclose(other.covariance, one.covariance[np.ix_(order, order)], rtol=1e-9)
    assert other.intensity == pytest.approx(one.intensity, rel=1e-9)


@pytest.mark.parametrize(("periods", "assets"), [(7, 3), (400, 1), (400, 2), (300, 40), (900, 15)])
def test_sums_run_period_by_period(periods: int, assets: int) -> None:
    """Adding many periods at once gives the bytes of a plain loop, in parts too."""
    returns = returns_of(4, periods, assets)
    centred = returns - returns.mean(axis=0)
    total = np.zeros((assets, assets))
    for row in centred:
        total += row[:, None] * row[None, :]
    assert sample_covariance(returns).tobytes() == (total / periods).tobytes()
    by_column = np.asfortranarray(returns)
    assert sample_covariance(by_column).tobytes() == (total / periods).tobytes()
    assert ledoit_wolf(by_column).intensity == ledoit_wolf(returns).intensity


def test_one_asset_is_its_own_target() -> None:
    """A single column keeps its variance."""
    returns = returns_of(1, 20, 1)
    found = ledoit_wolf(returns)
    assert found.covariance[0, 0] == pytest.approx(float(returns.var()))


def test_correlations_are_the_usual_ones() -> None:
    """Scaling a covariance by its volatilities gives Pearson's correlations."""
    returns = returns_of(3)
    table = sample_covariance(returns)
    np.testing.assert_allclose(correlation(table), np.corrcoef(returns.T), rtol=1e-12)
    np.testing.assert_allclose(volatilities(table), returns.std(axis=0), rtol=1e-12)


@pytest.mark.parametrize(
    "bad",
    [np.zeros(3), np.zeros((1, 3)), np.zeros((3, 0)), np.array([[0.1, 0.2], [np.nan, 0.1]])],
    ids=["one row of numbers", "one period", "no asset", "missing"],
)
def test_returns_that_say_nothing_are_refused(bad: FloatArray) -> None:
    """Too few periods, no asset or a missing value: PORTFOLIO_RETURNS."""
    with pytest.raises(InputError) as caught:
        ledoit_wolf(bad)
    assert caught.value.code == "PORTFOLIO_RETURNS"


@pytest.mark.parametrize(
    "bad",
    [
        np.ones((2, 3)),
        np.array([[1.0, np.inf], [np.inf, 1.0]]),
        np.array([[1.0, 0.0], [0.0, 0.0]]),
        np.array([[1.0, 0.5], [0.2, 1.0]]),
    ],
    ids=["not square", "not finite", "no variance", "not symmetric"],
)
def test_tables_that_are_no_covariance_are_refused(bad: FloatArray) -> None:
    """Each is refused with PORTFOLIO_COVARIANCE; a right one passes."""
    with pytest.raises(InputError) as caught:
        checked_covariance(bad)
    assert caught.value.code == "PORTFOLIO_COVARIANCE"
    right = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert checked_covariance(right) is right

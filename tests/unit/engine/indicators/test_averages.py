"""Averages against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from engine.indicators import averages

X = 50 + np.cumsum(np.random.default_rng(1).normal(0, 1, 200))


def _recursive(x: np.ndarray, n: int, alpha: float) -> np.ndarray:
    out = np.full(len(x), np.nan)
    state = out[n - 1] = np.mean(x[:n])
    for t in range(n, len(x)):
        state = alpha * x[t] + (1 - alpha) * state
        out[t] = state
    return out


@pytest.mark.parametrize("n", [1, 5, 20])
def test_recursive_averages_are_seeded_with_a_plain_mean(n: int) -> None:
    """Both ema and rma start from the mean of the first n values."""
    np.testing.assert_allclose(averages.ema(X, n), _recursive(X, n, 2 / (n + 1)), rtol=1e-12)
    np.testing.assert_allclose(averages.rma(X, n), _recursive(X, n, 1 / n), rtol=1e-12)


def test_a_recursive_average_skips_a_missing_value_and_keeps_its_state() -> None:
    """One missing value costs one missing result, the rest is as if it had not been there."""
    x = np.insert(X, 100, np.nan)
    found = averages.ema(x, 10)
    assert np.isnan(found[100])
    np.testing.assert_array_equal(np.delete(found, 100), averages.ema(X, 10))


def test_compounds_follow_their_definitions() -> None:
    """Definitions of dema and tema hold term by term."""
    once = _recursive(X, 7, 0.25)
    twice = np.full(len(X), np.nan)
    twice[6:] = _recursive(once[6:], 7, 0.25)
    np.testing.assert_allclose(averages.dema(X, 7)[12:], (2 * once - twice)[12:], rtol=1e-12)
    assert np.isnan(averages.tema(X, 7)[:18]).all()
    assert np.isfinite(averages.tema(X, 7)[18:]).all()


def test_weighted_and_hull() -> None:
    """The newest value weighs most; Hull's last window is the floor of the square root."""
    weights = np.arange(1, 6)
    expected = X[-5:] @ weights / weights.sum()
    assert averages.wma(X, 5)[-1] == pytest.approx(expected, rel=1e-12)
    inner = 2 * averages.wma(X, 5) - averages.wma(X, 11)
    np.testing.assert_array_equal(averages.hma(X, 11), averages.wma(inner, 3))


def test_volume_weights() -> None:
    """Volume weights a price; a window without volume has none."""
    volume = np.array([1.0, 3.0, 0.0, 0.0])
    found = averages.vwma(np.array([10.0, 20.0, 30.0, 40.0]), volume, 2)
    np.testing.assert_array_equal(found, [np.nan, 17.5, 20.0, np.nan])


@pytest.mark.parametrize(("n", "q"), [(4, 0.5), (5, 0.5), (10, 0.0), (10, 0.83), (10, 1.0)])
def test_quantiles_interpolate_linearly(n: int, q: float) -> None:
    """Quantile and median equal the reference on every window."""
    found = averages.quantile(X, n, q)
    expected = [np.quantile(X[t - n + 1 : t + 1], q) for t in range(n - 1, len(X))]
    np.testing.assert_allclose(found[n - 1 :], expected, rtol=1e-12)
    assert np.isnan(found[: n - 1]).all()


def test_a_quantile_over_a_missing_value_is_missing() -> None:
    """A window with a hole has no median."""
    x = X[:20].copy()
    x[10] = np.nan
    assert np.flatnonzero(np.isnan(averages.median(x, 3))).tolist() == [0, 1, 10, 11, 12]


def test_the_adaptive_average_is_fast_in_a_trend_and_missing_where_nothing_moves() -> None:
    """A straight line is followed at the fast pace; a dead-flat window has no efficiency."""
    line = np.arange(1.0, 60.0)
    gap = line - averages.kama(line, 10)
    assert gap[-1] == pytest.approx(1 / (2 / 3) ** 2 - 1, rel=1e-6)
    assert np.isnan(averages.kama(np.full(30, 5.0), 10)).all()

"""Window arithmetic against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from engine.indicators.windows import (
    change,
    lagged,
    logs,
    ratio,
    window_max,
    window_mean,
    window_min,
    window_sigma,
    window_sum,
)

RNG = np.random.default_rng(7)
X = RNG.normal(0, 1, 60)


def _by_loop(function: object, n: int) -> np.ndarray:
    out = np.full(len(X), np.nan)
    for t in range(n - 1, len(X)):
        out[t] = function(X[t - n + 1 : t + 1])  # type: ignore[operator]  # a numpy reduction
    return out


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 31, 60, 61])
def test_folds_equal_plain_loops(n: int) -> None:
    """Sum, largest, smallest, mean and sigma of a window are those of a plain loop."""
    pairs = [(window_sum, np.sum), (window_max, np.max), (window_min, np.min)]
    for ours, plain in pairs:
        np.testing.assert_allclose(ours(X, n), _by_loop(plain, n), rtol=0, atol=1e-12)
    np.testing.assert_allclose(window_mean(X, n), _by_loop(np.mean, n), rtol=0, atol=1e-12)
    sigma = window_sigma(X, n, sample=False)
    np.testing.assert_allclose(sigma, _by_loop(np.std, n), rtol=0, atol=1e-12)


def test_a_flat_window_has_exactly_its_value_and_no_sigma() -> None:
    """On a flat stretch the mean is the value itself, so deviations are 0, not noise."""
    flat = np.full(30, 0.1)
    assert window_mean(flat, 7)[-1] == 0.1
    assert window_sigma(flat, 7, sample=True)[-1] == 0.0


def test_a_window_with_a_missing_value_is_missing_and_recovers() -> None:
    """One missing value spoils exactly the windows that hold it."""
    x = X.copy()
    x[20] = np.nan
    missing = np.flatnonzero(np.isnan(window_sum(x, 5)))
    assert missing.tolist() == [0, 1, 2, 3, 20, 21, 22, 23, 24]


def test_lags_and_changes() -> None:
    """A lag shifts into the past only and is missing before there is a past."""
    x = np.array([1.0, 2.0, 4.0])
    np.testing.assert_array_equal(lagged(x, 1), [np.nan, 1, 2])
    np.testing.assert_array_equal(lagged(x, 5), [np.nan] * 3)
    np.testing.assert_array_equal(change(x), [np.nan, 1, 2])


def test_a_quotient_without_meaning_is_missing() -> None:
    """0/0 and x/0 are missing, never 0 or infinite."""
    found = ratio(np.array([0.0, 1.0, 1.0]), np.array([0.0, 0.0, 2.0]))
    np.testing.assert_array_equal(found, [np.nan, np.nan, 0.5])


def test_logarithms_of_what_has_none_are_missing() -> None:
    """Zero, negative and missing values have no logarithm."""
    np.testing.assert_array_equal(
        logs(np.array([1.0, 0.0, -1.0, np.nan])), [0.0, np.nan, np.nan, np.nan]
    )

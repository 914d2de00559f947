"""Statistics and three-valued conditions against plain loops."""

from __future__ import annotations

import math
import statistics as plain

import numpy as np
import pytest

from engine.indicators import statistics as stats

RNG = np.random.default_rng(5)
X = RNG.normal(0, 1, 80)
Y = 0.5 * X + RNG.normal(0, 1, 80)
NAN = math.nan


def test_returns() -> None:
    """A return is a fraction of one, not percent."""
    x = np.array([100.0, 110.0])
    assert stats.roc(x, 1)[1] == pytest.approx(0.1)
    assert stats.log_return(x, 1)[1] == pytest.approx(math.log(1.1))


def test_moments_by_formula() -> None:
    """Z-score by the sample sigma, skewness and kurtosis bias-corrected."""
    part, n = X[10:40], 30
    sigma = plain.stdev(part.tolist())
    assert stats.zscore(X, n)[39] == pytest.approx((part[-1] - part.mean()) / sigma)
    deviations = part - part.mean()
    skew = n / ((n - 1) * (n - 2)) * (deviations**3).sum() / sigma**3
    assert stats.skew(X, n)[39] == pytest.approx(skew, rel=1e-9)
    kurt = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * (deviations**4).sum() / sigma**4
    kurt -= 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    assert stats.kurt(X, n)[39] == pytest.approx(kurt, rel=1e-9)


def test_pairs_by_reference() -> None:
    """Correlation and beta equal numpy's on one window."""
    x, y = X[20:50], Y[20:50]
    assert stats.corr(X, Y, 30)[49] == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-9)
    assert stats.beta(X, Y, 30)[49] == pytest.approx(np.polyfit(y, x, 1)[0], rel=1e-9)


def test_lines_by_reference() -> None:
    """Slope per bar and the share it explains."""
    part = X[5:25]
    slope, level = np.polyfit(np.arange(20), part, 1)
    rest = part - (slope * np.arange(20) + level)
    share = 1 - (rest**2).sum() / ((part - part.mean()) ** 2).sum()
    assert stats.slope(X, 20)[24] == pytest.approx(slope, rel=1e-9)
    assert stats.r2(X, 20)[24] == pytest.approx(share, rel=1e-9)


def test_ranks_average_ties_and_start_at_one_nth() -> None:
    """The smallest of n values has rank 100/n, the largest 100, ties share their mean."""
    x = np.array([5.0, 1.0, 3.0, 3.0, 9.0, 0.0])
    found = stats.pct_rank(x, 4)
    np.testing.assert_allclose(found[3:], [62.5, 100.0, 25.0])
    assert np.isnan(found[:3]).all()


def test_three_valued_and_or() -> None:
    """False wins an `and`, true wins an `or`, else missing spreads."""
    a = np.array([1, 1, 1, 0, 0, 0, NAN, NAN, NAN], dtype=float)
    b = np.array([1, 0, NAN] * 3, dtype=float)
    np.testing.assert_array_equal(stats.both(a, b), [1, 0, NAN, 0, 0, 0, NAN, 0, NAN])
    np.testing.assert_array_equal(stats.either(a, b), [1, 1, 1, 1, 0, NAN, 1, NAN, NAN])


def test_crossing_needs_both_sides_of_the_line() -> None:
    """A touch before counts as below; a missing bar before is missing."""
    a = np.array([1.0, 2.0, 3.0, 1.0, 3.0])
    found = stats.cross_above(a, np.full(5, 2.0))
    np.testing.assert_array_equal(found, [0, 0, 1, 0, 1])
    assert np.isnan(stats.cross_above(a + 5, np.full(5, 2.0))[0])


def test_rising_compares_two_bars() -> None:
    """Only the two ends count."""
    np.testing.assert_array_equal(stats.rising(np.array([1.0, 9.0, 2.0, 3.0]), 2), [NAN, NAN, 1, 0])


def test_windows_of_conditions() -> None:
    """any_of and all_of are three-valued, count takes missing as not true."""
    b = np.array([1, 0, NAN, 1, 1, 0], dtype=float)
    np.testing.assert_array_equal(stats.any_of(b, 2), [1, 1, NAN, 1, 1, 1])
    np.testing.assert_array_equal(stats.all_of(b, 2), [NAN, 0, 0, NAN, 1, 0])
    np.testing.assert_array_equal(stats.count(b, 3), [NAN, NAN, 1, 1, 2, 2])


def test_streaks_and_gaps_saturate() -> None:
    """A streak stops at 1,000; more than 1,000 bars since are missing."""
    b = np.array([0, 1, 1, NAN, 1], dtype=float)
    np.testing.assert_array_equal(stats.streak(b), [0, 1, 2, 0, 1])
    np.testing.assert_array_equal(stats.bars_since(b), [NAN, 0, 0, 1, 0])
    assert stats.streak(np.ones(1200))[-1] == 1000
    once = np.zeros(1100)
    once[0] = 1
    assert stats.bars_since(once)[1000] == 1000
    assert np.isnan(stats.bars_since(once)[1001])


def test_a_choice_of_what_is_missing_is_missing() -> None:
    """A missing condition chooses nothing."""
    b = np.array([1, 0, NAN])
    found = stats.where(b, np.full(3, 5.0), np.full(3, 7.0))
    np.testing.assert_array_equal(found, [5, 7, NAN])

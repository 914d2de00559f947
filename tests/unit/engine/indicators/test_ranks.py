"""Ranks across members and hedge ratios of pairs, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.data.bars import FloatArray
from engine.indicators.pairs import hedge_ratio, spread
from engine.indicators.ranks import cross_rank, cross_zscore

VALUES = arrays(
    np.float64, (5, 12), elements=st.one_of(st.integers(-3, 3).map(float), st.just(np.nan))
)


@given(VALUES)
def test_a_rank_is_the_share_of_pairs_that_are_won(table: FloatArray) -> None:
    """Half a win for a tie; 0..100; the ranks of those present have mean 50."""
    ranks = np.array([cross_rank(own, list(table)) for own in table])
    for row in range(table.shape[1]):
        known = [value for value in table[:, row] if not np.isnan(value)]
        for member in range(len(table)):
            own = table[member, row]
            if np.isnan(own) or len(known) < 2:
                assert np.isnan(ranks[member, row])
                continue
            wins = sum((own > other) + 0.5 * (own == other) for other in known) - 0.5
            assert ranks[member, row] == pytest.approx(100 * wins / (len(known) - 1))
        if len(known) >= 2:
            assert np.nanmean(ranks[:, row]) == pytest.approx(50)


@given(VALUES)
def test_a_zscore_has_mean_0_and_sample_sigma_1(table: FloatArray) -> None:
    """Over the members that are present; missing where they agree."""
    scores = np.array([cross_zscore(own, list(table)) for own in table])
    for row in range(table.shape[1]):
        known = scores[~np.isnan(scores[:, row]), row]
        values = table[~np.isnan(table[:, row]), row]
        assert len(known) == (len(values) if len(set(values)) > 1 else 0)
        if len(known):
            assert known.mean() == pytest.approx(0, abs=1e-9)
            assert known.std(ddof=1) == pytest.approx(1)


def test_a_value_does_not_depend_on_the_number_of_bars() -> None:
    """Bit for bit, also for a single bar and more members than a machine adds at once."""
    table = list(np.random.default_rng(1).normal(size=(40, 30)))
    whole = cross_zscore(table[0], table)
    for bars in (1, 2, 17):
        part = cross_zscore(table[0][:bars], [member[:bars] for member in table])
        assert part.tobytes() == whole[:bars].tobytes()


def test_hedge_ratios_against_numpy() -> None:
    """Mean of quotients and least squares, on prices and on logarithms."""
    random = np.random.default_rng(2)
    x = 100 * np.exp(np.cumsum(random.normal(0, 0.01, 80)))
    y = 3 * x**0.8 * np.exp(random.normal(0, 0.01, 80))
    for t in (20, 79):
        past = slice(t - 19, t + 1)
        assert hedge_ratio(y, x, "ratio", 20)[t] == pytest.approx(np.mean(y[past] / x[past]))
        assert hedge_ratio(y, x, "ols", 20)[t] == pytest.approx(np.polyfit(x[past], y[past], 1)[0])
        logs = np.polyfit(np.log(x[past]), np.log(y[past]), 1)[0]
        assert hedge_ratio(y, x, "log_ols", 20)[t] == pytest.approx(logs)
        assert spread(y, x, "log_ols", 20)[t] == pytest.approx(np.log(y[t]) - logs * np.log(x[t]))
    assert np.isnan(hedge_ratio(y, x, "ols", 20)[:19]).all()
    assert (hedge_ratio(y, x, "one", 20) == 1).all()
    assert spread(y, x, "one", 20)[5] == pytest.approx(np.log(y[5] / x[5]))


def test_a_flat_leg_has_no_hedge() -> None:
    """0/0 is missing."""
    x, y = np.full(30, 5.0), np.arange(1.0, 31.0)
    assert np.isnan(hedge_ratio(y, x, "ols", 10)).all()
    assert np.isnan(spread(y, x, "ols", 10)).all()

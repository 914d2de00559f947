"""A search: zones, net and excess returns, and which trial is handed in."""

from __future__ import annotations

import numpy as np
import pytest

from engine.seeds import stream
from evals.gate_calibration.search import (
    EMBARGO,
    LEAST_COST,
    days_of,
    net_returns,
    search_of,
    statistics,
    winner,
    zones,
)


def test_five_years_have_the_days_that_the_report_speaks_of() -> None:
    """70 % of 1,825 days are train, ten are nobody's, the rest is held out."""
    train, holdout = zones(days_of(5.0))
    assert (train.stop, holdout.start, holdout.stop) == (1_277, 1_287, 1_825)
    assert holdout.start - train.stop == EMBARGO


def test_what_is_traded_costs() -> None:
    """Entering, turning and leaving pay for one, two and one units; without costs none do."""
    held, returns = np.array([[0.0], [1.0], [-1.0], [0.0]]), np.full(4, 0.1)
    net = net_returns(held, returns, LEAST_COST)
    assert pytest.approx(1.5) == LEAST_COST
    assert net[:, 0] == pytest.approx([0.0, 0.1 - 0.00015, -0.1 - 0.0003, -0.00015])
    assert net_returns(held, returns)[:, 0] == pytest.approx([0.0, 0.1, -0.1, 0.0])


def test_excess_is_net_minus_what_the_mean_train_exposure_earned_in_both_zones() -> None:
    """A rule that always holds the market has no excess at all."""
    returns = stream("tests/search").normal(0.001, 0.01, 400)
    held = np.column_stack([np.ones(400), np.where(np.arange(400) < 140, 1.0, 0.0)])
    search = search_of(held, returns)
    assert np.abs(search.train_excess[:, 0]).max() == 0.0
    assert search.holdout_excess[:, 1] == pytest.approx(-0.5 * returns[290:])


def test_the_best_of_train_is_handed_in() -> None:
    """`sharpe` picks by net returns, `keys` by the worse of both series."""
    random = stream("tests/winner")
    returns = random.normal(0.004, 0.01, 500)
    held = np.column_stack([np.ones(500), np.where(random.random(500) < 0.6, 1.0, -1.0)])
    held[:, 1] *= np.sign(returns) * np.where(random.random(500) < 0.9, 1.0, -1.0)
    search = search_of(held, returns)
    best = statistics(search.train)
    assert winner(search) == int(np.argmax(best))
    assert winner(search, "keys") == 1


def test_what_never_moves_is_never_the_best() -> None:
    """A flat trial has no statistic."""
    search = search_of(np.zeros((300, 1)), stream("tests/flat").normal(0.0, 0.01, 300))
    assert statistics(search.train)[0] == -np.inf


def test_kept_columns_stay_in_their_order() -> None:
    """A part of a search is that part in all four matrices."""
    search = search_of(np.ones((300, 3)) * [1.0, 0.5, -1.0], np.full(300, 0.01))
    part = search.kept([2, 0])
    assert part.trials == 2
    assert np.array_equal(part.holdout[:, 0], search.holdout[:, 2])

"""Jump injection: gaps against the largest positions, stops filled behind them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.data.panel import panel_of
from engine.gate.vetoes.jump import gap_of, jump_evidence, loss_of_gap
from tests.gate_world import market, run_of, subject_of

FREE = CostModel(taker_fee_bps=0, maker_fee_bps=0, spread_bps=0, slippage_bps=0)


def _invested(share: float, volatility: float = 0.01) -> float:
    """Worst loss of a strategy that holds so much of the account."""
    size = {"kind": "fixed_fraction", "value": share, "max_position_frac": 1.0}
    subject = subject_of("close > 0*close", sizing=size)
    panel = panel_of([market(300, volatility=volatility)])
    return jump_evidence(subject, panel, subject.run(panel)).worst


def test_too_much_in_one_market_is_ruinous() -> None:
    """Nearly all of the account in a market that moves by a third a day may lose half of it."""
    assert _invested(0.95, volatility=0.1) > 0.35


def test_its_modest_twin_passes() -> None:
    """A tenth of the account in the same market."""
    assert 0.0 < _invested(0.1, volatility=0.1) <= 0.30


def test_the_gap_is_a_fifth_or_more_than_was_ever_seen() -> None:
    """One and a half times the largest day move, at least 20 %."""
    assert gap_of(np.array([100.0, 110.0, 104.5])) == 0.20
    assert gap_of(np.array([100.0, 60.0, 62.0])) == pytest.approx(0.6)


def test_losses_are_those_of_the_gap_and_of_getting_out() -> None:
    """Long, short, both struck together, hedged legs: the worst direction counts."""
    gaps = np.array([0.2, 0.4])
    held = np.array([[0.5, -0.5, 0.5, 0.5, 0.0], [0.0, 0.0, 0.5, -0.5, 0.0]])
    worst = loss_of_gap(held, gaps, 0.0)
    assert worst == pytest.approx([0.1, 0.1, 0.3, 0.2, 0.0])
    assert loss_of_gap(held, gaps, 0.01)[0] == pytest.approx(0.1 + 0.5 * 0.8 * 0.01)


def test_nothing_falls_below_zero() -> None:
    """A market that once doubled may gap up by more than all, never down."""
    assert loss_of_gap(np.array([[1.0]]), np.array([1.5]), 0.0)[0] == 1.0
    assert loss_of_gap(np.array([[-1.0]]), np.array([1.5]), 0.0)[0] == 1.5


def test_the_largest_exposures_are_struck_on_their_day() -> None:
    """The place of the worst gap is named; short positions and several markets count."""
    one, two = market(30), market(30, seed=2, symbol="ETH/USDT")
    panel = panel_of([one, two])
    position = np.zeros((2, 30))
    position[0, 10] = -30.0
    position[1, 20] = 60.0
    result = run_of(np.full(30, 10_000.0), position)
    subject: Any = SimpleNamespace(costs=FREE)
    found = jump_evidence(subject, panel, result)
    assert found.worst == pytest.approx(60 * two.close[20] / 10_000 * 0.2)
    assert found.exposure == pytest.approx(60 * two.close[20] / 10_000)
    assert (found.gap, found.day) == (0.2, "2015-01-21")


def test_a_run_that_held_nothing_has_nothing_to_lose() -> None:
    """No trade, no loss, no day."""
    subject: Any = SimpleNamespace(costs=FREE)
    found = jump_evidence(subject, panel_of([market(30)]), run_of(np.full(30, 1e4)))
    assert (found.worst, found.exposure, found.day) == (0.0, 0.0, "")

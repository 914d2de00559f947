"""The hidden tail: full losses must be in the evidence, or be known to be rare."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.panel import panel_of
from engine.gate.vetoes.tail import r_multiples, tail_evidence, tail_of
from tests.gate_world import market, panel_for, run_of, spec_of, subject_for, subject_of


@pytest.mark.parametrize(
    ("k", "n", "u"), [(0, 100, 0.045007414), (2, 60, 0.132826324), (5, 80, 0.155710488)]
)
def test_the_bound_is_that_of_clopper_and_pearson(k: int, n: int, u: float) -> None:
    """Published vectors of the 99 % upper bound."""
    multiples = np.concatenate((np.full(k, -1.0), np.full(n - k, 0.2)))
    assert tail_of(multiples).u == u


def test_the_hidden_crash_is_refused() -> None:
    """250 small gains pay for one crash in 250 trades, and none has happened yet."""
    found = tail_of(np.full(250, 0.004))
    assert (found.n, found.k, found.mean_loss) == (250, 0, 1.25)
    assert found.margin < 0.0
    assert not found.proven


def test_its_honest_twin_passes() -> None:
    """120 trades, half of them full losses, half of them gains of two R."""
    found = tail_of(np.tile([-1.0, 2.0], 60))
    assert (found.k, found.mean_loss, found.mean_other) == (60, 1.0, 2.0)
    assert found.margin == pytest.approx((1 - found.u) * 2.0 - found.u, abs=1e-8)
    assert found.proven


def test_few_full_losses_are_taken_larger() -> None:
    """Below five of them their size counts 1.25 times; larger losses count as they were."""
    assert tail_of(np.array([-0.9, -1.5] + [1.0] * 20)).mean_loss == pytest.approx(1.2 * 1.25)
    assert tail_of(np.array([-0.95] * 5 + [1.0] * 20)).mean_loss == 1.0
    assert tail_of(np.array([-0.89] * 5 + [1.0] * 20)).k == 0


@pytest.mark.parametrize("multiples", [[], [-1.0, -1.0], [0.5, np.nan] * 100])
def test_without_evidence_nothing_is_proven(multiples: list[float]) -> None:
    """No trade, nothing but full losses, or a trade without a planned loss."""
    assert not tail_of(np.array(multiples)).proven


def test_parts_of_one_position_are_one_trade() -> None:
    """Two partial exits of one entry are one event; an open trade is none."""
    trades = [(3, 5, 10.0, 1.0, 10.0), (3, 9, 30.0, 1.0, 10.0), (12, 14, -20.0, 2.0, 10.0)]
    result = run_of(np.full(20, 1e4), trades=trades)
    assert r_multiples(result).tolist() == [2.0, -1.0]
    result.log.table[2, 11] = 8.0
    assert r_multiples(result).tolist() == [2.0]


def test_a_real_run_that_hides_its_tail_is_refused() -> None:
    """A wide stop, tiny targets: many gains of a fortieth of what is risked."""
    subject = subject_of(
        "close < close[1]", "close > entry_price*1.004",
        stops=[{"kind": "pct", "value": 0.4}],
    )  # fmt: skip
    panel = panel_of([market(1_200, volatility=0.01, memory=-0.3)])
    result = subject.run(panel)
    found = tail_evidence(result, subject.spec)
    assert float(result.equity[-1]) > result.start_equity
    assert found.n > 80
    assert found.k == 0
    assert not found.proven


def test_a_real_run_that_pays_for_its_stops_passes() -> None:
    """The same market with a near stop that is hit often enough to be known."""
    subject = subject_of(
        "close < close[1]*0.99", "close > close[1]", stops=[{"kind": "pct", "value": 0.01}]
    )
    panel = panel_of([market(1_200, volatility=0.01, memory=-0.5)])
    found = tail_evidence(subject.run(panel), subject.spec)
    assert found.n > 80
    assert found.k > 0
    assert found.proven


def test_a_pair_risks_a_share_of_both_legs() -> None:
    """Its planned loss is that of its stops; without one nothing is planned."""
    both = {"symbols": ["BTC/USDT", "ETH/USDT"]}
    pair = {"y": "ETH/USDT", "x": "BTC/USDT", "hedge": "one", "lookback": 30}
    rule = ("zscore(spread,20) < -1", "zscore(spread,20) > 0")
    planned = {}
    for kind, value in (("pct", 0.05), ("max_loss_equity", 0.02), ("time_bars", 20)):
        spec = spec_of(*rule, universe=both, pair=pair, stops=[{"kind": kind, "value": value}])
        subject = subject_for(spec)
        result = subject.run(panel_for(subject, 400))
        multiples = r_multiples(result, spec)
        assert len(multiples) == len(result.closed) // 2 > 3
        planned[kind] = bool(np.isfinite(multiples).all())
    assert planned == {"pct": True, "max_loss_equity": True, "time_bars": False}

"""Buy and hold in disguise: the excess key refuses what the raw key lets through."""

from __future__ import annotations

import numpy as np

from engine.backtest.returns import daily_net, exposure_matched_excess, to_units
from engine.data.panel import Panel, panel_of
from engine.gate.statistics import holdout_key
from engine.gate.subject import Subject
from tests.gate_world import market, subject_of

LIMIT = 0.10


def _keys(subject: Subject, panel: Panel) -> tuple[float, float]:
    """Both p: of the net returns and of those over exposure-matched buy and hold."""
    result = subject.run(panel)
    _, net = daily_net(result)
    excess = exposure_matched_excess(result, panel)
    p = [holdout_key(to_units(one).astype(np.float64)).p for one in (net, excess)]
    return p[0], p[1]


def test_being_long_in_a_rising_market_is_no_skill() -> None:
    """The raw key opens, the excess key does not: the worse of both counts."""
    disguised = subject_of("close > 0*close", stops=[{"kind": "pct", "value": 0.5}])
    raw, excess = _keys(disguised, panel_of([market(1_200, drift=0.002)]))
    assert raw < LIMIT < excess


def test_skill_beside_the_drift_opens_both() -> None:
    """Buying dips in a market that turns back beats the same exposure held."""
    skilled = subject_of("close < close[1]", "close > close[1]")
    raw, excess = _keys(skilled, panel_of([market(1_200, drift=0.001, memory=-0.4)]))
    assert max(raw, excess) < LIMIT

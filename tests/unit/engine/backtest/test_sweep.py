"""Sweeps: many parameter sets in one pass over shared indicators, with the figures of full runs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine import fast
from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.returns import daily_net
from engine.backtest.simulator import simulate
from engine.backtest.sweep import sweep
from engine.data.bars import Bars
from engine.data.samples import goog_daily
from engine.errors import InputError
from engine.language.compiler import compile_spec
from engine.language.spec import StrategySpec, read_spec
from engine.language.sweeps import at_point

COSTS = CostModel()
POINTS = [{"quick": f, "slow": s} for f in (5, 10, 20) for s in (30, 50)]


def crossing(**parts: object) -> StrategySpec:
    """A crossing with open windows, long alone unless the parts say otherwise."""
    document = {
        "spec_version": "1", "name": "crossing", "family": "trend_following", "timeframe": "1d",
        "universe": {"symbols": ["GOOG"]},
        "params": [
            {"name": "quick", "type": "int", "default": 10},
            {"name": "slow", "type": "int", "default": 30},
        ],
        "lets": [{"name": "line", "expr": "sma(close,slow)"}],
        "rules": [{
            "id": "long", "side": "long", "entry": "cross_above(ema(close,quick),line)",
            "exit": "cross_below(ema(close,quick),line) or close[slow] > close*1.5",
        }],
        "sizing": {"kind": "fixed_fraction", "value": 0.9},
    }  # fmt: skip
    return read_spec(json.dumps(document | parts))


@pytest.fixture(scope="module")
def goog() -> Bars:
    """Nine years of daily bars."""
    return goog_daily()


def figures_alone(spec: StrategySpec, point: dict[str, int], bars: Bars) -> dict[str, float]:
    """Figures and daily returns of a run of its own."""
    result = simulate(bars, compile_spec(at_point(spec, point)).decide(bars), COSTS)
    return measure(result, bars).model_dump() | {"daily": daily_net(result)[1]}


def check(spec: StrategySpec, bars: Bars) -> None:
    """Every point of a sweep has the figures of its own run."""
    for point, found in zip(POINTS, sweep(spec, POINTS, bars, COSTS), strict=True):
        alone = figures_alone(spec, point, bars)
        assert found.params == point
        assert found.daily == pytest.approx(alone["daily"], abs=1e-12)
        for name, value in found.figures.items():
            assert value == pytest.approx(alone[name], rel=1e-9, abs=1e-12), name


def test_each_point_has_the_figures_of_its_own_run(goog: Bars) -> None:
    """Point by point, in order, through the plain loop."""
    check(crossing(), goog)


def test_the_lean_way_has_the_same_figures(goog: Bars) -> None:
    """Compiled and without objects: the same trades, returns and figures."""
    pytest.importorskip("numba", reason="the extra `fast` brings the compiler")
    fast.warm()
    try:
        check(crossing(), goog)
    finally:
        fast.cool()


def test_a_spec_with_stops_is_swept_too(goog: Bars) -> None:
    """What the lean way does not know runs in full, with the same answers."""
    check(crossing(stops=[{"kind": "atr", "value": 3, "period": 14}]), goog)


def test_the_prices_of_a_stop_may_be_swept(goog: Bars) -> None:
    """A parameter inside a price expression changes the run."""
    spec = crossing(stops=[{"kind": "price_expr", "price": "close - atr(quick)"}])
    runs = [point.figures["trades"] for point in sweep(spec, POINTS, goog, COSTS)]
    assert len(set(runs)) > 1
    check(spec, goog)


def test_a_point_that_the_spec_does_not_know_is_refused(goog: Bars) -> None:
    """PARAM_UNKNOWN names it before anything runs; a known one goes through."""
    with pytest.raises(InputError) as caught:
        next(sweep(crossing(), [{"quik": 3}], goog, COSTS))
    assert caught.value.code == "PARAM_UNKNOWN"
    assert next(sweep(crossing(), [{"quick": 3}], goog, COSTS)).params == {"quick": 3}


def test_a_sweep_can_be_left(goog: Bars) -> None:
    """Reading one point runs one point: the rest is never made."""
    first = next(iter(sweep(crossing(), POINTS, goog, COSTS)))
    assert np.isfinite(first.daily).all()

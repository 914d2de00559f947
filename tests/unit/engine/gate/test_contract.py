"""Stage 0 by running: stops, data match, causality of the account, reproducibility."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.data.dataset import Dataset
from engine.gate.contract import (
    _equity_violations,
    is_reproducible,
    mismatch,
    rules_without_stop,
    violations,
)
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.decisions import Decisions

Lab = Any
RULES = [
    {"id": "one", "side": "long", "entry": "close > close[1]"},
    {"id": "two", "side": "long", "entry": "close > close[2]"},
]
COSTS = CostModel()


@pytest.mark.parametrize(
    ("stops", "bare"),
    [
        ([], ("one", "two")),
        ([{"kind": "pct", "value": 0.1}], ()),
        ([{"kind": "atr", "value": 3.0, "period": 14}], ()),
        ([{"kind": "pct", "value": 0.1, "rules": ["two"]}], ("one",)),
        ([{"kind": "time_bars", "value": 5}], ("one", "two")),
        ([{"kind": "breakeven_after_r", "value": 1.0}], ("one", "two")),
    ],
)
def test_a_stop_needs_a_price_at_entry(
    lab: Lab, stops: list[dict[str, object]], bare: tuple[str, ...]
) -> None:
    """Time and breakeven exits do not bound the loss of an entry."""
    assert rules_without_stop(lab.spec("", rules=RULES, stops=stops)) == bare


def test_a_spec_must_be_for_the_data(lab: Lab, goog: Dataset) -> None:
    """Timeframe and symbol are compared with the dataset."""
    assert mismatch(lab.spec("close > close[1]"), goog) == ""
    assert "1h" in mismatch(lab.spec("close > close[1]", timeframe="1h"), goog)
    other = lab.spec("close > close[1]", universe={"symbols": ["BTC/USDT"]})
    assert "GOOG" in mismatch(other, goog)


@dataclass(frozen=True)
class Foresight:
    """A strategy that peeks: it knows the last bar of whatever it is given."""

    honest: CompiledSpec
    bend: Callable[[Bars, Decisions], Decisions]

    def decide(self, bars: Bars) -> Decisions:
        """Honest decisions, bent by the future."""
        return self.bend(bars, self.honest.decide(bars))


def by_level(bars: Bars, decisions: Decisions) -> Decisions:
    """Buy only below the mean of all bars, future ones included."""
    (rule,) = decisions.rules
    below = bars.close < bars.close.mean()
    return replace(decisions, rules=(replace(rule, enter=rule.enter & below),))


def as_it_is(_bars: Bars, decisions: Decisions) -> Decisions:
    """No bending."""
    return decisions


@pytest.mark.parametrize(("bend", "clean"), [(by_level, False), (as_it_is, True)])
def test_an_account_that_knows_the_future_is_caught(
    lab: Lab, bend: Callable[[Bars, Decisions], Decisions], clean: bool
) -> None:
    """The equity of shorter bars must be the head of the equity of all bars."""
    bars = lab.market(300, seed=3)
    peeking: Any = Foresight(compile_spec(lab.spec("close < close[1]", "close > close[1]")), bend)
    result = simulate(bars, peeking.decide(bars), COSTS)
    assert len(result.trades) > 10
    assert (_equity_violations(peeking, bars, COSTS, result) == ()) is clean


def test_an_honest_spec_is_causal_and_repeats(lab: Lab) -> None:
    """No violation at any cut, and the same digest again; another run is not the same."""
    bars = lab.market(300, seed=3)
    spec = lab.spec("rsi(close, 5) < 40", "rsi(close, 5) > 60")
    compiled = compile_spec(spec)
    result = simulate(bars, compiled.decide(bars), COSTS)
    assert violations(compiled, bars, COSTS, result) == ()
    assert is_reproducible(spec, bars, COSTS, result)
    assert not is_reproducible(spec, bars, COSTS.scaled(2), result)


def test_a_rule_that_never_trades_is_causal(lab: Lab) -> None:
    """No trade, no event to cut at; the even cuts remain."""
    bars = lab.market(200, seed=3)
    compiled = compile_spec(lab.spec("close > close[1] * 2"))
    result = simulate(bars, compiled.decide(bars), COSTS)
    assert result.trades == ()
    assert violations(compiled, bars, COSTS, result, cuts=[50, 100]) == ()
    assert np.ptp(result.equity) == 0

"""The published strategies on the path suite: each trades, and none knows the future."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.result import BacktestResult
from engine.data.bars import FloatArray
from engine.data.panel import Panel
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.firing import never_fires, suite_for
from engine.language.plan import Plan, Step
from engine.language.view import View
from tests.published_specs import prefix_changes, published, suite_panels

PUBLISHED = published()
CRAFTED = 8
"""The first path of the suite with flat stretches, ties, jumps, spikes and absent bars."""
CUTS = 400


@cache
def compiled(name: str) -> CompiledSpec:
    """A published strategy, compiled once."""
    return compile_spec(PUBLISHED[name])


def panel(name: str) -> Panel:
    """A crafted path for a strategy: its warm-up and the bars that are cut."""
    strategy = compiled(name)
    bars = strategy.warmup + CUTS
    found = next(islice(suite_panels(strategy.spec, bars), CRAFTED, None))
    return found.before(int(found.time[bars])) if len(found) > bars else found


def run(name: str, market: Panel) -> BacktestResult:
    """A strategy on a panel at usual costs."""
    return run_spec(compiled(name), market, CostModel())


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_trades(name: str) -> None:
    """At least one closed trade on each of the first three paths of the suite."""
    bars = 3 * compiled(name).warmup + 300
    for market in islice(suite_panels(compiled(name).spec, bars), 3):
        trades = run(name, market).trades
        assert any(trade.exit_reason != "open" for trade in trades)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_rule_fires(name: str) -> None:
    """No rule of it is silent on the whole suite."""
    assert never_fires(PUBLISHED[name], suite_for(PUBLISHED[name])) == ()


@pytest.mark.parametrize("name", PUBLISHED)
def test_cut_at_every_bar_nothing_changes(name: str) -> None:
    """400 cuts: every value and every decision before a cut is what it was, bit for bit."""
    market = panel(name)
    assert len(market) >= CUTS
    assert prefix_changes(compiled(name), market, range(len(market) - CUTS + 1, len(market))) == {}


@pytest.mark.parametrize("name", ["p08_global_equities_momentum", "p25_distance_pair"])
def test_a_leak_in_any_market_is_found(name: str) -> None:
    """The control: a step that knows the next close of its market is named."""

    def tomorrow(view: View, _inputs: object) -> FloatArray:
        return np.append(view.bars.close[1:], np.nan)

    plan = Plan(compiled(name).plan.setting)
    plan.steps = [*compiled(name).plan.steps, Step("leak", (), tomorrow)]
    market = panel(name)
    found = prefix_changes(replace(compiled(name), plan=plan), market, range(300, 310))
    assert found
    assert all(step.endswith(" leak") for step in found)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_shorter_history_has_the_same_equity(name: str) -> None:
    """Whole runs on cut panels: equity up to the cut is that of the whole, bit for bit."""
    market = panel(name)
    whole = run(name, market).equity
    for cut in range(len(market) - CUTS + 7, len(market), 41):
        part = run(name, market.before(int(market.time[cut]))).equity
        np.testing.assert_array_equal(part, whole[: len(part)])

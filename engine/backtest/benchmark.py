"""The benchmark: the instruments bought at the first possible open and held."""

from __future__ import annotations

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import DEFAULT_EQUITY, simulate_panel
from engine.data.bars import Bars
from engine.data.panel import Panel, panel_of
from engine.language.decisions import Decisions, RuleDecisions
from engine.language.spec import Sizing


def buy_and_hold(
    bars: Bars, costs: CostModel, *, start_equity: float = DEFAULT_EQUITY
) -> BacktestResult:
    """The whole account bought at the open of the second bar, held to the end, after costs.

    It is decided at the first close like any other entry, so it pays the same costs and sees the
    same fills as the strategy beside it. Not a trial: no rule is tried.
    """
    return hold_all(panel_of([bars]), costs, start_equity=start_equity)


def hold_all(
    panel: Panel, costs: CostModel, *, start_equity: float = DEFAULT_EQUITY
) -> BacktestResult:
    """The same with an equal share of the account in every instrument."""
    share = 1.0 / len(panel.each)
    each = [_hold(len(bars), share) for bars in panel.each]
    return simulate_panel(panel, each, costs, start_equity=start_equity)


def _hold(n: int, share: float) -> Decisions:
    nothing = np.full(n, np.nan)
    always = RuleDecisions(
        rule="hold",
        direction=1,
        enter=np.ones(n, dtype=np.bool_),
        exit=np.zeros(n, dtype=np.bool_),
        stop=nothing,
        trail=nothing,
    )
    sizing = Sizing(kind="fixed_fraction", value=share)
    return Decisions(warmup=0, sizing=sizing, rules=(always,))

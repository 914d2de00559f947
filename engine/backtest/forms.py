"""One door for every form of spec: rules on one or several instruments, ranking, pair, ensemble."""

from __future__ import annotations

from collections.abc import Mapping

from engine.backtest.costs import CostModel
from engine.backtest.ensembles import simulate_ensemble
from engine.backtest.pairs import simulate_pair
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import DEFAULT_EQUITY, simulate_panel
from engine.data.panel import Panel
from engine.language.compiler import CompiledSpec


def run_spec(
    compiled: CompiledSpec,
    panel: Panel,
    costs: CostModel,
    *,
    start_equity: float = DEFAULT_EQUITY,
    members: Mapping[str, CompiledSpec] | None = None,
) -> BacktestResult:
    """Run a spec on one account; an internal door like `simulate`, it writes no trial.

    Args:
        compiled: the spec.
        panel: every instrument that it trades or looks at.
        costs: fees, spread, slippage, limit rule.
        start_equity: quote currency.
        members: strategies of an ensemble by name.

    Raises:
        InputError: as `simulate`, `simulate_pair` and `simulate_ensemble`.
    """
    spec = compiled.spec
    if spec.ensemble is not None:
        return simulate_ensemble(compiled, members or {}, panel, costs, start_equity=start_equity)
    if spec.pair is not None:
        decisions, hedge = compiled.decide_pair(panel)
        return simulate_pair(panel, spec, decisions, hedge, costs, start_equity=start_equity)
    return simulate_panel(panel, compiled.decide_all(panel), costs, start_equity=start_equity)

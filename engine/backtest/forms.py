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


def run_spec(  # noqa: PLR0913 - a spec, a market, costs, and from where on
    compiled: CompiledSpec,
    panel: Panel,
    costs: CostModel,
    *,
    start_equity: float = DEFAULT_EQUITY,
    members: Mapping[str, CompiledSpec] | None = None,
    first: int = 0,
    grid: bool = True,
) -> BacktestResult:
    """Run a spec on one account; an internal door like `simulate`, it writes no trial.

    Args:
        compiled: the spec.
        panel: every instrument that it trades or looks at.
        costs: fees, spread, slippage, limit rule.
        start_equity: quote currency.
        members: strategies of an ensemble by name.
        first: row of the timeline from which the account runs, flat; what lies before it only
            warms the rules up, and the result begins there.
        grid: False switches price and quantity steps off.

    Raises:
        InputError: as `simulate`, `simulate_pair` and `simulate_ensemble`.
    """
    spec = compiled.spec
    if spec.ensemble is not None:
        return simulate_ensemble(
            compiled, members or {}, panel, costs, start_equity=start_equity, first=first, grid=grid
        )
    starts, shown = panel.starts(first), panel.since(first)
    if spec.pair is not None:
        decisions, hedge = compiled.decide_pair(panel)
        place = panel.place(spec.pair.y) or 0
        return simulate_pair(
            shown, spec, decisions.since(starts[place]), hedge[starts[place] :], costs,
            start_equity=start_equity, grid=grid,
        )  # fmt: skip
    decided = compiled.decide_all(panel)
    each = (
        [one.since(start) for one, start in zip(decided, starts, strict=True)] if first else decided
    )
    return simulate_panel(shown, each, costs, start_equity=start_equity, grid=grid)

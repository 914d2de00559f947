"""A trial: the one way to evaluate a strategy on registered bars. No row, no result.

The row is opened before the run and completed before the result is returned. A run that fails or
is interrupted completes its row with an error: it was a trial, and it counts. Run again to its
end, its real returns supersede that error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.metrics import Metrics, measure
from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net, exposure_matched_excess, to_units
from engine.backtest.simulator import DEFAULT_EQUITY, simulate
from engine.data.bars import Bars
from engine.data.panel import Panel
from engine.errors import AccessError, InputError
from engine.language.compiler import CompiledSpec
from engine.language.decisions import Decisions
from engine.ledger import Ledger, TrialOutcome, TrialStart
from engine.text import clean_text

_MESSAGE_LIMIT = 300


class Decider(Protocol):
    """What decides: a compiled spec."""

    def decide(self, bars: Bars) -> Decisions:
        """Decisions on these bars, causal."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TrialRun:
    """A finished trial: the run, its figures, its row's number (None: nothing to count)."""

    result: BacktestResult
    metrics: Metrics
    row: int | None


class _OpenRow:
    """An open ledger row that is completed whatever happens inside the block."""

    def __init__(self, ledger: Ledger, start: TrialStart) -> None:
        self._ledger = ledger
        self._code = start.code_digest
        self._outcome: TrialOutcome | None = None
        self.n = ledger.open_trial(start)

    def __enter__(self) -> Self:
        return self

    def finish(self, result: BacktestResult, bars: Bars | Panel) -> None:
        """Remember the outcome of a run that came to its end."""
        _, daily = daily_net(result)
        self._outcome = TrialOutcome(
            status="ok" if result.trades else "no_trades",
            code_digest=self._code,
            trades=len(result.closed),
            daily_returns=tuple(to_units(daily).tolist()),
            excess_returns=tuple(to_units(exposure_matched_excess(result, bars)).tolist()),
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        outcome = self._outcome
        if outcome is None or error is not None:
            name = "unknown" if kind is None else kind.__name__
            outcome = TrialOutcome(
                status="error",
                code_digest=self._code,
                message=clean_text(f"{name}: {error}", _MESSAGE_LIMIT),
            )
        self._ledger.complete_trial(self.n, outcome)


def run_trial(  # noqa: PLR0913 - strategy, bars, costs, and who writes what down
    compiled: Decider,
    bars: Bars,
    costs: CostModel,
    *,
    ledger: Ledger | None,
    start: TrialStart,
    start_equity: float = DEFAULT_EQUITY,
) -> TrialRun:
    """Run a strategy and write the trial down before anybody sees the result.

    Args:
        compiled: the strategy.
        bars: registered bars need a ledger; others may go without and then leave no row.
        costs: must be those of the trial's key.
        ledger: where the trial is written.
        start: identity and lineage of the trial.
        start_equity: quote currency.

    Raises:
        AccessError: LEDGER_REQUIRED for registered bars without a ledger.
        InputError: TRIAL_COSTS when the costs are not those of the key; whatever the run raises
            comes through after its row is completed with status error.
    """
    _check_ledger([bars], ledger)
    _check_costs(start, costs)
    if ledger is None:
        result = simulate(bars, compiled.decide(bars), costs, start_equity=start_equity)
        return TrialRun(result, measure(result, bars), None)
    with _OpenRow(ledger, start) as row:
        result = simulate(bars, compiled.decide(bars), costs, start_equity=start_equity)
        metrics = measure(result, bars)
        row.finish(result, bars)
    return TrialRun(result, metrics, row.n)


def run_panel_trial(  # noqa: PLR0913 - strategy, panel, costs, and who writes what down
    compiled: CompiledSpec,
    panel: Panel,
    costs: CostModel,
    *,
    ledger: Ledger | None,
    starts: Sequence[TrialStart],
    members: Mapping[str, CompiledSpec] | None = None,
    start_equity: float = DEFAULT_EQUITY,
) -> TrialRun:
    """As `run_trial` for every form of spec on several instruments: one row in each family.

    Args:
        compiled: the strategy.
        panel: every instrument that it needs.
        costs: must be those of the trials' keys.
        ledger: where the trials are written.
        starts: identity and lineage, one per family of the panel.
        members: strategies of an ensemble by name.
        start_equity: quote currency.

    Raises:
        AccessError: LEDGER_REQUIRED. InputError: TRIAL_COSTS, or whatever the run raises.
    """
    _check_ledger(panel.each, ledger)
    for start in starts:
        _check_costs(start, costs)
    with ExitStack() as stack:
        rows = [] if ledger is None else [
            stack.enter_context(_OpenRow(ledger, start)) for start in starts
        ]  # fmt: skip
        result = run_spec(compiled, panel, costs, start_equity=start_equity, members=members)
        metrics = measure(result, panel)
        for row in rows:
            row.finish(result, panel)
    return TrialRun(result, metrics, rows[0].n if rows else None)


def _check_ledger(each: Sequence[Bars], ledger: Ledger | None) -> None:
    registered = [bars for bars in each if bars.origin == "registered"]
    if ledger is None and registered:
        raise AccessError(
            "LEDGER_REQUIRED",
            "a run on registered data is a trial and needs a ledger",
            value=registered[0].instrument.symbol,
            hint="run it through the desk or the command line, which keep the ledger",
        )


def _check_costs(start: TrialStart, costs: CostModel) -> None:
    if start.key.cost_digest != costs.digest:
        raise InputError(
            "TRIAL_COSTS",
            "the costs of the run are not those of the trial",
            value=start.key.cost_digest,
            hint="make the trial's key from the cost model that is run",
        )

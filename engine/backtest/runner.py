"""A trial: the one way to evaluate a strategy on registered bars. No row, no result.

The row is opened before the run and completed before the result is returned. A run that fails or
is interrupted completes its row with an error: it was a trial, and it counts. Run again to its
end, its real returns supersede that error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.metrics import Metrics, measure
from engine.backtest.result import BacktestResult
from engine.backtest.returns import (
    daily_net,
    exposure_matched_excess,
    mean_exposures,
    to_units,
)
from engine.backtest.simulator import DEFAULT_EQUITY, simulate
from engine.data.bars import Bars
from engine.data.panel import Panel
from engine.errors import AccessError, InputError
from engine.language.compiler import CompiledSpec
from engine.language.decisions import Decisions
from engine.ledger import FIGURES, Ledger, TrialOutcome, TrialStart
from engine.packing import pack_days, pack_returns
from engine.records import Digest, canonical
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


def outcome_of(
    result: BacktestResult, market: Bars | Panel, metrics: Metrics, code: Digest
) -> TrialOutcome:
    """What the ledger keeps of a run that came to its end; a sweep's workers send it home.

    Args:
        result: the run.
        market: the bars or the panel that it ran on.
        metrics: its key figures (`metrics.measure`).
        code: the engine's code.
    """
    days, daily = daily_net(result)
    figures = metrics.model_dump(include=set(FIGURES))
    return TrialOutcome(
        status="ok" if len(result.log) else "no_trades",
        code_digest=code,
        trades=metrics.trades,
        days=pack_days(days),
        daily_returns=pack_returns(to_units(daily)),
        excess_returns=pack_returns(to_units(exposure_matched_excess(result, market))),
        exposure=mean_exposures(result, market),
        figures=tuple(
            (name, None if figures[name] is None else float(figures[name])) for name in FIGURES
        ),
    )


def failure_of(error: BaseException | None, code: Digest) -> TrialOutcome:
    """What the ledger keeps of a run that broke off: a trial that counts with a zero vector."""
    name = "unknown" if error is None else type(error).__name__
    return TrialOutcome(
        status="cancelled" if isinstance(error, KeyboardInterrupt) else "error",
        code_digest=code,
        message=clean_text(f"{name}: {error}", _MESSAGE_LIMIT),
    )


class _OpenRow:
    """An open ledger row that is completed whatever happens inside the block."""

    def __init__(self, ledger: Ledger, start: TrialStart, specs: Sequence[str]) -> None:
        self._ledger = ledger
        self._code = start.code_digest
        self._outcome: TrialOutcome | None = None
        self.n = ledger.open_trial(start, specs)

    def __enter__(self) -> Self:
        return self

    def finish(self, result: BacktestResult, market: Bars | Panel, metrics: Metrics) -> None:
        """Remember the outcome of a run that came to its end."""
        self._outcome = outcome_of(result, market, metrics, self._code)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        outcome = self._outcome
        if outcome is None or error is not None:
            outcome = failure_of(error, self._code)
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
    with _OpenRow(ledger, start, _texts(start, [compiled])) as row:
        result = simulate(bars, compiled.decide(bars), costs, start_equity=start_equity)
        metrics = measure(result, bars)
        row.finish(result, bars, metrics)
    return TrialRun(result, metrics, row.n)


def run_panel_trial(  # noqa: PLR0913 - strategy, panel, costs, and who writes what down
    compiled: CompiledSpec,
    panel: Panel,
    costs: CostModel,
    *,
    ledger: Ledger | None,
    start: TrialStart,
    members: Mapping[str, CompiledSpec] | None = None,
    start_equity: float = DEFAULT_EQUITY,
) -> TrialRun:
    """As `run_trial` for every form of spec on several instruments: one row, in each family.

    Args:
        compiled: the strategy.
        panel: every instrument that it needs.
        costs: must be those of the trial's key.
        ledger: where the trial is written.
        start: identity and lineage; it names the family of every instrument.
        members: strategies of an ensemble by name.
        start_equity: quote currency.

    Raises:
        AccessError: LEDGER_REQUIRED. InputError: TRIAL_COSTS, or whatever the run raises.
    """
    _check_ledger(panel.each, ledger)
    _check_costs(start, costs)
    if ledger is None:
        result = run_spec(compiled, panel, costs, start_equity=start_equity, members=members)
        return TrialRun(result, measure(result, panel), None)
    named = [compiled, *(members or {}).values()]
    with _OpenRow(ledger, start, _texts(start, named)) as row:
        result = run_spec(compiled, panel, costs, start_equity=start_equity, members=members)
        metrics = measure(result, panel)
        row.finish(result, panel, metrics)
    return TrialRun(result, metrics, row.n)


def _texts(start: TrialStart, named: Sequence[Decider]) -> list[str]:
    """Canonical texts of the specs that a start names, as far as they are at hand."""
    wanted = {start.spec_digest, *start.members}
    specs = [one.spec for one in named if isinstance(one, CompiledSpec)]
    return [canonical(spec).decode() for spec in specs if spec.digest in wanted]


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

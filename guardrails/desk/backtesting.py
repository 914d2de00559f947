"""Backtesting for people and sweeps: train bars only, and every run is a counted trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine.backtest.benchmark import buy_and_hold
from engine.backtest.costs import CostModel
from engine.backtest.metrics import Metrics, measure
from engine.backtest.referee import RefereeAnswer, cross_check
from engine.backtest.result import BacktestResult, Trade
from engine.backtest.runner import run_panel_trial, run_trial
from engine.backtest.starting import start_of
from engine.data.bars import Bars
from engine.data.dataset import Dataset
from engine.data.panel import Panel
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.gate.identity import code_digest
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.needs import symbols_of
from engine.language.spec import StrategySpec
from engine.ledger import Ledger, Lineage, TrialStart
from engine.market import Timeframe, bars_per_year
from engine.records import Record
from guardrails.desk.intake import dataset_for
from guardrails.desk.panels import dataset_of, train_panel
from guardrails.desk.specs import named_spec

if TYPE_CHECKING:
    from engine.reports.data import ColumnIntervals

DatasetRef = Annotated[str, Field(max_length=80)]


class BacktestRequest(Record):
    """What is asked: a spec, where it runs, and whether the second engine shall agree.

    A seed asks for 90 % intervals of the figures, drawn with it.
    """

    spec: StrategySpec
    dataset_ids: Annotated[tuple[DatasetRef, ...], Field(max_length=100)] = ()
    cross_check: bool = False
    seed: Annotated[int, Field(ge=0, le=2**32)] | None = None
    taker_fee_bps: Annotated[float, Field(ge=0, le=1000)] | None = None
    slippage_bps: Annotated[float, Field(ge=0, le=1000)] | None = None


@dataclass(frozen=True, slots=True)
class BacktestDesk:
    """What a backtest needs of the desk; `strategies` holds people's own, for ensembles."""

    datasets: DatasetStore
    ledger: Ledger
    costs: CostModel
    strategies: Path | None = None


@dataclass(frozen=True, slots=True)
class BacktestAnswer:
    """A finished train run with its place in the ledger."""

    datasets: tuple[Dataset, ...]
    result: BacktestResult
    metrics: Metrics
    trials: int
    referee: RefereeAnswer | None
    benchmark: Metrics | None = None
    intervals: ColumnIntervals | None = None

    def as_dict(self) -> dict[str, object]:
        """JSON form: metrics, benchmark, intervals, trades, equity_digest, trials, referee."""
        return {
            "dataset_id": self.datasets[0].id,
            "dataset_ids": [dataset.id for dataset in self.datasets],
            "metrics": self.metrics,
            "benchmark": self.benchmark,
            "intervals": None
            if self.intervals is None
            else {one.name: [one.low, one.high] for one in self.intervals.intervals},
            "trades": [trade_row(trade) for trade in self.result.trades],
            "equity_digest": self.result.digest,
            "trials": self.trials,
            "referee": None
            if self.referee is None
            else {
                "agrees": self.referee.agrees,
                "code": self.referee.code,
                "message": self.referee.message,
                "compared": self.referee.compared,
                "differences": list(self.referee.differences),
            },
        }


def trade_row(trade: Trade) -> dict[str, object]:
    """One trade as JSON-ready data."""
    return {
        "symbol": trade.symbol,
        "rule": trade.rule,
        "side": trade.side,
        "entry_bar": trade.entry_bar,
        "exit_bar": trade.exit_bar,
        "entry_price": trade.entry_price,
        "exit_price": trade.exit_price,
        "quantity": trade.quantity,
        "pnl": trade.pnl,
        "fees": trade.fees,
        "mae": trade.mae,
        "mfe": trade.mfe,
        "exit_reason": trade.exit_reason,
    }


def costs_of(request: BacktestRequest, default: CostModel) -> CostModel:
    """The cost model of a research run; what is not said is the desk's."""
    said = {
        "taker_fee_bps": request.taker_fee_bps,
        "slippage_bps": request.slippage_bps,
    }
    changed = {name: value for name, value in said.items() if value is not None}
    return CostModel(**(default.model_dump() | changed))


def backtest(
    request: BacktestRequest,
    desk: BacktestDesk,
    actor: str,
) -> BacktestAnswer:
    """Run a spec on train bars; every trial is in the ledger before it runs.

    A spec of several instruments runs on the days that are train for all of them and is a trial
    in the family of each.

    Raises:
        SpecError: the first error finding. InputError: DATASET_UNKNOWN, DATASET_SYMBOL,
            DATASET_TIMEFRAME.
    """
    compiled = compile_spec(request.spec)
    members = _members(request.spec, desk.strategies)
    asked = (compiled, *members.values())
    symbols = tuple(
        dict.fromkeys(symbol for one in asked for symbol in symbols_of(one.spec, one.trees))
    )
    model = costs_of(request, desk.costs)
    if len(symbols) <= 1 and not members:
        return _on_one(request, compiled, model, desk, actor)
    datasets = tuple(
        dataset_of(desk.datasets, symbol, request.spec.timeframe, request.dataset_ids)
        for symbol in symbols
    )
    panel = train_panel(desk.datasets, datasets)
    start = _start(compiled, datasets, model, actor, members)
    run = run_panel_trial(compiled, panel, model, ledger=desk.ledger, start=start, members=members)
    counted = desk.ledger.count(*start.families)
    referee = None
    if request.cross_check:
        referee = RefereeAnswer(
            agrees=False, code="ENGINE_NOT_COMPARABLE",
            message="the other engine trades one instrument at a time",
        )  # fmt: skip
    return BacktestAnswer(
        datasets,
        run.result,
        run.metrics,
        counted,
        referee,
        intervals=_intervals(request, run.result, panel),
    )


def _on_one(
    request: BacktestRequest,
    compiled: CompiledSpec,
    model: CostModel,
    desk: BacktestDesk,
    actor: str,
) -> BacktestAnswer:
    wanted = request.dataset_ids[0] if request.dataset_ids else None
    dataset = dataset_for(desk.datasets, request.spec, wanted)
    bars = desk.datasets.train(dataset).bars
    start = _start(compiled, [dataset], model, actor)
    run = run_trial(compiled, bars, model, ledger=desk.ledger, start=start)
    referee = None
    if request.cross_check:
        referee = cross_check(bars, compiled.decide(bars), run.result, model)
    trials = desk.ledger.count(dataset.family)
    return BacktestAnswer(
        (dataset,),
        run.result,
        run.metrics,
        trials,
        referee,
        benchmark=measure(buy_and_hold(bars, model), bars),
        intervals=_intervals(request, run.result, bars),
    )


def _intervals(
    request: BacktestRequest, result: BacktestResult, market: Bars | Panel
) -> ColumnIntervals | None:
    if request.seed is None:
        return None
    from engine.reports.intervals import column_intervals  # noqa: PLC0415 - few ask for it

    per_year = bars_per_year(Timeframe.D1, market.instrument.calendar)
    return column_intervals("train", result, per_year, seed=request.seed)


def _members(spec: StrategySpec, strategies: Path | None) -> dict[str, CompiledSpec]:
    """The strategies of an ensemble, compiled, by the names that it uses.

    Raises:
        InputError: SPEC_UNKNOWN, ENSEMBLE_NESTED.
    """
    if spec.ensemble is None or strategies is None:
        return {}
    members = {}
    for member in spec.ensemble.members:
        found = named_spec(member.strategy, strategies)
        if found.ensemble is not None or found.pair is not None:
            raise InputError(
                "ENSEMBLE_NESTED", "a member must be a strategy of rules or a ranking",
                value=member.strategy, hint="name its members themselves",
            )  # fmt: skip
        members[member.strategy] = compile_spec(found)
    return members


def _start(
    compiled: CompiledSpec,
    datasets: Sequence[Dataset],
    model: CostModel,
    actor: str,
    members: Mapping[str, CompiledSpec] | None = None,
) -> TrialStart:
    lineage = Lineage(lineage_id=f"shape-{compiled.shape_digest[:16]}", person=actor)
    return start_of(compiled, datasets, model, code_digest(), lineage, members=members)

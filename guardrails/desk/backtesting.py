"""Backtesting for people and sweeps: train bars only, and every run is a counted trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.backtest.costs import CostModel
from engine.backtest.metrics import Metrics
from engine.backtest.referee import RefereeAnswer, cross_check
from engine.backtest.result import BacktestResult, Trade
from engine.backtest.runner import run_trial
from engine.data.dataset import Dataset
from engine.data.store import DatasetStore
from engine.gate.identity import code_digest
from engine.language.compiler import compile_spec
from engine.language.spec import StrategySpec
from engine.ledger import Ledger, Lineage, TrialKey, TrialStart
from engine.records import Record
from guardrails.desk.intake import dataset_for


class BacktestRequest(Record):
    """What is asked: a spec, where it runs, and whether the second engine shall agree."""

    spec: StrategySpec
    dataset_id: Annotated[str, Field(max_length=80)] | None = None
    cross_check: bool = False
    taker_fee_bps: Annotated[float, Field(ge=0, le=1000)] | None = None
    slippage_bps: Annotated[float, Field(ge=0, le=1000)] | None = None


@dataclass(frozen=True, slots=True)
class BacktestAnswer:
    """A finished train run with its place in the ledger."""

    dataset: Dataset
    result: BacktestResult
    metrics: Metrics
    trials: int
    referee: RefereeAnswer | None

    def as_dict(self) -> dict[str, object]:
        """JSON form: metrics, trades, equity_digest, trials, referee."""
        return {
            "dataset_id": self.dataset.id,
            "metrics": self.metrics,
            "trades": [trade_row(trade) for trade in self.result.trades],
            "equity_digest": self.result.digest,
            "trials": self.trials,
            "referee": None
            if self.referee is None
            else {
                "agrees": self.referee.agrees,
                "code": self.referee.code,
                "differences": list(self.referee.differences),
            },
        }


def trade_row(trade: Trade) -> dict[str, object]:
    """One trade as JSON-ready data."""
    return {
        "side": trade.side,
        "entry_bar": trade.entry_bar,
        "exit_bar": trade.exit_bar,
        "entry_price": trade.entry_price,
        "exit_price": trade.exit_price,
        "quantity": trade.quantity,
        "pnl": trade.pnl,
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
    request: BacktestRequest, datasets: DatasetStore, ledger: Ledger, costs: CostModel, actor: str
) -> BacktestAnswer:
    """Run a spec on the train bars of a dataset; the trial is in the ledger before it runs.

    Raises:
        SpecError: the first error finding. InputError: DATASET_UNKNOWN.
    """
    dataset = dataset_for(datasets, request.spec, request.dataset_id)
    compiled = compile_spec(request.spec)
    model = costs_of(request, costs)
    bars = datasets.train(dataset).bars
    start = TrialStart(
        key=TrialKey(
            rule_digest=compiled.rule_digest, dataset_digest=dataset.id, cost_digest=model.digest
        ),
        shape_digest=compiled.shape_digest,
        spec_digest=request.spec.digest,
        family=dataset.family,
        code_digest=code_digest(),
        lineage=Lineage(lineage_id=f"shape-{compiled.shape_digest[:16]}", person=actor),
    )
    run = run_trial(compiled, bars, model, ledger=ledger, start=start)
    referee = None
    if request.cross_check:
        referee = cross_check(bars, compiled.decide(bars), run.result, model)
    return BacktestAnswer(dataset, run.result, run.metrics, ledger.count(dataset.family), referee)

"""A small search on a registered market, as the desk makes it: trials one by one and in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.backtest.metrics import measure
from engine.backtest.runner import outcome_of, run_panel_trial
from engine.backtest.starting import start_of
from engine.clock import FixedClock
from engine.data.dataset import Dataset
from engine.data.instruments import instrument_for
from engine.data.panel import Panel, panel_of
from engine.data.store import DatasetStore
from engine.data.synthetic import Frame, gbm
from engine.language.compiler import CompiledSpec, compile_spec
from engine.ledger import Ledger, Lineage, TrialRow, TrialStart
from engine.market import Timeframe
from engine.records import canonical
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from tests.language_world import spec
from tests.ledger_world import NOON

CODE = "c" * 64
COSTS = CostModel()
SINGLES, BATCHES, IN_A_BATCH = 3, 3, 4
TRIALS = SINGLES + BATCHES * IN_A_BATCH


def register(folder: Path) -> Dataset:
    """The market of the search."""
    frame = Frame(instrument_for("BTC/USDT"), Timeframe.D1, 800)
    return DatasetStore(folder).register(gbm(frame, 1, sigma=0.03))


def open_store(path: Path) -> Database:
    """The desk's store at noon."""
    return open_database(path, desk_metadata, "desk", FixedClock(NOON))


def strategy(number: int) -> CompiledSpec:
    """The number-th point of the search."""
    rule = {"id": "dip", "side": "long", "entry": f"rsi(close,{number + 3}) < 35"}
    exits = {"exit": "rsi(close,14) > 55"}
    return compile_spec(spec(timeframe="1d", rules=[{**rule, **exits}]))


def start(compiled: CompiledSpec, dataset: Dataset) -> TrialStart:
    """The start of one point."""
    return start_of(compiled, [dataset], COSTS, CODE, Lineage(lineage_id="search"))


def search(data: Path, store: Path, tell: Callable[[str], None]) -> None:
    """Make every trial; say `opened N` and `ended N` when the ledger has said so."""
    datasets = DatasetStore(data)
    (dataset,) = datasets.datasets()
    panel = panel_of([datasets.train(dataset).bars])
    database = open_store(store)
    ledger = SqlLedger(database, "searcher")
    for number in range(SINGLES):
        one = strategy(number)
        run = run_panel_trial(one, panel, COSTS, ledger=ledger, start=start(one, dataset))
        tell(f"ended {run.row}")
    for first in range(SINGLES, TRIALS, IN_A_BATCH):
        points = [strategy(number) for number in range(first, first + IN_A_BATCH)]
        _batch(ledger, dataset, panel, points, tell)
    database.close()


def _batch(
    ledger: Ledger,
    dataset: Dataset,
    panel: Panel,
    points: Sequence[CompiledSpec],
    tell: Callable[[str], None],
) -> None:
    texts = [canonical(one.spec).decode() for one in points]
    numbers = ledger.open_trials([start(one, dataset) for one in points], texts)
    for n in numbers:
        tell(f"opened {n}")
    results = [run_spec(one, panel, COSTS) for one in points]
    outcomes = [outcome_of(each, panel, measure(each, panel), CODE) for each in results]
    ledger.complete_trials(list(zip(numbers, outcomes, strict=True)))
    for n in numbers:
        tell(f"ended {n}")


def rows_in(store: Path) -> tuple[TrialRow, ...]:
    """All trials of a store whose ledger and journal are whole."""
    database = open_store(store)
    ledger = SqlLedger(database, "tester")
    ledger.check()
    assert database.verify().ok
    rows = ledger.rows()
    assert [row.n for row in rows] == list(range(1, len(rows) + 1))
    assert all(len(ledger.outcomes(row.n)) <= 1 for row in rows)
    database.close()
    return rows

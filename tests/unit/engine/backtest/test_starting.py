"""The start of a trial, and what the ledger keeps of it: one row, whatever it runs on."""

from __future__ import annotations

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.runner import outcome_of, run_panel_trial
from engine.backtest.starting import rule_of, start_of
from engine.clock import FixedClock
from engine.data.dataset import Dataset
from engine.data.instruments import instrument_for
from engine.data.panel import Panel, panel_of
from engine.data.store import DatasetStore
from engine.data.synthetic import Frame, gbm
from engine.errors import AccessError
from engine.language.compiler import CompiledSpec, compile_spec
from engine.ledger import FIGURES, Lineage
from engine.ledger_memory import InMemoryLedger
from engine.market import Timeframe
from engine.packing import unpack_days, unpack_returns
from engine.records import canonical
from tests.language_world import spec
from tests.ledger_world import NOON

CODE = "c" * 64
LINE = Lineage(lineage_id="line")
COSTS = CostModel()


def compiled(*symbols: str, **parts: object) -> CompiledSpec:
    """A dip buyer on these symbols."""
    document = {"timeframe": "1d", "universe": {"symbols": list(symbols)}, **parts}
    return compile_spec(spec(**document))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[DatasetStore, list[Dataset]]:
    """Two registered coins."""
    store = DatasetStore(tmp_path_factory.mktemp("two"))
    made = [
        store.register(gbm(Frame(instrument_for(symbol), Timeframe.D1, 900), seed, sigma=0.03))
        for seed, symbol in enumerate(("BTC/USDT", "ETH/USDT"))
    ]
    return store, made


@pytest.fixture
def panel(two: tuple[DatasetStore, list[Dataset]]) -> Panel:
    """Train bars of both."""
    store, made = two
    return panel_of([store.train(each).bars for each in made])


def test_a_start_names_every_market(two: tuple[DatasetStore, list[Dataset]]) -> None:
    """Families and datasets of all; the order of the datasets makes no other trial."""
    _, (one, other) = two
    rules = compiled("BTC/USDT", "ETH/USDT")
    start = start_of(rules, [one, other], COSTS, CODE, LINE)
    assert start.families == tuple(sorted((one.family, other.family)))
    assert (start.datasets, start.timeframe) == ((one.id, other.id), Timeframe.D1)
    turned = start_of(rules, [other, one], COSTS, CODE, LINE)
    assert turned.key == start.key
    alone = start_of(rules, [one], COSTS, CODE, LINE)
    assert alone.key.dataset_digest == one.id
    assert alone.key != start.key


def test_an_ensembles_rule_holds_what_its_members_do() -> None:
    """A member changed under its old name is another trial."""
    ensemble, dip = compiled("BTC/USDT"), compiled("BTC/USDT")
    stop = {"kind": "pct", "value": 0.1}
    changed = compiled("BTC/USDT", stops=[stop])
    assert rule_of(ensemble) == rule_of(ensemble, {}) == ensemble.rule_digest
    assert rule_of(ensemble, {"dip": dip}) != ensemble.rule_digest
    assert rule_of(ensemble, {"dip": dip}) != rule_of(ensemble, {"dip": changed})


def test_a_run_on_two_markets_is_one_row_in_both(
    two: tuple[DatasetStore, list[Dataset]], panel: Panel
) -> None:
    """One row, counted in each family, with days, columns, exposure of each, figures and text."""
    rules = compiled("BTC/USDT", "ETH/USDT")
    ledger = InMemoryLedger(FixedClock(NOON))
    start = start_of(rules, two[1], COSTS, CODE, LINE)
    run = run_panel_trial(rules, panel, COSTS, ledger=ledger, start=start)
    assert [ledger.count(family) for family in start.families] == [1, 1]
    ((row,), text) = (ledger.rows(*start.families), ledger.spec(rules.spec.digest))
    assert (row.n, text) == (run.row, canonical(rules.spec).decode())
    outcome = row.outcome
    assert outcome.status == "ok"
    days = len(unpack_days(outcome.days))
    assert [len(unpack_returns(c)) for c in (outcome.daily_returns, outcome.excess_returns)] == [
        days,
        days,
    ]
    assert [symbol for symbol, _ in outcome.exposure] == list(panel.symbols)
    assert sum(share for _, share in outcome.exposure) == pytest.approx(
        np.mean(run.result.exposure)
    )
    assert [name for name, _ in outcome.figures] == list(FIGURES)
    assert dict(outcome.figures)["sharpe"] == run.metrics.sharpe


def test_workers_and_runner_write_the_same_outcome(
    two: tuple[DatasetStore, list[Dataset]], panel: Panel
) -> None:
    """What a sweep's worker sends home is byte for byte what the runner would have written."""
    rules = compiled("BTC/USDT", "ETH/USDT")
    ledger = InMemoryLedger(FixedClock(NOON))
    start = start_of(rules, two[1], COSTS, CODE, LINE)
    result = run_panel_trial(rules, panel, COSTS, ledger=ledger, start=start).result
    sent = outcome_of(result, panel, measure(result, panel), CODE)
    assert canonical(sent) == canonical(ledger.rows()[0].outcome)


def test_a_panel_of_registered_bars_needs_a_ledger(
    two: tuple[DatasetStore, list[Dataset]], panel: Panel
) -> None:
    """LEDGER_REQUIRED, as for one market."""
    rules = compiled("BTC/USDT", "ETH/USDT")
    start = start_of(rules, two[1], COSTS, CODE, LINE)
    with pytest.raises(AccessError) as caught:
        run_panel_trial(rules, panel, COSTS, ledger=None, start=start)
    assert caught.value.code == "LEDGER_REQUIRED"


def test_a_text_under_another_digest_is_not_kept(
    two: tuple[DatasetStore, list[Dataset]], panel: Panel
) -> None:
    """A start at other parameters names its base spec; only texts that it names are kept."""
    rules = compiled("BTC/USDT", "ETH/USDT")
    start = start_of(rules, two[1], COSTS, CODE, LINE)
    swept = start.model_copy(update={"spec_digest": "b" * 64, "params": (("fast", 3.0),)})
    ledger = InMemoryLedger(FixedClock(NOON))
    run_panel_trial(rules, panel, COSTS, ledger=ledger, start=swept)
    assert ledger.spec(rules.spec.digest) is None
    assert ledger.rows()[0].start.params == (("fast", 3.0),)

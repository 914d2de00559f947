"""Rebase: the same trials on a longer train, no row more, and it goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.backtest.costs import CostModel
from engine.backtest.runner import run_trial
from engine.backtest.starting import start_of
from engine.clock import FixedClock
from engine.data.dataset import Dataset
from engine.data.samples import GOOG_WINDOW_END, goog_daily
from engine.data.store import DatasetStore
from engine.errors import DataError
from engine.gate.identity import code_digest
from engine.language.compiler import compile_spec
from engine.language.spec import read_spec
from engine.ledger import Lineage, TrialOutcome
from engine.packing import unpack_days
from engine.records import canonical
from guardrails.desk.rebasing import BATCH, Rebasing
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from tests.api_world import GOOG_SPEC
from tests.looks_world import NOW

COSTS = CostModel(taker_fee_bps=5.0, maker_fee_bps=5.0, spread_bps=2.0, slippage_bps=2.0)
LINEAGE = Lineage(lineage_id="chat-1")


class Book:
    """A store, a ledger, and the trials of one market."""

    def __init__(self, folder: Path) -> None:
        """GOOG with forward days behind its window."""
        database = open_database(folder / "desk.db", desk_metadata, "desk", FixedClock(NOW))
        self.datasets = DatasetStore(folder / "datasets")
        self.goog = self.datasets.register(goog_daily(), window_end=GOOG_WINDOW_END)
        self.ledger = SqlLedger(database, "tests")

    def trial(self, costs: CostModel = COSTS, **changes: Any) -> int:  # noqa: ANN401 - any field of a spec
        """Run a spec on train and log it."""
        compiled = compile_spec(read_spec(json.dumps(GOOG_SPEC | changes)))
        dataset = self.datasets.find(self.goog.id)
        start = start_of(compiled, [dataset], costs, code_digest(), LINEAGE)
        bars = self.datasets.train(dataset).bars
        row = run_trial(compiled, bars, costs, ledger=self.ledger, start=start).row
        assert row is not None
        return row

    def close(self) -> Dataset:
        """Close the window; the dataset as it is cut then."""
        self.datasets.close_window(self.goog.window)
        return self.datasets.find(self.goog.id)

    def rebasing(self, *costs: CostModel) -> Rebasing:
        """The use case, with the cost models that are known."""
        return Rebasing(self.datasets, self.ledger, costs or (COSTS,), code_digest())

    def days(self, row: int) -> int:
        """Days that a row's outcome covers."""
        rows = {each.n: each for each in self.ledger.rows(self.goog.family)}
        return len(unpack_days(rows[row].outcome.days))


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A fresh one."""
    return Book(tmp_path)


def test_trials_are_run_again_on_the_longer_train(book: Book) -> None:
    """Same rows, same count; each covers the new train and is what a new run would log."""
    number = book.trial()
    before = book.ledger.rows(book.goog.family)[0].outcome
    longer = book.close()
    found = book.rebasing().run(book.goog.family)
    assert (found.done, found.known, found.left) == (1, 0, {})
    assert book.ledger.count(book.goog.family) == 1
    assert book.days(number) == longer.train_rows
    after = book.ledger.rows(book.goog.family)[0].outcome
    assert after.trades > before.trades
    assert book.trial() == number
    assert book.ledger.rows(book.goog.family)[0].outcome == after


def test_nothing_is_run_twice(book: Book) -> None:
    """Before closing there is nothing to do, after a rebase neither."""
    book.trial()
    assert book.rebasing().run(book.goog.family).as_dict() == {
        "run_again": 0, "unchanged": 1, "left": {},
    }  # fmt: skip
    book.close()
    assert book.rebasing().run(book.goog.family).done == 1
    assert book.rebasing().run(book.goog.family).known == 1


def test_what_cannot_be_run_as_it_was_is_left(book: Book) -> None:
    """Other costs are not guessed; the row stays and still counts."""
    dear = COSTS.model_copy(update={"taker_fee_bps": 50.0})
    book.trial()
    number = book.trial(dear)
    book.close()
    found = book.rebasing().run(book.goog.family)
    assert (found.done, found.left) == (1, {"costs not known here": 1})
    assert book.days(number) == book.goog.train_rows
    assert book.ledger.count(book.goog.family) == 2
    assert book.rebasing(COSTS, dear).run(book.goog.family).done == 1


class Stopped(BaseException):
    """The process ends here."""


def test_a_stopped_rebase_goes_on(book: Book) -> None:
    """What was committed stays; the rest is done by the next one, nothing twice."""
    total = BATCH + 5
    for index in range(total):
        book.trial(stops=[{"kind": "pct", "value": round(0.02 + index / 1_000, 4)}])
    book.close()

    def tell(done: int, _total: int) -> None:
        """End after the first batch and a bit."""
        if done == BATCH + 2:
            raise Stopped

    with pytest.raises(Stopped):
        book.rebasing().run(book.goog.family, tell)
    again = book.rebasing().run(book.goog.family)
    assert (again.done, again.known) == (3, BATCH + 2)
    assert book.ledger.count(book.goog.family) == total
    book.ledger.check()


def test_a_failed_trial_is_run_again_too(book: Book) -> None:
    """A row that broke off gets its real returns on the new train."""
    compiled = compile_spec(read_spec(json.dumps(GOOG_SPEC)))
    start = start_of(compiled, [book.goog], COSTS, code_digest(), LINEAGE)
    number = book.ledger.open_trial(start, [canonical(compiled.spec).decode()])
    book.ledger.complete_trial(number, TrialOutcome(status="error", message="broke off"))
    longer = book.close()
    assert book.rebasing().run(book.goog.family).done == 1
    assert book.days(number) == longer.train_rows
    assert book.ledger.rows(book.goog.family)[0].outcome.status == "ok"


def test_a_market_that_is_not_there_is_refused(book: Book) -> None:
    """FAMILY_UNKNOWN with what is near."""
    with pytest.raises(DataError) as caught:
        book.rebasing().run(f"{book.goog.family}x")
    assert caught.value.code == "FAMILY_UNKNOWN"
    assert book.goog.family in caught.value.hint

"""A trial: the row is there before the run, and completed before the result is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.backtest.costs import CostModel
from engine.backtest.runner import run_trial
from engine.clock import FixedClock
from engine.data.bars import Bars
from engine.data.days import close_days
from engine.errors import AccessError, InputError
from engine.language.decisions import Decisions
from engine.ledger import Lineage, TrialKey, TrialStart
from engine.ledger_memory import InMemoryLedger
from engine.packing import unpack_days, unpack_returns

BarsFrom = Callable[..., Bars]
Decide = Callable[..., Decisions]
F = (100.0, 100.5, 99.5, 100.0)
UP = (101.0, 103.0, 100.0, 102.0)


class Fixed:
    """Decides what it was told, and looks at the ledger while it does."""

    def __init__(self, decisions: Decisions, ledger: InMemoryLedger | None = None) -> None:
        """Remember the decisions."""
        self.decisions = decisions
        self.ledger = ledger
        self.seen: list[str] = []

    def decide(self, bars: Bars) -> Decisions:
        """The decisions, after a look at the status of the trial's row."""
        del bars
        if self.ledger is not None:
            self.seen = [row.outcome.status for row in self.ledger.rows("TEST")]
        return self.decisions


class Broken:
    """A strategy that fails while deciding."""

    def decide(self, bars: Bars) -> Decisions:
        """Always raises."""
        raise ZeroDivisionError(f"{len(bars)} bars\nand then nothing")


def _start(costs: CostModel) -> TrialStart:
    key = TrialKey(rule_digest="a" * 64, dataset_digest="d" * 64, cost_digest=costs.digest)
    return TrialStart(
        key=key,
        shape_digest="a" * 64,
        spec_digest="b" * 64,
        families=("TEST",),
        code_digest="e" * 64,
        lineage=Lineage(lineage_id="line-1"),
    )


@pytest.fixture
def ledger() -> InMemoryLedger:
    """An empty ledger."""
    return InMemoryLedger(FixedClock(datetime(2026, 1, 15, tzinfo=UTC)))


@pytest.fixture
def bars(bars_from: BarsFrom) -> Bars:
    """Six registered bars."""
    return replace(bars_from([F, F, F, UP, UP, UP]), origin="registered")


def test_the_row_is_open_during_the_run_and_complete_after_it(
    bars: Bars, decide: Decide, free: CostModel, ledger: InMemoryLedger
) -> None:
    """The strategy sees its own open row; the result comes with the completed one."""
    strategy = Fixed(decide(6, long={"enter": [1], "leave": [3]}), ledger)
    trial = run_trial(strategy, bars, free, ledger=ledger, start=_start(free))
    assert strategy.seen == ["open"]
    (row,) = ledger.rows("TEST")
    assert (trial.row, row.outcome.status, row.outcome.trades) == (1, "ok", 1)
    assert unpack_returns(row.outcome.daily_returns).tolist() == [0, 0, 0, 200_000, -99_800, 0]
    assert unpack_days(row.outcome.days).tolist() == close_days(bars.close_time).tolist()
    assert trial.metrics.trades == 1
    assert trial.result.equity[-1] == 10_010.0


def test_a_run_without_trades_is_a_trial_too(
    bars: Bars, decide: Decide, free: CostModel, ledger: InMemoryLedger
) -> None:
    """Status no_trades, one zero per day."""
    strategy = Fixed(decide(6, long={"enter": []}))
    run_trial(strategy, bars, free, ledger=ledger, start=_start(free))
    (row,) = ledger.rows("TEST")
    assert row.outcome.status == "no_trades"
    assert unpack_returns(row.outcome.daily_returns).tolist() == [0] * 6


def test_a_failing_run_completes_its_row_and_raises(
    bars: Bars, free: CostModel, ledger: InMemoryLedger
) -> None:
    """The row says error with one clean line; the fault itself comes through."""
    with pytest.raises(ZeroDivisionError):
        run_trial(Broken(), bars, free, ledger=ledger, start=_start(free))
    (row,) = ledger.rows("TEST")
    assert row.outcome.status == "error"
    assert row.outcome.message == "ZeroDivisionError: 6 bars and then nothing"
    assert ledger.count("TEST") == 1


@pytest.mark.parametrize(
    ("kind", "ended"), [(KeyboardInterrupt, "cancelled"), (SystemExit, "error")]
)
def test_an_interrupted_run_hides_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    kind: type[BaseException],
    ended: str,
    bars: Bars,
    decide: Decide,
    free: CostModel,
    ledger: InMemoryLedger,
) -> None:
    """Ctrl-C is no way around the count: what the rerun shows is what counts."""

    class Interrupted:
        def decide(self, bars: Bars) -> Decisions:
            del bars
            raise kind

    with pytest.raises(kind):
        run_trial(Interrupted(), bars, free, ledger=ledger, start=_start(free))
    assert ledger.rows("TEST")[0].outcome.status == ended
    strategy = Fixed(decide(6, long={"enter": [1], "leave": [3]}))
    run_trial(strategy, bars, free, ledger=ledger, start=_start(free))
    (row,) = ledger.rows("TEST")
    assert row.outcome.status == "ok"
    assert unpack_returns(row.outcome.daily_returns)[3] == 200_000


def test_a_rerun_under_other_code_counts_with_its_own_returns(
    bars: Bars, decide: Decide, free: CostModel, ledger: InMemoryLedger
) -> None:
    """One trial, two results, each with its code; the later one counts."""
    start = _start(free)
    run_trial(Fixed(decide(6, long={"enter": []})), bars, free, ledger=ledger, start=start)
    changed = start.model_copy(update={"code_digest": "f" * 64})
    strategy = Fixed(decide(6, long={"enter": [1], "leave": [3]}))
    run_trial(strategy, bars, free, ledger=ledger, start=changed)
    codes = [outcome.code_digest for outcome in ledger.outcomes(1)]
    assert codes == [start.code_digest, changed.code_digest]
    assert ledger.rows("TEST")[0].outcome.status == "ok"
    assert ledger.count("TEST") == 1


def test_registered_bars_without_a_ledger_are_refused(
    bars: Bars, decide: Decide, free: CostModel
) -> None:
    """LEDGER_REQUIRED before anything is decided; unregistered bars may run without a row."""
    strategy = Fixed(decide(6, long={"enter": [1]}))
    with pytest.raises(AccessError) as caught:
        run_trial(strategy, bars, free, ledger=None, start=_start(free))
    assert caught.value.code == "LEDGER_REQUIRED"
    loose = replace(bars, origin="unregistered")
    assert run_trial(strategy, loose, free, ledger=None, start=_start(free)).row is None


def test_other_costs_than_the_trials_are_refused(
    bars: Bars, decide: Decide, free: CostModel, ledger: InMemoryLedger
) -> None:
    """TRIAL_COSTS: one row cannot stand for a run with other costs; nothing is written."""
    strategy = Fixed(decide(6, long={"enter": [1]}))
    with pytest.raises(InputError) as caught:
        run_trial(strategy, bars, CostModel(), ledger=ledger, start=_start(free))
    assert caught.value.code == "TRIAL_COSTS"
    assert ledger.count("TEST") == 0


def test_the_same_trial_again_is_the_same_row(
    bars: Bars, decide: Decide, free: CostModel, ledger: InMemoryLedger
) -> None:
    """A repetition gives the same bytes and no new trial."""
    strategy = Fixed(decide(6, long={"enter": [1]}))
    first = run_trial(strategy, bars, free, ledger=ledger, start=_start(free))
    again = run_trial(strategy, bars, free, ledger=ledger, start=_start(free))
    assert (first.row, first.result.digest) == (again.row, again.result.digest)
    assert ledger.count("TEST") == 1

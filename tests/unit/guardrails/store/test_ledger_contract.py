"""What every trial ledger promises, in memory or in the desk's store: outcomes are appended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

import pytest

from engine.clock import FixedClock
from engine.errors import InputError
from engine.ledger import TrialOutcome, TrialStart
from engine.ledger_memory import InMemoryLedger
from engine.records import digest
from guardrails.store.ledger import SqlLedger
from tests.ledger_world import ran
from tests.ledger_world import start as trial
from tests.store_places import KINDS, NewPlace

AnyLedger: TypeAlias = InMemoryLedger | SqlLedger
CLOCK = FixedClock(datetime(2026, 1, 15, 12, tzinfo=UTC))
OLD, NEW = digest("test", "old code"), digest("test", "new code")
ERROR = TrialOutcome(status="error", message="KeyboardInterrupt: ")
DONE = ran(1, -2)
EMPTY = ran(0, 0, status="no_trades")
RERUN = ran(5, 5, code_digest=NEW)


@pytest.fixture(params=["memory", *KINDS])
def ledger(request: pytest.FixtureRequest, new_place: NewPlace) -> Iterator[AnyLedger]:
    """An empty ledger of each kind."""
    if request.param == "memory":
        yield InMemoryLedger(CLOCK)
        return
    database = new_place(request.param).open(CLOCK)
    ledger = SqlLedger(database, "tester")
    yield ledger
    ledger.check()
    assert database.verify().ok
    database.close()


def start(name: str = "a", code: str = OLD) -> TrialStart:
    """A trial of the rule `name` under some code."""
    return trial(name, code_digest=code)


@pytest.mark.parametrize("end", [DONE, EMPTY])
def test_an_error_gives_way_to_a_real_outcome(ledger: AnyLedger, end: TrialOutcome) -> None:
    """A run that broke off and is run again counts with its returns; both outcomes are kept."""
    n = ledger.open_trial(start())
    ledger.complete_trial(n, ERROR)
    assert ledger.open_trial(start()) == n
    ledger.complete_trial(n, end)
    (row,) = ledger.rows("goog-usd")
    assert row.outcome == end
    assert ledger.outcomes(n) == (ERROR, end)
    assert ledger.count("goog-usd") == 1


@pytest.mark.parametrize("later", [ERROR, EMPTY, RERUN.model_copy(update={"code_digest": OLD})])
def test_a_finished_run_is_final(ledger: AnyLedger, later: TrialOutcome) -> None:
    """Nothing under the same code replaces returns that were seen."""
    n = ledger.open_trial(start())
    ledger.complete_trial(n, DONE)
    ledger.complete_trial(n, later)
    assert ledger.rows("goog-usd")[0].outcome == DONE
    assert ledger.outcomes(n) == (DONE,)


def test_a_second_error_adds_nothing(ledger: AnyLedger) -> None:
    """The row still waits for a run that comes to its end."""
    n = ledger.open_trial(start())
    ledger.complete_trial(n, ERROR)
    ledger.complete_trial(n, ERROR)
    assert ledger.outcomes(n) == (ERROR,)
    ledger.complete_trial(n, DONE)
    assert ledger.rows("goog-usd")[0].outcome == DONE


def test_a_rerun_under_new_code_is_appended_and_counts(ledger: AnyLedger) -> None:
    """The same trial under other code is one trial with two results, the later one counts."""
    n = ledger.open_trial(start())
    ledger.complete_trial(n, DONE)
    assert ledger.open_trial(start(code=NEW)) == n
    ledger.complete_trial(n, RERUN)
    ledger.complete_trial(n, RERUN.model_copy(update={"trades": 9}))
    assert ledger.outcomes(n) == (DONE, RERUN)
    assert ledger.rows("goog-usd")[0].outcome == RERUN
    assert ledger.count("goog-usd") == 1


def test_an_error_under_new_code_hides_no_returns(ledger: AnyLedger) -> None:
    """Breaking the engine does not turn a trial that counts into zeros."""
    n = ledger.open_trial(start())
    ledger.complete_trial(n, DONE)
    ledger.complete_trial(n, ERROR.model_copy(update={"code_digest": NEW}))
    assert ledger.rows("goog-usd")[0].outcome == DONE


def test_outcomes_belong_to_their_trials(ledger: AnyLedger) -> None:
    """Outcomes that arrive crosswise stand with their own rows, in the order of the rows."""
    first, second = ledger.open_trial(start("a")), ledger.open_trial(start("b"))
    ledger.complete_trial(second, ERROR)
    ledger.complete_trial(first, DONE)
    ledger.complete_trial(second, EMPTY)
    assert [row.n for row in ledger.rows("goog-usd")] == [first, second]
    assert [row.outcome for row in ledger.rows("goog-usd")] == [DONE, EMPTY]


@pytest.mark.parametrize(
    ("number", "outcome", "code"),
    [(7, DONE, "TRIAL_UNKNOWN"), (1, TrialOutcome(status="open"), "TRIAL_NOT_FINISHED")],
)
def test_what_is_no_outcome_is_refused(
    ledger: AnyLedger, number: int, outcome: TrialOutcome, code: str
) -> None:
    """TRIAL_UNKNOWN without a row, TRIAL_NOT_FINISHED for "open"; the row can still be ended."""
    n = ledger.open_trial(start())
    with pytest.raises(InputError) as caught:
        ledger.complete_trial(number, outcome)
    assert caught.value.code == code
    ledger.complete_trial(n, DONE)
    assert ledger.rows("goog-usd")[0].outcome == DONE

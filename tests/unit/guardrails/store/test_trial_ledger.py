"""The SQL trial ledger: counted before it runs, never changed, never lost unnoticed."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import FixedClock
from engine.errors import InputError, IntegrityError
from engine.ledger import Lineage, TrialKey, TrialOutcome, TrialStart
from engine.records import digest
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def start(name: str, family: str = "goog-usd") -> TrialStart:
    """A trial of the rule `name`."""
    one = digest("test", name)
    return TrialStart(
        key=TrialKey(rule_digest=one, dataset_digest=digest("test", "data"), cost_digest=one),
        shape_digest=one,
        spec_digest=one,
        family=family,
        code_digest=one,
        lineage=Lineage(lineage_id="chat-1"),
    )


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """A fresh desk database."""
    return open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOON))


def tamper(path: Path, *statements: str) -> None:
    """Change the file as an insider with file access would."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'trial%'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_an_open_trial_counts(database: Database) -> None:
    """A trial counts from the moment it is opened, finished or not."""
    ledger = SqlLedger(database, "tester")
    assert ledger.open_trial(start("a")) == 1
    assert ledger.open_trial(start("b")) == 2
    assert ledger.count("goog-usd") == 2
    assert [row.outcome.status for row in ledger.rows("goog-usd")] == ["open", "open"]


def test_the_same_trial_is_one_row(database: Database) -> None:
    """Running the same rule on the same data with the same costs again is the same trial."""
    ledger = SqlLedger(database, "tester")
    assert ledger.open_trial(start("a")) == ledger.open_trial(start("a")) == 1
    assert ledger.count("goog-usd") == 1


def test_families_are_counted_apart(database: Database) -> None:
    """Trials of one market do not raise the count of another."""
    ledger = SqlLedger(database, "tester")
    ledger.open_trial(start("a"))
    ledger.open_trial(start("b", "eur-usd"))
    assert (ledger.count("goog-usd"), ledger.count("eur-usd"), ledger.count("x")) == (1, 1, 0)


def test_an_outcome_is_kept_once(database: Database) -> None:
    """The first outcome of a trial stays, a second one changes nothing."""
    ledger = SqlLedger(database, "tester")
    n = ledger.open_trial(start("a"))
    ledger.complete_trial(n, TrialOutcome(status="ok", trades=3, daily_returns=(1, -2)))
    ledger.complete_trial(n, TrialOutcome(status="error"))
    (row,) = ledger.rows("goog-usd")
    assert row.outcome.status == "ok"
    assert row.outcome.daily_returns == (1, -2)


def test_an_outcome_without_a_trial_is_refused(database: Database) -> None:
    """TRIAL_UNKNOWN: nothing can be completed that was not opened."""
    with pytest.raises(InputError) as caught:
        SqlLedger(database, "tester").complete_trial(7, TrialOutcome(status="ok"))
    assert caught.value.code == "TRIAL_UNKNOWN"


def test_rows_cannot_be_changed(database: Database, tmp_path: Path) -> None:
    """The file itself refuses to change or delete a trial."""
    SqlLedger(database, "tester").open_trial(start("a"))
    with (
        sqlite3.connect(tmp_path / "desk.db") as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute("DELETE FROM trials")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM trials WHERE n = 2",
        "UPDATE trials SET payload = replace(payload, 'chat-1', 'chat-2') WHERE n = 1",
        "DELETE FROM trial_outcomes WHERE n = 1",
    ],
)
def test_forged_or_deleted_trials_are_found(
    database: Database, tmp_path: Path, statement: str
) -> None:
    """LEDGER_BROKEN: a removed or altered row no longer fits its journal row."""
    ledger = SqlLedger(database, "tester")
    for name in ("a", "b"):
        ledger.complete_trial(ledger.open_trial(start(name)), TrialOutcome(status="ok"))
    ledger.check()
    tamper(tmp_path / "desk.db", statement)
    with pytest.raises(IntegrityError) as caught:
        ledger.check()
    assert caught.value.code == "LEDGER_BROKEN"


def test_the_ledger_survives_a_restart(database: Database, tmp_path: Path) -> None:
    """What was counted is counted after the process has ended."""
    SqlLedger(database, "tester").open_trial(start("a"))
    database.close()
    again = open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOON))
    assert SqlLedger(again, "tester").count("goog-usd") == 1
    again.close()

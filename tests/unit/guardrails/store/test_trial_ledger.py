"""The SQL trial ledger: counted before it runs, never changed, never lost unnoticed."""

from __future__ import annotations

import pytest

from engine.errors import InputError, IntegrityError
from engine.ledger import Lineage, TrialOutcome
from engine.records import canonical
from guardrails.store.database import Database
from guardrails.store.ledger import SqlLedger
from guardrails.store.ledger_tables import digest_of
from tests.ledger_world import ran, start
from tests.store_places import StorePlace


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
    ledger.complete_trial(n, ran(1, -2))
    ledger.complete_trial(n, TrialOutcome(status="error"))
    (row,) = ledger.rows("goog-usd")
    assert row.outcome == ran(1, -2)


def test_an_outcome_without_a_trial_is_refused(database: Database) -> None:
    """TRIAL_UNKNOWN: nothing can be completed that was not opened."""
    with pytest.raises(InputError) as caught:
        SqlLedger(database, "tester").complete_trial(7, TrialOutcome(status="ok"))
    assert caught.value.code == "TRIAL_UNKNOWN"


COLUMNS = {
    "trials": "n", "trial_families": "n", "trial_specs": "digest", "trial_lineages": "n",
    "trial_outcomes": "n", "journal": "n",
}  # fmt: skip
"""A column of each table of the ledger."""


def filled(database: Database) -> SqlLedger:
    """A ledger with two finished trials, one of them on two markets and from two chats."""
    ledger = SqlLedger(database, "tester")
    ledger.open_trials([start("a"), start("b", "btc", "eth")], ['{"name":"base"}'])
    ledger.open_trial(start("b", lineage=Lineage(lineage_id="chat-2")))
    ledger.complete_trials([(1, ran(1, 2)), (2, ran(3, 4))])
    return ledger


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {0} SET {1} = {1}"])
def test_rows_cannot_be_changed(
    database: Database, place: StorePlace, table: str, verb: str
) -> None:
    """The store itself refuses to change or delete anything of the ledger."""
    filled(database)
    with pytest.raises(Exception, match="append-only"):
        place.insider(verb.format(table, COLUMNS[table]), keep_triggers=True)


RENAMED = "SET payload = replace(payload, 'chat-{}', 'chat-9')"
FORGERIES = {
    "a deleted trial": "DELETE FROM trials WHERE n = 2",
    "a forged lineage": f"UPDATE trials {RENAMED.format(1)} WHERE n = 1",
    "another key": "UPDATE trials SET key_digest = 'x' WHERE n = 1",
    "another time": "UPDATE trials SET opened_at = '2020-01-01T00:00:00.000Z' WHERE n = 1",
    "one trial more": "INSERT INTO trials SELECT 9, 'k', payload, opened_at FROM trials LIMIT 1",
    "another number": "UPDATE trials SET n = 7 WHERE n = 2",
    "a deleted outcome": "DELETE FROM trial_outcomes WHERE n = 1",
    "a changed outcome": "UPDATE trial_outcomes SET payload = replace(payload, 'ok', 'error')",
    "an outcome of another trial": "UPDATE trial_outcomes SET n = 2 WHERE n = 1",
    "one outcome more": "INSERT INTO trial_outcomes SELECT 9, 1, max(payload) FROM trial_outcomes",
    "a market left out": "DELETE FROM trial_families WHERE family = 'eth'",
    "another market": "UPDATE trial_families SET family = 'sol' WHERE family = 'eth'",
    "one market more": "INSERT INTO trial_families (family, n) VALUES ('sol', 1)",
    "a deleted spec": "DELETE FROM trial_specs",
    "a changed spec": "UPDATE trial_specs SET payload = '{}'",
    "a deleted chat": "DELETE FROM trial_lineages",
    "a changed chat": f"UPDATE trial_lineages {RENAMED.format(2)}",
    "a changed journal": "UPDATE journal SET payload = replace(payload, '1', '2') WHERE n = 1",
    "a journal row less": "DELETE FROM journal WHERE n = 2",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_or_deleted_trials_are_found(
    database: Database, place: StorePlace, forgery: str
) -> None:
    """LEDGER_BROKEN: whatever an insider changes in the store no longer fits the journal."""
    ledger = filled(database)
    ledger.check()
    database.close()
    place.insider(FORGERIES[forgery])
    with pytest.raises(IntegrityError) as caught:
        ledger.check()
    assert caught.value.code == "LEDGER_BROKEN"


def test_a_row_and_its_journal_row_cannot_be_forged_together(
    database: Database, place: StorePlace
) -> None:
    """Writing the fitting digest into the journal breaks the journal's own chain."""
    ledger = filled(database)
    (before,) = [row.start for row in ledger.rows("goog-usd")]
    after = before.model_copy(update={"lineage": Lineage(lineage_id="chat-9")})
    texts = [canonical(one).decode() for one in (before, after)]
    digests = [digest_of(text) for text in texts]
    place.insider(
        f"UPDATE trials SET payload = '{texts[1]}' WHERE n = 1",  # noqa: S608 - our own text
        f"UPDATE journal SET payload = replace(payload, '{digests[0]}', '{digests[1]}')",  # noqa: S608 - our own digests
    )
    with pytest.raises(IntegrityError) as caught:
        ledger.check()
    assert caught.value.code == "LEDGER_BROKEN"


def test_the_ledger_survives_a_restart(database: Database, place: StorePlace) -> None:
    """What was counted is counted after the process has ended."""
    SqlLedger(database, "tester").open_trial(start("a"))
    database.close()
    again = place.open()
    assert SqlLedger(again, "tester").count("goog-usd") == 1
    again.close()

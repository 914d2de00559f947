"""The journal: every alteration of a row breaks the chain, and the newest time is never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import MetaData

from engine.clock import FixedClock
from engine.errors import InputError
from guardrails.store.database import Database
from guardrails.store.journal import GENESIS, latest, tail
from tests.desk_world import NOW
from tests.store_places import StorePlace

ROWS = 8


@pytest.fixture
def db(empty_place: StorePlace) -> Iterator[Database]:
    """A journal with eight rows."""
    clock = FixedClock(NOW)
    opened = empty_place.open(clock, MetaData(), "test")
    for number in range(ROWS):
        clock.advance(1)
        with opened.write() as work:
            work.journal(f"person-{number}", "did", {"number": number, "size": Decimal("1.50")})
    yield opened
    opened.close()


def test_an_untouched_journal_verifies(db: Database) -> None:
    """All rows, from the first one, in order."""
    report = db.verify()
    assert (report.ok, report.rows, report.first_bad) == (True, ROWS, 0)
    with db.read() as connection:
        rows = tail(connection)
    assert report.head == rows[0].h
    assert rows[-1].prev == GENESIS
    assert [row.n for row in rows] == list(range(ROWS, 0, -1))


@pytest.mark.parametrize("column", ["time", "actor", "kind", "payload", "prev", "h"])
@pytest.mark.parametrize("row", [1, 5, ROWS])
def test_an_edited_row_is_found(
    db: Database, empty_place: StorePlace, column: str, row: int
) -> None:
    """One character in any column of any row names that row (or the one that follows it)."""
    edit = f"UPDATE journal SET {column} = '0' || substr({column}, 2) || 'x' WHERE n = {row}"  # noqa: S608 - names from the table above
    empty_place.insider(edit)
    report = db.verify()
    assert not report.ok
    assert report.first_bad == row


INSERT_COPY = """
INSERT INTO journal (n, time, actor, kind, payload, prev, h)
SELECT 5, time, actor, kind, payload, prev, 'x' FROM journal WHERE n = 4
"""
MAKE_ROOM = (
    "UPDATE journal SET n = n + 100 WHERE n >= 5",
    "UPDATE journal SET n = n - 99 WHERE n >= 5",
)
SWAP = (
    "UPDATE journal SET n = 100 WHERE n = 4",
    "UPDATE journal SET n = 4 WHERE n = 5",
    "UPDATE journal SET n = 5 WHERE n = 100",
)


@pytest.mark.parametrize(
    ("what", "first_bad"),
    [
        (("DELETE FROM journal WHERE n = 5",), 5),
        (("DELETE FROM journal WHERE n = 1",), 1),
        ((*MAKE_ROOM, INSERT_COPY), 5),
        (SWAP, 4),
    ],
    ids=["delete", "delete the first", "insert", "swap"],
)
def test_deleting_inserting_and_swapping_are_found(
    db: Database, empty_place: StorePlace, what: tuple[str, ...], first_bad: int
) -> None:
    """The first row that does not fit is named."""
    empty_place.insider(*what)
    report = db.verify()
    assert (report.ok, report.first_bad) == (False, first_bad)


def test_moving_bytes_between_columns_is_found(db: Database, empty_place: StorePlace) -> None:
    """What stands in actor cannot be read as kind, although both are hashed as text."""
    empty_place.insider("UPDATE journal SET actor = 'person', kind = '-3' || kind WHERE n = 4")
    assert db.verify().first_bad == 4


def test_another_chain_does_not_verify(db: Database, empty_place: StorePlace) -> None:
    """The name of the chain is part of every hash: files cannot be exchanged."""
    other = empty_place.open(metadata=MetaData(), chain="other", read_only=True)
    assert not other.verify().ok
    assert db.verify().ok
    other.close()


def test_text_from_outside_is_data(db: Database) -> None:
    """Newlines, escapes and separators in a name or payload stay inside their row."""
    hostile = "eve\n2026 INFO approval ok\x1b[2K\x00kind"
    with db.write() as work:
        entry = work.journal(hostile, "did", {"text": hostile})
    assert "\n" not in entry.actor
    assert "\x00" not in entry.actor
    assert "\n" not in entry.payload
    assert "\x1b" not in entry.payload
    assert db.verify().ok


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": {1, 2}}, object()])
def test_a_payload_without_a_canonical_form_is_refused(db: Database, payload: object) -> None:
    """NaN, sets and objects are refused and nothing is written; plain data passes."""
    with pytest.raises(InputError), db.write() as work:
        work.journal("tester", "did", payload)
    assert db.verify().rows == ROWS


def test_a_clock_that_was_set_back_does_not_win(db: Database) -> None:
    """The newest time in the journal counts, and a later clock counts instead."""
    newest = NOW + timedelta(seconds=ROWS)
    with db.read() as connection:
        assert latest(connection, NOW) == newest
        assert latest(connection, newest + timedelta(hours=1)) == newest + timedelta(hours=1)


def test_an_empty_journal_knows_no_time(empty_place: StorePlace) -> None:
    """Without rows the clock's own time counts."""
    empty = empty_place.open(metadata=MetaData(), chain="test")
    with empty.read() as connection:
        assert latest(connection, NOW) == NOW
    assert empty.verify().ok
    empty.close()


def test_the_tail_pages_backwards(db: Database) -> None:
    """Newest first, below a row when one is named."""
    with db.read() as connection:
        assert [row.n for row in tail(connection, 3)] == [8, 7, 6]
        assert [row.n for row in tail(connection, 3, before=6)] == [5, 4, 3]

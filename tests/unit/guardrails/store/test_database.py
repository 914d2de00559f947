"""The store's file: durable by its pragmas, journalled or nothing, and fixed by its triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, text
from sqlalchemy.exc import IntegrityError as SqlIntegrityError
from sqlalchemy.exc import StatementError

from engine.clock import FixedClock
from engine.errors import IntegrityError, UnavailableError
from guardrails.store import sqlite_file
from guardrails.store.database import (
    Database,
    DecimalText,
    UtcText,
    append_only,
    mutable_only,
    once,
    open_database,
)
from guardrails.store.desk_schema import desk_metadata
from tests.desk_world import NOW
from tests.store_places import StorePlace

metadata = MetaData()
facts = append_only(Table("facts", metadata, Column("amount", DecimalText), Column("at", UtcText)))
things = mutable_only(
    Table(
        "things", metadata, Column("id", Integer, primary_key=True), Column("name", String),
        Column("state", String),
    ),
    "state",
)  # fmt: skip
tokens = once(
    Table(
        "tokens", metadata, Column("id", Integer, primary_key=True), Column("owner", String),
        Column("used", Integer),
    ),
    "used",
)  # fmt: skip


@pytest.fixture
def where(empty_place: StorePlace, tmp_path: Path) -> StorePlace:
    """A place of each kind; the file has a name that must be quoted."""
    return empty_place if empty_place.server else StorePlace(tmp_path / "a % b?.db")


@pytest.fixture
def db(where: StorePlace) -> Iterator[Database]:
    """An open store."""
    opened = where.open(metadata=metadata, chain="test")
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    """An open store in a file."""
    opened = open_database(tmp_path / "a % b?.db", metadata, "test", FixedClock(NOW))
    yield opened
    opened.close()


def run(db: Database, statement: str) -> None:
    """One journalled statement."""
    with db.write() as work:
        work.connection.execute(text(statement))
        work.journal("tester", "did", {"statement": statement})


def test_the_pragmas_are_what_they_must_be(file: Database) -> None:
    """WAL and synchronous=FULL, read back from the connection that is used."""
    with file.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in sqlite_file.PRAGMAS
        }
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1,
    }  # fmt: skip


def test_a_pragma_that_does_not_hold_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that is less durable than it must be is not opened."""
    monkeypatch.setitem(sqlite_file.PRAGMAS, "synchronous", 3)
    with pytest.raises(IntegrityError) as caught:
        open_database(tmp_path / "a.db", metadata, "test", FixedClock(NOW))
    assert caught.value.code == "STORE_PRAGMA"


def test_a_change_without_a_journal_row_is_rolled_back(db: Database) -> None:
    """STORE_UNJOURNALED, and nothing was written; with its row the change stays."""
    with pytest.raises(IntegrityError) as caught, db.write() as work:
        work.connection.execute(insert(facts).values(amount=Decimal(1), at=NOW))
    assert caught.value.code == "STORE_UNJOURNALED"
    with db.write() as work:
        work.connection.execute(insert(facts).values(amount=Decimal(2), at=NOW))
        work.journal("tester", "fact.added", {})
    with db.read() as connection:
        assert connection.execute(select(facts.c.amount)).scalars().all() == [Decimal(2)]


def test_an_exception_rolls_back_rows_and_journal(db: Database) -> None:
    """All of a unit of work or nothing."""

    def failing() -> None:
        with db.write() as work:
            work.connection.execute(insert(facts).values(amount=Decimal(1), at=NOW))
            work.journal("tester", "fact.added", {})
            raise KeyError("half way")

    with pytest.raises(KeyError):
        failing()
    assert db.verify().rows == 0
    with db.read() as connection:
        assert connection.execute(select(facts)).all() == []


def test_decimals_and_times_come_back_as_they_went(db: Database) -> None:
    """Eighteen digits either side of the point, times in UTC milliseconds; floats are refused."""
    amount = Decimal("12345678901.123456789012345678")
    at = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    with db.write() as work:
        work.connection.execute(insert(facts).values(amount=amount, at=at))
        work.journal("tester", "fact.added", {})
    with db.read() as connection:
        assert connection.execute(select(facts)).one() == (amount, at)
    with pytest.raises(StatementError), db.write() as work:
        work.connection.execute(insert(facts).values(amount=0.1, at=at))


UPSERT = "INSERT INTO things VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET name"


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ("INSERT INTO facts (amount) VALUES ('1')", "UPDATE facts SET amount = '2'"),
        ("INSERT INTO facts (amount) VALUES ('1')", "DELETE FROM facts"),
        ("UPDATE things SET state = 'b'", "UPDATE things SET name = 'b'"),
        ("UPDATE things SET state = 'b'", "UPDATE things SET state = 'b', id = 9"),
        ("UPDATE things SET state = 'b'", "DELETE FROM things"),
        ("UPDATE tokens SET used = 1", "UPDATE tokens SET owner = 'b'"),
        ("UPDATE tokens SET used = 1", "UPDATE tokens SET used = 2"),
        ("UPDATE tokens SET used = 1", "UPDATE tokens SET used = used"),
        ("UPDATE tokens SET used = 1", "DELETE FROM tokens"),
        ("INSERT INTO facts (amount) VALUES ('1')", f"{UPSERT} = EXCLUDED.name"),
        ("UPDATE tokens SET used = 1", "UPDATE journal SET actor = 'x'"),
        ("UPDATE tokens SET used = 1", "DELETE FROM journal"),
    ],
)
def test_triggers_hold_what_was_written(db: Database, allowed: str, refused: str) -> None:
    """The forbidden statement aborts, its neighbour passes, and a used flag is used for ever."""
    run(db, "INSERT INTO things VALUES (1, 'a', 'a')")
    run(db, "INSERT INTO tokens VALUES (1, 'a', 0)")
    run(db, "INSERT INTO facts (amount) VALUES ('1')")
    with pytest.raises(SqlIntegrityError):
        run(db, refused)
    run(db, allowed)
    if "used = 1" in allowed:
        with pytest.raises(SqlIntegrityError, match="once"):
            run(db, "UPDATE tokens SET used = 0")


def test_a_replaced_row_is_a_deleted_row(file: Database) -> None:
    """SQLite's REPLACE does not get round the triggers."""
    run(file, "INSERT INTO things VALUES (1, 'a', 'a')")
    with pytest.raises(SqlIntegrityError):
        run(file, "REPLACE INTO things VALUES (1, 'x', 'y')")
    run(file, "UPDATE things SET state = 'b'")


def test_every_table_of_the_desk_is_guarded(tmp_path: Path) -> None:
    """No table of people, tickets, approvals or the outbox can lose a row unseen."""
    path = tmp_path / "desk.db"
    open_database(path, desk_metadata, "desk", FixedClock(NOW)).close()
    with sqlite3.connect(path) as raw:
        triggers = {
            row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        }
    raw.close()
    tables = [
        "people", "auth_sessions", "tickets", "nonces", "approvals", "outbox", "trading_states",
        "rearm_requests", "limits_versions", "journal",
    ]  # fmt: skip
    assert {f"{name}_no_delete" for name in tables} <= triggers
    fixed = {name for name in tables if {f"{name}_fixed", f"{name}_no_update"} & triggers}
    assert fixed == set(tables)
    assert {"nonces_once", "approvals_once"} <= triggers


def test_a_missing_store_is_not_made_by_a_reader(tmp_path: Path) -> None:
    """The peer's file: missing means unavailable."""
    peer = StorePlace(tmp_path / "none.db").open(metadata=metadata, chain="test", read_only=True)
    with pytest.raises(UnavailableError), peer.read():
        pass
    assert not (tmp_path / "none.db").exists()


def test_a_read_only_store_is_not_written(where: StorePlace, db: Database) -> None:
    """STORE_UNAVAILABLE for a write; what its owner writes is seen."""
    with closing(where.open(metadata=metadata, chain="test", read_only=True)) as peer:
        with pytest.raises(UnavailableError) as caught, peer.write() as work:
            work.journal("tester", "did", {})
        assert caught.value.code == "STORE_UNAVAILABLE"
        run(db, "INSERT INTO facts (amount) VALUES ('1')")
        assert peer.verify().rows == 1


def test_a_writer_never_waits_for_a_place_to_read(db: Database) -> None:
    """Many connections at once: the writer still reads beside its own transaction."""
    with ExitStack() as held:
        for _ in range(30):
            held.enter_context(db.read())
        with db.write() as work, db.read() as connection:
            assert connection.execute(select(facts)).all() == []
            work.journal("tester", "did", {})
    assert db.verify().rows == 1


def test_a_locked_file_is_unavailable(
    tmp_path: Path, file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that does not let go means STORE_UNAVAILABLE; afterwards all is well."""
    monkeypatch.setattr(sqlite_file, "BUSY_MS", 20)
    impatient = open_database(tmp_path / "a % b?.db", metadata, "test", FixedClock(NOW))
    with file.write() as work:
        work.journal("tester", "did", {})
        with pytest.raises(UnavailableError), impatient.write() as second:
            second.journal("tester", "did", {})
    run(impatient, "INSERT INTO facts (amount) VALUES ('1')")
    impatient.close()

"""PostgreSQL as the desk's store: one writer, only where nothing acknowledged can be lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import text

from engine.clock import FixedClock
from engine.errors import InputError, IntegrityError, UnavailableError
from guardrails.store import postgres_server
from guardrails.store.database import Database, Place, open_journal
from tests.desk_world import NOW
from tests.needs import ROOT
from tests.postgres_cluster import Cluster
from tests.store_places import NewPlace, StorePlace


@pytest.fixture
def place(new_place: NewPlace) -> StorePlace:
    """A database for the desk's store."""
    return new_place("postgresql")


def note(database: Database) -> None:
    """One journalled nothing."""
    with database.write() as work:
        work.journal("tester", "did", {})


def settings(database: Database) -> dict[str, str]:
    """What this store's connection runs under."""
    names = ("transaction_isolation", "synchronous_commit", "transaction_read_only")
    with database.read() as reading:
        return {
            name: str(reading.execute(text("SELECT current_setting(:n)"), {"n": name}).scalar())
            for name in names
        }


def test_a_connection_is_durable_and_sees_one_state(place: StorePlace) -> None:
    """Repeatable read, synchronous commit; a reader cannot write."""
    wanted = {"transaction_isolation": "repeatable read", "synchronous_commit": "on"}
    with closing(place.open()) as owner, closing(place.open(read_only=True)) as peer:
        assert settings(owner) == {**wanted, "transaction_read_only": "off"}
        assert settings(peer) == {**wanted, "transaction_read_only": "on"}


def test_a_role_cannot_make_it_less_durable(place: StorePlace) -> None:
    """What an administrator set for a role or database does not count against our own setting."""
    place.insider(f"ALTER DATABASE {place.name} SET synchronous_commit = off")
    with closing(place.open()) as database:
        assert settings(database)["synchronous_commit"] == "on"


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_commits_is_refused(
    place: StorePlace, postgres: Cluster, name: str
) -> None:
    """STORE_PRAGMA while the server does not wait for the disk; it opens when it does again."""
    postgres.sql(f"ALTER SYSTEM SET {name} = off")
    postgres.control("reload")
    try:
        with pytest.raises(IntegrityError) as caught:
            place.open()
        assert caught.value.code == "STORE_PRAGMA"
        assert name in caught.value.message
    finally:
        postgres.sql(f"ALTER SYSTEM RESET {name}")
        postgres.control("reload")
    place.open().close()


def test_a_database_that_sorts_otherwise_is_refused(
    place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STORE_PRAGMA for a collation that is not one of those that sort by bytes."""
    monkeypatch.setattr(postgres_server, "COLLATIONS", {"POSIX"})
    with pytest.raises(IntegrityError) as caught:
        place.open()
    assert (caught.value.code, caught.value.value) == ("STORE_PRAGMA", "C")


def test_there_is_one_owner(place: StorePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESK_RUNNING for a second one, from any host; a reader comes in; afterwards it is free."""
    monkeypatch.setattr(postgres_server, "OWNER_WAIT_MS", 20)
    with closing(place.open()) as owner:
        with pytest.raises(UnavailableError) as caught:
            place.open()
        assert caught.value.code == "DESK_RUNNING"
        note(owner)
        with closing(place.open(read_only=True)) as peer:
            assert peer.verify().rows == 1
    with closing(place.open()) as next_owner:
        note(next_owner)


_KILLED = """
import os, signal, sys
from engine.clock import SystemClock
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
database = open_database(sys.argv[1], desk_metadata, "desk", SystemClock())
with database.write() as work:
    work.journal("tester", "kept", {})
with database.write() as work:
    work.journal("tester", "lost", {})
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_owner_leaves_what_it_committed(place: StorePlace) -> None:
    """The next one gets the lock at once and finds whole commits only."""
    command = [sys.executable, "-c", _KILLED, str(place.place)]
    ended = subprocess.run(command, check=False, timeout=60, cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    with closing(place.open()) as database:
        assert (database.verify().ok, database.verify().rows) == (True, 1)
        note(database)


def test_an_owner_whose_session_was_ended_takes_the_lock_again(place: StorePlace) -> None:
    """When nobody else has it; otherwise the write is refused."""
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with closing(place.open()) as database:
        note(database)
        place.insider(ended)
        note(database)
        place.insider(ended)
        with closing(place.open()) as other:
            with pytest.raises(UnavailableError) as caught:
                note(database)
            assert caught.value.code == "DESK_RUNNING"
            note(other)
            assert other.verify().rows == 3


@pytest.mark.parametrize("url", ["postgresql:///nowhere?host=/nonexistent"])
def test_a_server_that_is_not_there_is_unavailable(url: Place) -> None:
    """STORE_UNAVAILABLE, for a writer at the start and for a reader when it reads."""
    with pytest.raises(UnavailableError) as caught:
        StorePlace(url).open()
    assert caught.value.code == "STORE_UNAVAILABLE"
    with (
        closing(open_journal(url, "desk", FixedClock(NOW))) as reader,
        pytest.raises(UnavailableError),
    ):
        reader.verify()


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """EXTRA_MISSING names the extra; nothing else needs it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError) as caught:
        StorePlace("postgresql:///peak").open()
    assert (caught.value.code, caught.value.value) == ("EXTRA_MISSING", "postgres")


@pytest.mark.parametrize("table", ["journal", "tickets", "nonces"])
def test_a_table_cannot_be_emptied(place: StorePlace, table: str) -> None:
    """TRUNCATE is refused like DELETE."""
    with closing(place.open()) as database:
        note(database)
    with pytest.raises(Exception, match=r"append-only|rows stay"):
        place.insider(f"TRUNCATE {table} CASCADE", keep_triggers=True)
    with closing(place.open()) as database:
        assert database.verify().rows == 1

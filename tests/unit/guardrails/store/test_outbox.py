"""The outbox: in order, canonical, never changed; the gateway reads it behind a cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine.clock import FixedClock
from engine.records import canonical
from guardrails.store.database import Database, open_database
from guardrails.store.desk_schema import desk_metadata
from guardrails.store.outbox import OutboxReader, enqueue
from tests.desk_world import NOW


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """A desk's store."""
    return open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOW))


def put(db: Database, number: int) -> int:
    """One replay message."""
    with db.write() as work:
        n = enqueue(work, "replay", {"until": number, "symbol": "X"})
        work.journal("tester", "replay.asked", {"n": n})
    return n


def test_messages_come_in_order_behind_the_cursor(db: Database, tmp_path: Path) -> None:
    """Read through a read-only handle, as the gateway does."""
    numbers = [put(db, number) for number in range(3)]
    peer = open_database(
        tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOW), read_only=True
    )
    reader = OutboxReader(peer)
    assert [row.n for row in reader.after(0)] == numbers
    (last,) = reader.after(numbers[1])
    assert last.payload == canonical({"symbol": "X", "until": 2}).decode()
    assert (last.kind, last.created_at) == ("replay", NOW)
    assert reader.after(numbers[2]) == ()
    peer.close()
    db.close()


@pytest.mark.parametrize("statement", ["UPDATE outbox SET payload = '{}'", "DELETE FROM outbox"])
def test_a_message_is_never_taken_back(db: Database, statement: str) -> None:
    """What was handed over stays; another message can follow."""
    first = put(db, 1)
    with pytest.raises(IntegrityError), db.write() as work:
        work.connection.execute(text(statement))
    assert put(db, 2) == first + 1
    db.close()


def test_a_rolled_back_message_was_never_sent(db: Database) -> None:
    """Only a commit hands over."""

    def half_way() -> None:
        with db.write() as work:
            enqueue(work, "replay", {})
            work.journal("tester", "replay.asked", {})
            raise KeyError(work)

    with pytest.raises(KeyError):
        half_way()
    assert OutboxReader(db).after(0) == ()
    db.close()

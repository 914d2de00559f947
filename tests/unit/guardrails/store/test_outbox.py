"""The outbox: in order, canonical, never changed; the gateway reads it behind a cursor."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine.records import canonical
from guardrails.store.database import Database
from guardrails.store.outbox import OutboxReader, enqueue
from tests.desk_world import NOW
from tests.store_places import StorePlace


def put(database: Database, number: int) -> int:
    """One replay message."""
    with database.write() as work:
        n = enqueue(work, "replay", {"until": number, "symbol": "X"})
        work.journal("tester", "replay.asked", {"n": n})
    return n


def test_messages_come_in_order_behind_the_cursor(database: Database, place: StorePlace) -> None:
    """Read through a read-only handle, as the gateway does."""
    numbers = [put(database, number) for number in range(3)]
    peer = place.open(read_only=True)
    reader = OutboxReader(peer)
    assert [row.n for row in reader.after(0)] == numbers
    (last,) = reader.after(numbers[1])
    assert last.payload == canonical({"symbol": "X", "until": 2}).decode()
    assert (last.kind, last.created_at) == ("replay", NOW)
    assert reader.after(numbers[2]) == ()
    peer.close()


@pytest.mark.parametrize("statement", ["UPDATE outbox SET payload = '{}'", "DELETE FROM outbox"])
def test_a_message_is_never_taken_back(database: Database, statement: str) -> None:
    """What was handed over stays; another message can follow."""
    first = put(database, 1)
    with pytest.raises(IntegrityError), database.write() as work:
        work.connection.execute(text(statement))
    assert put(database, 2) == first + 1


def test_a_rolled_back_message_was_never_sent(database: Database) -> None:
    """Only a commit hands over."""

    def half_way() -> None:
        with database.write() as work:
            enqueue(work, "replay", {})
            work.journal("tester", "replay.asked", {})
            raise KeyError(work)

    with pytest.raises(KeyError):
        half_way()
    assert OutboxReader(database).after(0) == ()

"""The outbox: what the desk hands to the gateway, in order, never changed, never taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import insert, select

from engine.errors import IntegrityError
from engine.records import canonical
from guardrails.store.database import Database, UnitOfWork
from guardrails.store.desk_schema import outbox

OutboxKind = Literal["release", "replay"]
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message: number, kind, canonical payload, time."""

    n: int
    kind: str
    payload: str
    created_at: datetime


def enqueue(work: UnitOfWork, kind: OutboxKind, payload: object) -> int:
    """Append a message inside the caller's transaction; returns its number."""
    done = work.connection.execute(
        insert(outbox).values(kind=kind, payload=canonical(payload).decode(), created_at=work.now)
    )
    key = done.inserted_primary_key
    if key is None:
        raise IntegrityError("STORE_OUTBOX", "the outbox gave no number to a message")
    return int(key[0])


class OutboxReader:
    """The gateway's side: rows after a cursor, from the desk's file opened read-only."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def after(self, n: int) -> tuple[OutboxRow, ...]:
        """Rows with a number above `n` in order, at most 500 at once."""
        query = select(outbox).where(outbox.c.n > n).order_by(outbox.c.n).limit(_BATCH)
        with self._database.read() as connection:
            return tuple(
                OutboxRow(row.n, row.kind, row.payload, row.created_at)
                for row in connection.execute(query)
            )

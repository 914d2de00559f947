"""Audit journal: one hash chain per database file, append-only, verified from the first row.

h = SHA-256("peak/journal/v1" || chain || n || time || actor || kind || len || payload || prev),
parts separated by zero bytes. The payload is canonical JSON and holds no secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    func,
    insert,
    select,
)

from engine.records import canonical, utc_text
from engine.text import clean_text

GENESIS = "0" * 64
_TAG = "peak/journal/v1"


def journal_table(metadata: MetaData) -> Table:
    """The journal's table in a database's own metadata."""
    return Table(
        "journal",
        metadata,
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("time", String, nullable=False, index=True),
        Column("actor", String, nullable=False),
        Column("kind", String, nullable=False, index=True),
        Column("payload", String, nullable=False),
        Column("prev", String, nullable=False),
        Column("h", String, nullable=False, unique=True),
    )


_JOURNAL = journal_table(MetaData())


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row: number, UTC time, who, what, canonical payload, previous hash, own hash."""

    n: int
    time: str
    actor: str
    kind: str
    payload: str
    prev: str
    h: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Result of a verification; `first_bad` is the first row that does not fit, 0 if none.

    `reason` says why when it is not the row's own hash.
    """

    chain: str
    ok: bool
    rows: int
    first_bad: int
    head: str
    reason: str = ""


def _hash(chain: str, row: JournalEntry) -> str:
    parts = [_TAG, chain, str(row.n), row.time, row.actor, row.kind]
    raw = "\x00".join([*parts, str(len(row.payload)), row.payload, row.prev])
    return hashlib.sha256(raw.encode()).hexdigest()


def _entry(row: Row[Any]) -> JournalEntry:
    return JournalEntry(row.n, row.time, row.actor, row.kind, row.payload, row.prev, row.h)


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be journalled: who did what, with the facts; text is data, never markup."""

    actor: str
    kind: str
    payload: object


def append(connection: Connection, chain: str, now: datetime, what: Event) -> JournalEntry:
    """Append one row; the head is read inside the same IMMEDIATE transaction."""
    last = connection.execute(select(_JOURNAL).order_by(_JOURNAL.c.n.desc()).limit(1)).first()
    draft = JournalEntry(
        n=last.n + 1 if last else 1,
        time=utc_text(now),
        actor=clean_text(what.actor, 80),
        kind=what.kind,
        payload=canonical(what.payload).decode(),
        prev=last.h if last else GENESIS,
        h="",
    )
    entry = replace(draft, h=_hash(chain, draft))
    connection.execute(insert(_JOURNAL).values(asdict(entry)))
    return entry


def latest(connection: Connection, now: datetime) -> datetime:
    """The later of `now` and the newest time in the journal: a clock set back revives nothing."""
    newest = connection.scalar(select(func.max(_JOURNAL.c.time)))
    return now if newest is None else max(now, datetime.fromisoformat(newest).astimezone(UTC))


def verify(connection: Connection, chain: str) -> ChainReport:
    """Recompute the whole chain; report the first row that does not fit."""
    prev, count = GENESIS, 0
    for row in connection.execute(select(_JOURNAL).order_by(_JOURNAL.c.n)):
        entry = _entry(row)
        count += 1
        if entry.n != count or entry.prev != prev or entry.h != _hash(chain, entry):
            return ChainReport(chain, ok=False, rows=count, first_bad=count, head=prev)
        prev = entry.h
    return ChainReport(chain, ok=True, rows=count, first_bad=0, head=prev)


def tail(connection: Connection, limit: int = 50, before: int | None = None) -> list[JournalEntry]:
    """The newest rows, newest first, at most `limit`, below row `before` when it is given."""
    query = select(_JOURNAL).order_by(_JOURNAL.c.n.desc()).limit(limit)
    if before is not None:
        query = query.where(_JOURNAL.c.n < before)
    return [_entry(row) for row in connection.execute(query)]


def of_kind(connection: Connection, kind: str) -> list[JournalEntry]:
    """All rows of one kind, oldest first."""
    query = select(_JOURNAL).where(_JOURNAL.c.kind == kind).order_by(_JOURNAL.c.n)
    return [_entry(row) for row in connection.execute(query)]


def last_of_kinds(connection: Connection, kinds: Sequence[str]) -> str | None:
    """Hash of the newest row of any of these kinds, None without one."""
    query = select(_JOURNAL.c.h).where(_JOURNAL.c.kind.in_(kinds))
    return connection.scalar(query.order_by(_JOURNAL.c.n.desc()).limit(1))

"""Audit journal: one hash chain per database file, append-only, verified from the first row.

h = SHA-256("peak/journal/v1" || chain || n || time || actor || kind || len || payload || prev),
parts separated by zero bytes. The payload is canonical JSON and holds no secret. The chain alone
shows edited, deleted, inserted and swapped rows; `anchors` shows the rest.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

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

from engine.errors import IntegrityError
from engine.records import canonical, utc_text
from engine.text import clean_text
from guardrails.reasons import Reason

GENESIS = "0" * 64
_TAG = "peak/journal/v1"
MAX_TEXT: Final = 500
"""Longest text of a payload that is plain data, characters; a longer one is cut."""
_PAGE: Final = 20_000
_FIRST: Final = -(2**63)
"""Smallest row number a file can hold: an intruder's row below 1 is read too."""


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

    `reason` says why and `code` names the refusal when it is not the row's own hash; `anchors`
    counts the signed heads that were compared with the rows.
    """

    chain: str
    ok: bool
    rows: int
    first_bad: int
    head: str
    reason: str = ""
    code: str = ""
    anchors: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain was verified: number and hash of its last row; 0 and genesis for none."""

    n: int = 0
    h: str = GENESIS


class BrokenChainError(IntegrityError):
    """A row does not fit; `row` is its number, `rows` and `head` are what fits before it."""

    def __init__(self, chain: str, before: Head) -> None:
        """Name the first row after `before` of this chain."""
        super().__init__(
            Reason.AUDIT_BROKEN, f"the {chain} journal does not verify",
            value=f"{chain}:{before.n + 1}",
            hint="stop; leave everything as it is and follow the runbook of a broken journal",
        )  # fmt: skip
        self.chain = chain
        self.before = before


Checked = tuple[int, str, str]
"""What a reader of a verified chain gets of each row: number, kind, hash."""


def row_hash(chain: str, row: JournalEntry) -> str:
    """The hash that a row of this chain must have."""
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
    newest = select(_JOURNAL.c.n, _JOURNAL.c.h).order_by(_JOURNAL.c.n.desc()).limit(1)
    last = connection.execute(newest).first()
    draft = JournalEntry(
        n=last.n + 1 if last else 1,
        time=utc_text(now),
        actor=clean_text(what.actor, 80),
        kind=what.kind,
        payload=canonical(_cut(what.payload)).decode(),
        prev=last.h if last else GENESIS,
        h="",
    )
    entry = replace(draft, h=row_hash(chain, draft))
    connection.execute(insert(_JOURNAL).values(asdict(entry)))
    return entry


def latest(connection: Connection, now: datetime) -> datetime:
    """The later of `now` and the newest time in the journal: a clock set back revives nothing."""
    newest = connection.scalar(select(func.max(_JOURNAL.c.time)))
    return now if newest is None else max(now, datetime.fromisoformat(newest).astimezone(UTC))


def _cut(value: object) -> object:
    """Plain data with its long texts cut; records have limits of their own and stay."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return value[: MAX_TEXT - 1] + "\u2026"
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item) for item in value]
    return value


def checked(connection: Connection, chain: str, after: Head | None = None) -> Iterator[Checked]:
    """The rows after a verified head, each verified before it is handed out.

    Raises:
        BrokenChainError: AUDIT_BROKEN at the first row that does not fit, or when the row at
            `after` is not there any more or is another one.
    """
    at = after or Head()
    if at.n:
        found = connection.scalar(select(_JOURNAL.c.h).where(_JOURNAL.c.n == at.n))
        if found != at.h:
            raise BrokenChainError(chain, Head(at.n - 1, ""))
    n, prev, sha = at.n, at.h, hashlib.sha256
    start = f"{_TAG}\x00{chain}\x00"
    for row, time, actor, kind, payload, before, h in _raw(connection, chain, at):
        n += 1
        try:
            who = f"{start}{row}\x00{time}\x00{actor}\x00{kind}\x00"
            text = f"{who}{len(payload)}\x00{payload}\x00{before}"
            fits = row == n and before == prev and h == sha(text.encode()).hexdigest()
        except (TypeError, ValueError):  # a number, a blob or nothing where text belongs
            fits = False
        if not fits:
            raise BrokenChainError(chain, Head(n - 1, prev))
        prev = h
        yield n, kind, h


def _raw(connection: Connection, chain: str, after: Head) -> Iterator[tuple[Any, ...]]:
    """Rows as the driver gives them, in pages: no layer between costs time on a million rows."""
    cursor = connection.connection.cursor()
    start, done = (after.n + 1 if after.n else _FIRST), after.n
    columns = "n, time, actor, kind, payload, prev, h"
    while True:
        page = f"SELECT {columns} FROM journal WHERE n >= {start} ORDER BY n LIMIT {_PAGE}"  # noqa: S608 - two numbers of our own
        cursor.execute(page)
        try:
            rows = cursor.fetchall()
        except sqlite3.OperationalError as error:  # bytes that are no text: somebody wrote them
            raise BrokenChainError(chain, Head(_readable(connection, done), "")) from error
        yield from rows
        if len(rows) < _PAGE:
            return
        done = rows[-1][0]
        start = done + 1


def _readable(connection: Connection, done: int) -> int:
    """Number of the last row after `done` that can be read at all."""
    cursor = connection.connection.cursor()
    columns = "time, actor, kind, payload, prev, h"
    while True:
        try:
            cursor.execute(f"SELECT {columns} FROM journal WHERE n = {done + 1}")  # noqa: S608 - a number of our own
            if cursor.fetchone() is None:
                return done
        except sqlite3.OperationalError:
            return done
        done += 1


def verify(connection: Connection, chain: str) -> ChainReport:
    """Recompute the whole chain; report the first row that does not fit."""
    n, head = 0, GENESIS
    try:
        for n, _, head in checked(connection, chain):  # noqa: B007 - the last ones are the answer
            pass
    except BrokenChainError as broken:
        bad = broken.before.n + 1
        return ChainReport(
            chain, ok=False, rows=bad, first_bad=bad, head=broken.before.h, code=broken.code
        )
    return ChainReport(chain, ok=True, rows=n, first_bad=0, head=head)


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


def entry_at(connection: Connection, n: int) -> JournalEntry | None:
    """One row by its number."""
    found = connection.execute(select(_JOURNAL).where(_JOURNAL.c.n == n)).first()
    return None if found is None else _entry(found)


def after(connection: Connection, n: int, limit: int = _PAGE) -> list[JournalEntry]:
    """At most `limit` rows above number `n`, oldest first."""
    query = select(_JOURNAL).where(_JOURNAL.c.n > n).order_by(_JOURNAL.c.n).limit(limit)
    return [_entry(row) for row in connection.execute(query)]


def mentioning(connection: Connection, text: str) -> list[JournalEntry]:
    """Rows whose payload holds this text as a whole JSON string, oldest first."""
    holds = _JOURNAL.c.payload.contains(canonical(text).decode(), autoescape=True)
    return [_entry(row) for row in connection.execute(select(_JOURNAL).where(holds).order_by("n"))]

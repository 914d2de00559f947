"""One SQLite file with one writer: WAL, `synchronous=FULL`, asserted by reading them back.

Every write is a unit of work: BEGIN IMMEDIATE, state rows and journal rows, one commit. A unit
that wrote no journal row is refused, so no state changes without its record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from sqlalchemy import (
    DDL,
    Connection,
    Dialect,
    Engine,
    Executable,
    MetaData,
    QueuePool,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.exc import OperationalError

from config.private_files import private_file, private_folder
from engine.clock import Clock
from engine.errors import IntegrityError, UnavailableError
from engine.quantities import decimal_of
from engine.records import utc_text
from guardrails.store.journal import ChainReport, Event, JournalEntry, append, journal_table, verify

Reading: TypeAlias = Connection
"""An open connection to read from; what use cases hand on without knowing the library."""

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
"""What must be read back; with recursive triggers INSERT OR REPLACE cannot delete unseen."""

BUSY_MS = 5_000


class DecimalText(TypeDecorator[Decimal]):
    """Decimal as plain text; a float is refused because its digits are not what was meant."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Text for the file."""
        del dialect
        return None if value is None else format(decimal_of(value), "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401 - SQLAlchemy's signature
        """Decimal from the file's text."""
        del dialect
        return None if value is None else Decimal(value)


class UtcText(TypeDecorator[datetime]):
    """Aware time as UTC text with milliseconds."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Text for the file."""
        del dialect
        return None if value is None else utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 - SQLAlchemy's signature
        """Aware time from the file's text."""
        del dialect
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


def _trigger(table: Table, name: str, when: str, why: str) -> None:
    """Create a trigger with the table that aborts a statement."""
    statement = (
        f"CREATE TRIGGER {table.name}_{name} BEFORE {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table.name}: {why}'); END"
    )
    event.listen(
        table,
        "after_create",
        DDL(statement),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    )


def append_only(table: Table) -> Table:
    """Give a table triggers that refuse UPDATE and DELETE."""
    for verb in ("UPDATE", "DELETE"):
        _trigger(table, f"no_{verb.lower()}", f"{verb} ON {table.name}", "append-only")
    return table


def mutable_only(table: Table, *columns: str) -> Table:
    """Give a table triggers that refuse DELETE, and UPDATE of all columns but these."""
    fixed = ", ".join(column.name for column in table.columns if column.name not in columns)
    _trigger(table, "fixed", f"UPDATE OF {fixed} ON {table.name}", "these columns are fixed")
    _trigger(table, "no_delete", f"DELETE ON {table.name}", "rows stay")
    return table


def once(table: Table, flag: str) -> Table:
    """Give a table triggers so that only `flag` changes, once, from false to true."""
    mutable_only(table, flag)
    moves = f"UPDATE OF {flag} ON {table.name} WHEN NOT (OLD.{flag} = 0 AND NEW.{flag} = 1)"
    _trigger(table, "once", moves, "used once and for ever")
    return table


class UnitOfWork:
    """One transaction: its connection, its time, and the journal rows that go with it."""

    def __init__(self, connection: Connection, chain: str, now: datetime) -> None:
        """Bind to an open transaction."""
        self.connection = connection
        self.now = now
        self._chain = chain
        self.rows = 0

    def journal(self, actor: str, kind: str, payload: object) -> JournalEntry:
        """Append a journal row inside this transaction."""
        self.rows += 1
        return append(self.connection, self._chain, self.now, Event(actor, kind, payload))


class Database:
    """A store file: `write()` for units of work, `read()` for consistent reads."""

    def __init__(self, engine: Engine, chain: str, clock: Clock, *, read_only: bool) -> None:
        """Use `open_database`."""
        self._engine = engine
        self._clock = clock
        self.chain = chain
        self.read_only = read_only

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """One unit of work; commits at the end, rolls back on any exception.

        Raises:
            UnavailableError: STORE_UNAVAILABLE when the file is locked for too long.
            IntegrityError: STORE_UNJOURNALED when nothing was written to the journal.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                work = UnitOfWork(connection, self.chain, self._clock.now())
                yield work
                if work.rows == 0:
                    raise IntegrityError(
                        "STORE_UNJOURNALED", "a change was made without a journal row"
                    )
                connection.commit()
        except OperationalError as error:
            raise UnavailableError(
                "STORE_UNAVAILABLE", f"the store did not take the write: {error.orig}",
                hint="see that one desk and one gateway run and the disk is not full",
            ) from error  # fmt: skip

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent read; UnavailableError STORE_UNAVAILABLE when the file does not answer."""
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
        except OperationalError as error:
            raise UnavailableError(
                "STORE_UNAVAILABLE", f"the store does not answer: {error.orig}",
                hint="see that the owning process runs",
            ) from error  # fmt: skip

    def pulse(self, statement: Executable) -> None:
        """Run one statement that says "alive" and nothing else: no state, so no journal row."""
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.execute(statement)
                connection.commit()
        except OperationalError as error:
            raise UnavailableError(
                "STORE_UNAVAILABLE", f"the store did not take the write: {error.orig}",
                hint="see that one desk and one gateway run and the disk is not full",
            ) from error  # fmt: skip

    def verify(self) -> ChainReport:
        """Check the whole journal of this file."""
        with self.read() as connection:
            return verify(connection, self.chain)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA recursive_triggers=ON")
        for name, wanted in PRAGMAS.items():
            found = connection.execute(f"PRAGMA {name}").fetchone()[0]
            if found != wanted:
                raise IntegrityError(
                    "STORE_PRAGMA", f"{name} is {found}, it must be {wanted}", value=found
                )
    return connection


def open_database(
    path: Path, metadata: MetaData, chain: str, clock: Clock, *, read_only: bool = False
) -> Database:
    """Open (and create, unless read-only) a store file with its journal.

    `chain` names the journal, e.g. `desk` or `gateway`. A read-only database is the peer's file:
    it is never created and never written.
    """
    if not read_only:
        private_folder(path.parent)
        private_file(path, "-wal", "-shm")
        if "journal" not in metadata.tables:
            append_only(journal_table(metadata))
    engine = create_engine(
        "sqlite://", creator=lambda: _connect(path, read_only=read_only), poolclass=QueuePool,
        max_overflow=-1,  # whoever writes may read beside it: it must never wait for a place
    )  # fmt: skip
    if not read_only:
        with engine.connect() as connection:
            # a table never exists without its triggers, whoever starts first
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            metadata.create_all(connection)
            connection.commit()
    return Database(engine, chain, clock, read_only=read_only)


def open_journal(path: Path, chain: str, clock: Clock) -> Database:
    """Open a store file for reading its journal alone, whoever owns it."""
    return open_database(path, MetaData(), chain, clock, read_only=True)

"""One store with one writer: a SQLite file, or for the desk a PostgreSQL database.

Every write is a unit of work: state rows and journal rows, one commit. A unit that wrote no
journal row is refused, so no state changes without its record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Connection, Executable, MetaData
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError, ProgrammingError

from engine.clock import Clock
from engine.errors import IntegrityError, UnavailableError
from guardrails.store.columns import DecimalText, UtcText
from guardrails.store.guards import append_only, mutable_only, once
from guardrails.store.journal import ChainReport, Event, JournalEntry, append, journal_table, verify
from guardrails.store.postgres_server import PostgresServer
from guardrails.store.preparing import prepare
from guardrails.store.sqlite_file import SqliteFile
from guardrails.store.versions import Backend, Tables

__all__ = [
    "Database",
    "DecimalText",
    "Place",
    "Reading",
    "UnitOfWork",
    "UtcText",
    "append_only",
    "mutable_only",
    "once",
    "open_database",
    "open_journal",
]

Reading: TypeAlias = Connection
"""An open connection to read from; what use cases hand on without knowing the library."""

Place: TypeAlias = Path | str
"""Where a store is: a SQLite file, or a URL `postgresql://...`."""

_SILENT: Final = (OperationalError, InternalError, ProgrammingError)
"""What the drivers raise when a store is gone, locked, read-only or not made yet."""


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
    """A store: `write()` for units of work, `read()` for consistent reads."""

    def __init__(self, place: Backend, chain: str, clock: Clock, *, read_only: bool) -> None:
        """Use `open_database`."""
        self._place = place
        self._engine = place.engine
        self._silent: tuple[type[Exception], ...] = (*_SILENT, *place.errors)
        self._clock = clock
        self.chain = chain
        self.read_only = read_only

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """One unit of work; commits at the end, rolls back on any exception.

        Raises:
            UnavailableError: STORE_UNAVAILABLE when the store is locked for too long.
            IntegrityError: STORE_UNJOURNALED when nothing was written to the journal.
        """
        try:
            with self._engine.connect() as connection:
                self._place.begin_write(connection)
                work = UnitOfWork(connection, self.chain, self._clock.now())
                yield work
                if work.rows == 0:
                    raise IntegrityError(
                        "STORE_UNJOURNALED", "a change was made without a journal row"
                    )
                connection.commit()
        except self._silent as error:
            raise _not_taken(error) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent read; UnavailableError STORE_UNAVAILABLE when the store does not answer."""
        try:
            with self._engine.connect() as connection:
                self._place.begin_read(connection)
                yield connection
        except self._silent as error:
            raise UnavailableError(
                "STORE_UNAVAILABLE", f"the store does not answer: {_said(error)}",
                hint="see that the owning process runs",
            ) from error  # fmt: skip

    def pulse(self, statement: Executable) -> None:
        """Run one statement that says "alive" and nothing else: no state, so no journal row."""
        try:
            with self._engine.connect() as connection:
                self._place.begin_write(connection)
                connection.execute(statement)
                connection.commit()
        except self._silent as error:
            raise _not_taken(error) from error

    def verify(self) -> ChainReport:
        """Check the whole journal of this store."""
        with self.read() as connection:
            return verify(connection, self.chain)

    def close(self) -> None:
        """Give the store back."""
        self._place.close()


def _said(error: Exception) -> object:
    """The driver's own words."""
    return getattr(error, "orig", error)


def _not_taken(error: Exception) -> UnavailableError:
    return UnavailableError(
        "STORE_UNAVAILABLE", f"the store did not take the write: {_said(error)}",
        hint="see that one desk and one gateway run and the disk is not full",
    )  # fmt: skip


def open_database(  # noqa: PLR0913 - a place, its tables, and how it is used
    place: Place,
    metadata: MetaData,
    chain: str,
    clock: Clock,
    *,
    read_only: bool = False,
    backups: Path | None = None,
) -> Database:
    """Open (and create or upgrade, unless read-only) a store with its journal.

    `chain` names the journal, e.g. `desk` or `gateway`. A read-only database is the peer's: it is
    never created and never written. Before an upgrade the store is copied into `backups`, without
    it into a folder of that name beside the file.

    Raises:
        UnavailableError: STORE_NEWER, STORE_UNVERSIONED, STORE_NO_BACKUP, DESK_RUNNING.
        IntegrityError: STORE_PRAGMA, STORE_TRIGGERS, STORE_SCHEMA, STORE_BROKEN.
    """
    if not read_only and "journal" not in metadata.tables:
        append_only(journal_table(metadata))
    found = _backend(place, read_only=read_only)
    if not read_only:
        beside = place.parent / "backups" if isinstance(place, Path) else None
        try:
            prepare(found, Tables(chain, metadata, backups or beside), clock)
        except _SILENT as error:
            found.close()
            raise _not_taken(error) from error
        except DatabaseError as error:
            found.close()
            raise IntegrityError(
                "STORE_BROKEN", f"the store is not whole: {error.orig}",
                hint="leave it as it is and read a backup into another folder with "
                "`peak store restore`",
            ) from error  # fmt: skip
        except (IntegrityError, UnavailableError):
            found.close()
            raise
    return Database(found, chain, clock, read_only=read_only)


def _backend(place: Place, *, read_only: bool) -> Backend:
    if isinstance(place, Path):
        return SqliteFile(place, read_only=read_only)
    return PostgresServer(place, read_only=read_only)


def open_journal(place: Place, chain: str, clock: Clock) -> Database:
    """Open a store for reading its journal alone, whoever owns it."""
    return open_database(place, MetaData(), chain, clock, read_only=True)

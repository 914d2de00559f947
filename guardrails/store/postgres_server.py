"""A PostgreSQL database as the desk's store: one writer, nothing acknowledged before it is safe.

The extra `postgres` brings psycopg, which is loaded when a URL is opened. The URL holds no
password; libpq takes it from its password file (`~/.pgpass`, mode 0600).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, QueuePool, create_engine

from engine.errors import InputError, IntegrityError, UnavailableError

if TYPE_CHECKING:
    import psycopg

LOWEST_VERSION: Final = 150_000
WAIT_MS: Final = 5_000
"""Milliseconds that a writer waits for another one."""
OWNER_WAIT_MS: Final = 2_000
"""Milliseconds in which the server notices that the owner before us is gone."""
_KEY: Final = 0x7065616B
"""Number of the advisory lock: the letters of our name."""
COLLATIONS: Final = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8"})
"""Databases that sort text by its bytes, as SQLite does."""
SETTINGS: Final = {
    "synchronous_commit": "on",
    "fsync": "on",
    "full_page_writes": "on",
    "default_transaction_isolation": "repeatable read",
    "server_encoding": "UTF8",
}
"""What every connection must read back."""
_HOLDS: Final = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND classid = 0 AND objid = %s AND pid = %s"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def load() -> Any:  # noqa: ANN401 - a module
    """The library psycopg; InputError EXTRA_MISSING without the extra `postgres`."""
    try:
        import psycopg  # noqa: PLC0415 - only who gives a PostgreSQL URL needs it
    except ImportError as error:
        raise InputError(
            "EXTRA_MISSING", "a store on PostgreSQL needs the extra `postgres`", value="postgres",
            hint="install peak-trade[postgres], or leave `store.url` empty for SQLite",
        ) from error  # fmt: skip
    return psycopg


class PostgresServer:
    """A database behind a URL and how transactions begin on it."""

    dialect: Final = "postgresql"

    def __init__(self, url: str, *, read_only: bool) -> None:
        """Open `postgresql://...`; a writer takes the database's advisory lock.

        Raises:
            InputError: EXTRA_MISSING. UnavailableError: STORE_UNAVAILABLE, DESK_RUNNING.
            IntegrityError: STORE_PRAGMA for a server that may lose what it acknowledged.
        """
        self.url = url
        self._read_only = read_only
        self._psycopg = load()
        found = self._psycopg
        self.errors: tuple[type[Exception], ...] = (
            found.OperationalError, found.InternalError, found.ProgrammingError,
        )  # fmt: skip
        self._owner: psycopg.Connection[Any] | None = None
        if not read_only:
            self._own()
        self.engine: Engine = create_engine(
            "postgresql+psycopg://", creator=self._connect, poolclass=QueuePool, max_overflow=-1
        )

    def _connect(self) -> psycopg.Connection[Any]:
        options = {
            "default_transaction_isolation": r"repeatable\ read",
            "synchronous_commit": "on",
            "lock_timeout": str(WAIT_MS),
            "default_transaction_read_only": "on" if self._read_only else "off",
        }
        connection: psycopg.Connection[Any] = self._psycopg.connect(
            self.url, connect_timeout=10, application_name="peak",
            options=" ".join(f"-c {name}={value}" for name, value in options.items()),
        )  # fmt: skip
        try:
            _require(connection)
        except IntegrityError:
            connection.close()
            raise
        connection.rollback()
        return connection

    def _own(self) -> None:
        """Take the writer's lock in a session that lives as long as this store is open."""
        self._disown()
        try:
            owner = self._connect()
        except self._psycopg.OperationalError as error:
            raise UnavailableError(
                "STORE_UNAVAILABLE", f"the store does not answer: {error}",
                hint="see that the PostgreSQL server of `store.url` runs and lets us in",
            ) from error  # fmt: skip
        owner.autocommit = True
        try:
            owner.execute(f"SET lock_timeout = {OWNER_WAIT_MS}".encode())
            owner.execute("SELECT pg_advisory_lock(%s)", (_KEY,))
        except self._psycopg.errors.LockNotAvailable as error:
            owner.close()
            raise UnavailableError(
                "DESK_RUNNING", "another desk or command owns this store",
                hint="use the command through the desk (`peak login`), or stop the desk first",
            ) from error  # fmt: skip
        self._owner = owner

    def begin_schema(self, connection: Connection) -> None:
        """Begin a transaction that makes or changes tables; they change whole or not at all."""
        connection.exec_driver_sql("SELECT 1")

    def begin_write(self, connection: Connection) -> None:
        """Begin, take the only writer's place, and see that the lock is still ours.

        The lock comes before the first look, so what this transaction sees is the newest state.
        """
        connection.exec_driver_sql("LOCK TABLE journal IN EXCLUSIVE MODE")
        if not self._holds(connection):
            self._own()  # the server was restarted: whoever is first has it again

    def _holds(self, connection: Connection) -> bool:
        if self._owner is None:
            return self._read_only  # a reader has no lock; the server refuses its writes
        pid = self._owner.info.backend_pid
        return connection.exec_driver_sql(_HOLDS, (_KEY, pid)).scalar() == 1

    def begin_read(self, connection: Connection) -> None:
        """A read begins with its first statement; what it sees stays the same to its end."""

    def close(self) -> None:
        """Give connections and lock back."""
        self.engine.dispose()
        self._disown()

    def _disown(self) -> None:
        if self._owner is not None:
            with suppress(self._psycopg.Error):
                self._owner.close()
            self._owner = None


def _require(connection: psycopg.Connection[Any]) -> None:
    """Refuse a server that may lose, mix up or reorder what it was given."""
    if connection.info.server_version < LOWEST_VERSION:
        raise _unsafe("server_version", connection.info.server_version, "15 or later")
    for name, wanted in SETTINGS.items():
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row is None or row[0] != wanted:
            raise _unsafe(name, row and row[0], wanted)
    row = connection.execute(
        "SELECT datcollate FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row is None or row[0] not in COLLATIONS:
        raise _unsafe("datcollate", row and row[0], "C")


def _unsafe(name: str, found: object, wanted: str) -> IntegrityError:
    return IntegrityError(
        "STORE_PRAGMA", f"{name} is {found}, it must be {wanted}", value=found,
        hint="set up the database as docs/runbooks/store.md says",
    )  # fmt: skip

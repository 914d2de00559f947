"""One SQLite file for several threads and processes: opening, one writer at a time, revisions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engine.errors import IntegrityError
from knowledge import schema
from knowledge.locks import held

_BUSY_S: Final = 5.0
_REPAIR = "restore it from a backup, or remove it: our own documents come back"


class Database:
    """The knowledge file.

    Every write is one transaction and raises the revision, so that whoever holds a view in memory,
    in this process or in another, sees that it is old.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            IntegrityError: KNOWLEDGE_STORE_BROKEN or KNOWLEDGE_STORE_VERSION.
        """
        self._guard = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            with held(path.with_suffix(".lock")):
                self._prepare()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise IntegrityError(
                "KNOWLEDGE_STORE_BROKEN",
                f"the knowledge file cannot be read: {error}",
                value=path.name,
                hint=_REPAIR,
            ) from error
        except IntegrityError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in {0, schema.VERSION}:
            raise IntegrityError(
                "KNOWLEDGE_STORE_VERSION",
                "the knowledge file was written by another version",
                value=version,
                hint=_REPAIR,
            )
        self._connection.executescript(schema.TABLES)
        self._connection.execute(f"PRAGMA user_version = {schema.VERSION}")

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._guard:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is kept if the block ends well and undone if it raises."""
        with self._guard:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("UPDATE revisions SET revision = revision + 1")
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        with self._guard:
            return self._connection.execute(query, values).fetchall()

    def revision(self) -> int:
        """Number of writes so far."""
        return int(str(self.rows("SELECT revision FROM revisions")[0][0]))

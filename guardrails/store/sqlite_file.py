"""One SQLite file: WAL, `synchronous=FULL`, foreign keys; asserted by reading them back."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine

from config.private_files import private_file, private_folder
from engine.errors import IntegrityError

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
"""What must be read back; with recursive triggers INSERT OR REPLACE cannot delete unseen."""

BUSY_MS = 5_000
ENDINGS: Final = ("-wal", "-shm")
"""Files that SQLite keeps beside an open store."""


class SqliteFile:
    """A store file and how transactions begin on it."""

    dialect: Final = "sqlite"
    errors: Final = (sqlite3.OperationalError,)

    def __init__(self, path: Path, *, read_only: bool) -> None:
        """Use the file `path`; it is made when it is missing, unless it is only read."""
        self.path = path
        if not read_only:
            private_folder(path.parent)
            private_file(path, *ENDINGS)
        self.engine: Engine = create_engine(
            "sqlite://", creator=lambda: connect(path, read_only=read_only), poolclass=QueuePool,
            max_overflow=-1,  # whoever writes may read beside it: it must never wait for a place
        )  # fmt: skip

    def begin_write(self, connection: Connection) -> None:
        """Begin and take the only writer's place."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    begin_schema = begin_write
    """Tables are made and changed in an ordinary write."""

    def begin_read(self, connection: Connection) -> None:
        """Begin a read; what it sees stays the same to its end."""
        connection.exec_driver_sql("BEGIN")

    def close(self) -> None:
        """Give the file back."""
        self.engine.dispose()


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection whose pragmas hold.

    Raises:
        IntegrityError: STORE_PRAGMA.
    """
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
                connection.close()
                raise IntegrityError(
                    "STORE_PRAGMA", f"{name} is {found}, it must be {wanted}", value=found
                )
    return connection

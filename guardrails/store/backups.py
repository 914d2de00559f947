"""Copies of one store while it is used: SQLite's online backup, or `pg_dump`."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from config.private_files import private_file, private_folder
from engine.errors import IntegrityError, UnavailableError
from guardrails.store.postgres_server import PostgresServer
from guardrails.store.sqlite_file import SqliteFile, connect
from guardrails.store.versions import Backend

DUMP_SECONDS: Final = 3_600
PROGRAMS: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each release, off the path."""


def save(place: Backend, stem: Path) -> Path:
    """Copy an open store to a new file `stem` with the ending of its kind; answers the file.

    Raises:
        UnavailableError: STORE_NO_BACKUP without the program that it needs, or when it fails.
    """
    private_folder(stem.parent)
    if isinstance(place, SqliteFile):
        return copy_file(place.path, stem.with_name(f"{stem.name}.db"))
    if isinstance(place, PostgresServer):
        return dump(place.url, stem.with_name(f"{stem.name}.dump"))
    raise UnavailableError("STORE_NO_BACKUP", "this kind of store has no backup")


def copy_file(source: Path, target: Path) -> Path:
    """Copy a SQLite store that may be in use; the copy is one file, one state, and checked."""
    private_file(target)
    with (
        closing(connect(source, read_only=True)) as before,
        closing(sqlite3.connect(target, isolation_level=None)) as after,
    ):
        before.backup(after)
        after.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        after.execute("PRAGMA synchronous=FULL")
        found = after.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise IntegrityError("STORE_BACKUP_BROKEN", "the copy is not whole", value=str(found))
    return target


def _release(program: Path) -> int:
    name = program.parts[-3]
    return int(name) if name.isdecimal() else 0


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        places = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=_release)
        found = str(places[-1]) if places else None
    if found is None:
        raise UnavailableError(
            "STORE_NO_BACKUP", f"a backup of PostgreSQL needs the program {name}", value=name,
            hint="install postgresql-client, or let the server's own tools do the backup",
        )  # fmt: skip
    return found


def dump(url: str, target: Path) -> Path:
    """Dump a PostgreSQL database in one snapshot.

    Raises:
        UnavailableError: STORE_NO_BACKUP.
    """
    private_file(target)
    command = [_program("pg_dump"), "--format=custom", "--no-owner", f"--file={target}", url]
    _run(command, "the dump failed")
    return target


def load_dump(url: str, source: Path) -> None:
    """Read a dump into an empty PostgreSQL database, whole or not at all.

    Raises:
        UnavailableError: STORE_NO_BACKUP.
    """
    options = ["--no-owner", "--exit-on-error", "--single-transaction"]
    _run([_program("pg_restore"), *options, f"--dbname={url}", str(source)], "reading it failed")


def _run(command: list[str], what: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - a program of PostgreSQL with our own arguments
            command, check=True, capture_output=True, text=True, timeout=DUMP_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()[:300]
        raise UnavailableError(
            "STORE_NO_BACKUP", f"{what}: {said}", hint="see that the server runs and lets us in"
        ) from error

"""A PostgreSQL server of the tests' own: own folder, a socket in it, no port, ended by handle."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests import needs

USER = "postgres"
ROOM = 500_000_000
"""Bytes that a memory file system must have left to be used."""


@dataclass(slots=True)
class Cluster:
    """A running server: where its programs and its socket are, and databases by number."""

    programs: Path
    folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        """Address of one database, as `store.url` takes it."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def new(self, template: str = "template0", collation: str = "C") -> str:
        """Make a database of its own for one test; answers its name."""
        name = f"store_{next(self.numbers)}"
        self.sql(
            f"CREATE DATABASE {name} TEMPLATE {template} LC_COLLATE '{collation}' LC_CTYPE 'C'"
        )
        return name

    def sql(self, *statements: str, database: str = USER) -> None:
        """Run statements as the server's owner."""
        import psycopg  # noqa: PLC0415 - only tests with a server load it

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def control(self, *words: str) -> None:
        """Run `pg_ctl` on this server."""
        run(self.programs / "pg_ctl", "-D", self.folder / "data", "-w", *words)


def run(program: Path, *words: Path | str) -> None:
    """Run a program of PostgreSQL; it refuses to run as root, so root runs it as its own user."""
    before = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*before, str(program), *map(str, words)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", timeout=60,
    )  # fmt: skip


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server in a new folder; it is stopped and removed at the end."""
    programs = needs.need(needs.POSTGRES)
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own in it; nothing to wait for
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="peak-pg-", dir=memory if roomy else None))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(USER).pw_uid, -1)
    found = Cluster(programs, folder)
    try:
        run(programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8",
            "--no-locale", "--no-sync")  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
        found.control("-l", str(folder / "log"), "-o", options, "start")
        yield found
        found.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Power loss, simulated below SQLite: what was synced is there, of the rest any sectors at all.

A VFS records every write, sync and truncation of the store's files while the real store code runs
on it. `images` then builds what a disk may hold at a moment: everything up to the last sync, and
of what came after it a random part of the 512-byte sectors.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

import apsw

SECTOR = 512
NAME = "recording"
_PAGES_BEFORE_CHECKPOINT = 12
"""Few, so that checkpoints, the other half of the protocol, happen often."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One call: `write` at an offset, `truncate` to a size, `sync` or `delete` of a file."""

    what: str
    file: str
    offset: int = 0
    data: bytes = b""


@dataclass(slots=True)
class Tape:
    """Everything that happened to the files of one store, in order."""

    events: list[Happening] = field(default_factory=list)

    def note(self, what: str, file: str, offset: int = 0, data: bytes = b"") -> None:
        """Record one call."""
        self.events.append(Happening(what, Path(file).name, offset, data))


class _File(apsw.VFSFile):
    """A file that records what is done to it."""

    def __init__(self, tape: Tape, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        super().__init__("", name, flags)  # type: ignore[arg-type]  # what SQLite hands over
        self._tape = tape
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._tape.note("write", self._name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._tape.note("truncate", self._name, newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        self._tape.note("sync", self._name)


class Recorder(apsw.VFS):
    """The machine's own files, recorded."""

    def __init__(self, tape: Tape) -> None:
        """Register under the name `recording`."""
        self._tape = tape
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: ANN401, N802 - SQLite's name
        """Open a file that records."""
        return _File(self._tape, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        """Delete a file."""
        super().xDelete(filename, syncdir)
        self._tape.note("delete", filename)


class Cursor:
    """As much of a DB-API cursor as the store's library uses."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        """A cursor of this connection."""
        self._connection = connection
        self._rows: Iterator[Any] = iter(())
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid = 0

    def execute(self, statement: str, parameters: Any = ()) -> Self:  # noqa: ANN401 - DB-API
        """Run a statement and keep its rows."""
        before = self._connection.total_changes()
        cursor = self._connection.cursor()
        cursor.exec_trace = self._described  # the only moment at which columns are always known
        self._rows = iter(list(cursor.execute(statement, tuple(parameters) or None)))
        self.rowcount = self._connection.total_changes() - before
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def _described(self, cursor: apsw.Cursor, *_: object) -> bool:
        columns = cursor.get_description()
        self.description = [(*one, *(None,) * 5) for one in columns] or None
        return True

    def executemany(self, statement: str, many: Sequence[Any]) -> Self:
        """Run a statement for each set of parameters."""
        for parameters in many:
            self.execute(statement, parameters)
        return self

    def fetchone(self) -> Any:  # noqa: ANN401 - DB-API
        """The next row or None."""
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        """Some rows."""
        return [row for _, row in zip(range(size), self._rows, strict=False)]

    def fetchall(self) -> list[Any]:
        """The rest."""
        return list(self._rows)

    def close(self) -> None:
        """Nothing is held."""


class Connection:
    """As much of a DB-API connection as the store's library uses, over the recorded files."""

    isolation_level = None

    def __init__(self, uri: str, synchronous: str) -> None:
        """Open the file of a `file:` address with this setting instead of the store's own."""
        path = unquote(uri.removeprefix("file:").partition("?")[0])
        self._raw = apsw.Connection(path, vfs=NAME)
        self._synchronous = synchronous
        self._raw.wal_autocheckpoint(_PAGES_BEFORE_CHECKPOINT)

    def execute(self, statement: str, parameters: Any = ()) -> Cursor:  # noqa: ANN401 - DB-API
        """Run a statement; the setting under test replaces the one that the store asks for."""
        wanted = statement.replace("synchronous=FULL", f"synchronous={self._synchronous}")
        return self.cursor().execute(wanted, parameters)

    def cursor(self, *_: object) -> Cursor:
        """A cursor."""
        return Cursor(self._raw)

    def create_function(self, *_: object, **__: object) -> None:
        """Functions of the library's own are not needed here."""

    def commit(self) -> None:
        """End a transaction, if one is open."""
        if self._raw.in_transaction:
            self._raw.execute("COMMIT")

    def rollback(self) -> None:
        """Undo a transaction, if one is open."""
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        """Close the files."""
        self._raw.close()


@dataclass(slots=True)
class _Disk:
    """What is safe, and what is only on its way, by file."""

    safe: dict[str, bytearray] = field(default_factory=dict)
    pending: list[Happening] = field(default_factory=list)

    def take(self, one: Happening) -> None:
        """One more call."""
        if one.what == "sync":
            mine = [each for each in self.pending if each.file == one.file]
            self.pending = [each for each in self.pending if each.file != one.file]
            for each in mine:
                apply(self.safe, each)
            self.safe.setdefault(one.file, bytearray())
        elif one.what == "delete":
            self.pending = [each for each in self.pending if each.file != one.file]
            self.safe.pop(one.file, None)
        else:
            self.pending.append(one)

    def lost(self, chance: random.Random) -> dict[str, bytearray]:
        """One thing that the disk may hold when the power goes now."""
        found = {name: bytearray(data) for name, data in self.safe.items()}
        share = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for each in self.pending:
            found.setdefault(each.file, bytearray())
            if each.what == "truncate":
                if chance.random() < share:
                    apply(found, each)
                continue
            for start in range(0, len(each.data), SECTOR):
                if chance.random() < share:
                    part = each.data[start : start + SECTOR]
                    apply(found, Happening("write", each.file, each.offset + start, part))
        return found


def apply(files: dict[str, bytearray], one: Happening) -> None:
    """Write or truncate for good."""
    data = files.setdefault(one.file, bytearray())
    if one.what == "truncate":
        del data[one.offset :]
        data.extend(bytes(max(0, one.offset - len(data))))
        return
    end = one.offset + len(one.data)
    data.extend(bytes(max(0, end - len(data))))
    data[one.offset : end] = one.data


def images(
    tape: Tape, moments: Sequence[int], chance: random.Random
) -> Iterator[tuple[int, dict[str, bytearray]]]:
    """For each moment (a number of events) one thing that the disk may hold then."""
    disk, done = _Disk(), 0
    for moment in sorted(moments):
        for one in tape.events[done:moment]:
            disk.take(one)
        done = moment
        yield moment, disk.lost(chance)

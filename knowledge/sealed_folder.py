"""A folder that is finished: every file on disk and listed with its size and digest.

The list is the file COMPLETE. A folder without it was left by a crash; a folder that differs from
it was damaged. Neither is ever repaired.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from engine.errors import PeakError
from engine.records import Digest, Record, canonical, parse_record

COMPLETE: Final = "COMPLETE"
_CHUNK: Final = 1 << 20


class FileEntry(Record):
    """A file of the folder; `digest` is None for one that its owner rewrites when opening it."""

    path: str
    size: Annotated[int, Field(ge=0)]
    digest: Digest | None


class Seal(Record):
    """What the folder is, and the files it must hold."""

    name: str
    files: tuple[FileEntry, ...]


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def sync(path: Path) -> None:
    """Force a file or a folder's list of names onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file so that after a crash it holds the old content or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


def seal(folder: Path, name: str, *, rewritten: frozenset[str]) -> None:
    """Put every file on disk and write COMPLETE; `rewritten` names files without a digest."""
    entries = []
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        sync(path)
        entries.append(
            FileEntry(
                path=path.relative_to(folder).as_posix(),
                size=path.stat().st_size,
                digest=None if path.name in rewritten else _digest(path),
            )
        )
    for inner in sorted(item for item in folder.rglob("*") if item.is_dir()):
        sync(inner)
    write_durably(folder / COMPLETE, canonical(Seal(name=name, files=tuple(entries))))


def sealed_as(folder: Path) -> str | None:
    """Name on the seal of a folder; None without a readable one."""
    read = _read(folder)
    return read.name if read else None


def damage(folder: Path) -> str | None:
    """The first file that is not as it was sealed, or None when all are."""
    read = _read(folder)
    if read is None:
        return COMPLETE
    for entry in read.files:
        path = folder / entry.path
        if not path.is_file():
            return entry.path
        size = path.stat().st_size
        if entry.digest is None:
            intact = size >= entry.size
        else:
            intact = size == entry.size and _digest(path) == entry.digest
        if not intact:
            return entry.path
    return None


def _read(folder: Path) -> Seal | None:
    try:
        return parse_record(Seal, (folder / COMPLETE).read_bytes())
    except (OSError, PeakError):
        return None

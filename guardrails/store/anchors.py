"""Anchors: signed heads of a journal, kept where whoever writes the journal cannot take them back.

A hash chain shows a changed row, but not that its last rows are gone or that it was written anew
from somewhere on. Each process therefore signs the other's head and keeps the signature in a file
of its own folder that only grows, in its own journal, and in a further folder if one is set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from config.private_files import private_file, private_folder
from engine.errors import InputError, IntegrityError
from engine.records import Record, canonical, parse_record
from guardrails.reasons import Reason
from guardrails.store import checkpoints
from guardrails.store.checkpoints import Checkpoint
from guardrails.store.journal import of_kind

FOLDER: Final = "anchors"
"""The folder of anchors below an installation's state folder."""
DESK_SEEN: Final = "desk.seen"
"""Kind of the rows in which an older gateway noted the desk's heads without a signature."""
CRITICAL: Final = (
    "approval.recorded", "fill.booked", "gateway.tightened", "halt.", "limits.", "order.sending",
    "person.", "promotion.", "rearm.", "role.changed", "state.", "ticket.released",
)  # fmt: skip
"""Beginnings of kinds that are anchored at once: release, approval, limits, role, state, send."""
EVERY_SECONDS: Final = 60.0
"""Everything else is anchored at most so late."""

_LAST_BYTES: Final = 8_192
"""More than a line has."""

Seen = tuple[int, str]


class _Line(Record):
    """One line of a file of anchors, and the payload of a journal row that keeps one."""

    n: int
    h: str
    root: str
    time: str
    note: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A signed head: the checkpoint, the hash of the chain's row at its size, when it was made."""

    checkpoint: Checkpoint
    head: str
    time: str

    @property
    def size(self) -> int:
        """How many rows it vouches for."""
        return self.checkpoint.size

    def as_line(self) -> Record:
        """The form that is written."""
        point = self.checkpoint
        return _Line(n=point.size, h=self.head, root=point.root, time=self.time, note=point.note)


def read_anchor(text: str) -> Anchor:
    """An anchor from its line; AUDIT_ANCHOR_MISMATCH when it says two things or nothing."""
    try:
        line = parse_record(_Line, text)
    except InputError as error:
        raise _unreadable(text) from error
    point = checkpoints.read(line.note)
    if (point.size, point.root) != (line.n, line.root):
        raise _unreadable(text)
    return Anchor(point, line.h, line.time)


def _unreadable(text: str) -> IntegrityError:
    return IntegrityError(
        Reason.AUDIT_ANCHOR_MISMATCH, "an anchor cannot be read", value=text[:60],
        hint="leave everything as it is and follow the runbook of a broken journal",
    )  # fmt: skip


def critical(kind: str) -> bool:
    """True for a kind of row after which the head is anchored at once."""
    return kind.startswith(CRITICAL)


def anchored(chain: str) -> str:
    """Kind of the journal row in which a peer keeps an anchor of this chain."""
    return f"{chain}.anchored"


def is_anchor(kind: str) -> bool:
    """True for rows that only keep an anchor: they ask for no anchor themselves."""
    return kind.endswith(".anchored") or kind == DESK_SEEN


class AnchorFile:
    """The anchors of one chain by one signer: one line each, only appended, synced at once."""

    def __init__(self, folder: Path, chain: str, signer: str) -> None:
        """Use `<chain>.<signer>.jsonl` of this folder."""
        self.path = folder / f"{chain}.{signer}.jsonl"
        self._whole = False

    def append(self, anchor: Anchor) -> None:
        """Write one anchor durably; OSError when the folder does not take it."""
        private_folder(self.path.parent)
        private_file(self.path)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if not self._whole:
                _drop_torn(descriptor, self.path)
                self._whole = True
            os.write(descriptor, canonical(anchor.as_line()) + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> tuple[Anchor, ...]:
        """All anchors, oldest first; a last line that was cut off by a crash does not count."""
        return tuple(read_anchor(line) for line in self._lines())

    def last(self) -> Anchor | None:
        """The newest anchor, None without one."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - _LAST_BYTES, 0))
                lines = file.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return None
        return read_anchor(lines[-1].decode(errors="replace")) if lines else None

    def _lines(self) -> list[str]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        return text.split("\n")[:-1]


def _drop_torn(descriptor: int, path: Path) -> None:
    """Cut off what a crash left of a line that was never promised."""
    raw = path.read_bytes()
    whole = raw.rfind(b"\n") + 1
    if whole < len(raw):
        os.ftruncate(descriptor, whole)


def files_of(folder: Path, chain: str) -> tuple[Path, ...]:
    """Files of anchors of a chain in a folder, by name."""
    return tuple(sorted(folder.glob(f"{chain}.*.jsonl")))


def filed(folder: Path, chain: str) -> tuple[Anchor, ...]:
    """Every anchor of a chain in a folder, whoever signed it."""
    names = (path.name.removesuffix(".jsonl").partition(".")[2] for path in files_of(folder, chain))
    return tuple(one for name in names for one in AnchorFile(folder, chain, name).read())


def noted(peer: Connection, chain: str) -> tuple[Anchor, ...]:
    """Every anchor of a chain that the peer's journal keeps, oldest first."""
    return tuple(read_anchor(row.payload) for row in of_kind(peer, anchored(chain)))


def seen_heads(gateway: Connection) -> tuple[Seen, ...]:
    """Heads of the desk that an older gateway noted without a signature, oldest first."""
    found = (json.loads(row.payload) for row in of_kind(gateway, DESK_SEEN))
    return tuple((int(one["n"]), str(one["h"])) for one in found)


def forks(anchors: Iterable[Anchor]) -> Iterator[int]:
    """Sizes at which two anchors name different roots: one of two histories is a lie."""
    roots: dict[int, str] = {}
    for one in anchors:
        if roots.setdefault(one.size, one.checkpoint.root) != one.checkpoint.root:
            yield one.size

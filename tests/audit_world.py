"""Two journals that anchor each other on a temporary folder, and an insider who owns the files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import MetaData

from engine.clock import FixedClock
from guardrails.desk.auditing import AuditReport, place_of, verify_files
from guardrails.desk.folders import Folders
from guardrails.signing import Signer
from guardrails.store.anchoring import Anchorer
from guardrails.store.anchors import Anchor, anchored
from guardrails.store.database import Database, open_database
from guardrails.store.journal import GENESIS, JournalEntry, row_hash

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
KEYS = {"desk": Signer("11" * 32), "gateway": Signer("22" * 32)}
COLUMNS = "n, time, actor, kind, payload, prev, h"
ROWS = 8


class AuditWorld:
    """Desk and gateway, each with a journal, each with the other's eyes on it."""

    def __init__(self, root: Path, further: str = "") -> None:
        """Open both stores; anchors go to the folder, to the peer's journal, and further."""
        self.folders = Folders(root)
        self.further = further
        self.clock = FixedClock(NOW)
        self.place = place_of(self.folders, further)
        self.open()

    def open(self) -> None:
        """Open what lies in the folder now."""
        paths = {"desk": self.folders.desk_db, "gateway": self.folders.gateway_db}
        self.databases = {
            chain: open_database(path, MetaData(), chain, self.clock)
            for chain, path in paths.items()
        }
        for signer, key in KEYS.items():
            self.place.publish(signer, key)
        self.anchorers = {
            "desk": self._anchorer("desk", "gateway"),
            "gateway": self._anchorer("gateway", "desk"),
        }

    def _anchorer(self, chain: str, signer: str) -> Anchorer:
        keys = {name: (key.public_hex,) for name, key in KEYS.items()}
        own = self.databases[signer]

        def keep(anchor: Anchor) -> None:
            """A row of the signer's own journal."""
            with own.write() as work:
                work.journal(signer, anchored(chain), anchor.as_line())

        return Anchorer(
            target=self.databases[chain], signer=signer, key=KEYS[signer], clock=self.clock,
            files=self.place.files(chain, signer),
            known=lambda: self.place.evidence(chain, keys, own), keep=keep,
        )  # fmt: skip

    def write(self, rows: int = 1, *, chain: str = "desk", kind: str = "ticket.released") -> None:
        """Journal rows of a kind that is anchored at once, and let the peer look."""
        for _ in range(rows):
            self.clock.advance(1)
            with self.database(chain).write() as work:
                work.journal("operator", kind, {"at": self.clock.now(), "quantity": "0.01"})
            self.anchorers[chain].look()

    def database(self, chain: str = "desk") -> Database:
        """A chain's store."""
        return self.databases[chain]

    def verified(self, further: str | None = None) -> AuditReport:
        """What an audit of the files says."""
        wanted = self.further if further is None else further
        return verify_files(self.folders, self.clock, wanted)

    def close(self) -> None:
        """Give the files back."""
        for database in self.databases.values():
            database.close()

    def tamper(self, change: Attack, chain: str = "desk") -> None:
        """Let an insider at a file that no process holds, then open everything again."""
        self.close()
        path = self.folders.desk_db if chain == "desk" else self.folders.gateway_db
        with Insider(path) as insider:
            change(insider)
        self.open()


class Insider:
    """Somebody with the file, the source code and no key: triggers go, and come back after."""

    def __init__(self, path: Path) -> None:
        """Open the file raw."""
        self.path = path
        self.raw = sqlite3.connect(path)
        find = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
        self._triggers = self.raw.execute(find).fetchall()

    def __enter__(self) -> Self:
        """Take the triggers away."""
        for name, _ in self._triggers:
            self.raw.execute(f"DROP TRIGGER {name}")
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the file as if nothing had been."""
        for _, made in self._triggers:
            self.raw.execute(made)
        self.raw.commit()
        self.raw.close()

    def run(self, *statements: str) -> None:
        """Change the file by SQL."""
        for statement in statements:
            self.raw.execute(statement)

    def rows(self) -> list[JournalEntry]:
        """All rows, oldest first."""
        found = self.raw.execute(f"SELECT {COLUMNS} FROM journal ORDER BY n")  # noqa: S608 - a constant
        return [JournalEntry(*row) for row in found]

    def replace_all(self, rows: Iterable[JournalEntry], chain: str = "desk") -> None:
        """Write a whole history anew, with hashes that fit."""
        self.run("DELETE FROM journal")
        prev = GENESIS
        for number, row in enumerate(rows, 1):
            draft = replace(row, n=number, prev=prev, h="")
            made = replace(draft, h=row_hash(chain, draft))
            values = (made.n, made.time, made.actor, made.kind, made.payload, made.prev, made.h)
            self.raw.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            prev = made.h


Attack = Callable[[Insider], None]


def copy_of(path: Path, to: Path) -> None:
    """A copy of a store that is closed."""
    for ending in ("", "-wal", "-shm"):
        to.with_name(to.name + ending).unlink(missing_ok=True)
    shutil.copy(path, to)

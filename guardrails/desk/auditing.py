"""Audit: both journals of an installation, verified from their files."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import Clock
from guardrails.desk.folders import Folders
from guardrails.store.database import open_journal
from guardrails.store.journal import ChainReport, JournalEntry, tail


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All chains of an installation; `rows` sums them."""

    chains: tuple[ChainReport, ...]

    @property
    def ok(self) -> bool:
        """True when every chain verifies."""
        return all(chain.ok for chain in self.chains)

    @property
    def rows(self) -> int:
        """Verified rows of all chains."""
        return sum(chain.rows for chain in self.chains)

    @property
    def first_bad(self) -> str | None:
        """`chain:row` of the first row that does not verify; None when all do."""
        bad = (f"{chain.chain}:{chain.first_bad}" for chain in self.chains if not chain.ok)
        return next(bad, None)

    def as_dict(self) -> dict[str, object]:
        """JSON form: ok, rows, first_bad (chain:row or null), chains."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "first_bad": self.first_bad,
            "chains": [
                {"chain": c.chain, "ok": c.ok, "rows": c.rows, "head": c.head} for c in self.chains
            ],
        }


def verify_files(folders: Folders, clock: Clock) -> AuditReport:
    """Verify desk.db and gateway.db, each opened read-only; a missing file has no chain."""
    found = []
    for path, chain in ((folders.desk_db, "desk"), (folders.gateway_db, "gateway")):
        if path.exists():
            database = open_journal(path, chain, clock)
            try:
                found.append(database.verify())
            finally:
                database.close()
    return AuditReport(tuple(found))


def desk_tail(folders: Folders, clock: Clock, limit: int) -> tuple[JournalEntry, ...]:
    """The desk's newest journal rows, oldest first."""
    if not folders.desk_db.exists():
        return ()
    database = open_journal(folders.desk_db, "desk", clock)
    try:
        with database.read() as connection:
            return tuple(reversed(tail(connection, limit)))
    finally:
        database.close()

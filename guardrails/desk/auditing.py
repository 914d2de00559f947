"""Audit: both journals of an installation, verified from their files, one against the other."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from engine.clock import Clock
from guardrails.desk.folders import Folders
from guardrails.store.anchors import Head, first_missing, seen_heads
from guardrails.store.database import open_journal
from guardrails.store.journal import GENESIS, ChainReport, JournalEntry, tail

SHORTER: Final = "shorter than what the gateway saw"
OTHER: Final = "not the row that the gateway saw"
GONE: Final = "the file is gone, but the gateway saw it"


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
                {
                    "chain": one.chain,
                    "ok": one.ok,
                    "rows": one.rows,
                    "head": one.head,
                    "reason": one.reason,
                }
                for one in self.chains
            ],
        }


def verify_files(folders: Folders, clock: Clock) -> AuditReport:
    """Verify desk.db and gateway.db, each opened read-only, and the one against the other.

    A file that is not there has no chain, unless the gateway has seen the desk's.
    """
    # the gateway first: what it had seen by then, the desk holds when it is read afterwards
    gateway, heads = _gateway(folders, clock)
    found = (_desk(folders, clock, heads), gateway)
    return AuditReport(tuple(chain for chain in found if chain is not None))


def _gateway(folders: Folders, clock: Clock) -> tuple[ChainReport | None, tuple[Head, ...]]:
    """The gateway's chain and the desk's heads that it noted."""
    if not folders.gateway_db.exists():
        return None, ()
    with closing(open_journal(folders.gateway_db, "gateway", clock)) as database:
        report = database.verify()
        with database.read() as connection:
            return report, seen_heads(connection)


def _desk(folders: Folders, clock: Clock, heads: tuple[Head, ...]) -> ChainReport | None:
    """The desk's chain, which must hold every head that the gateway noted."""
    if not folders.desk_db.exists():
        return _gone(heads[0][0]) if heads else None
    with closing(open_journal(folders.desk_db, "desk", clock)) as database:
        report = database.verify()
        with database.read() as connection:
            missing = first_missing(connection, heads)
    if not report.ok or missing is None:
        return report
    reason = SHORTER if missing > report.rows else OTHER
    return replace(report, ok=False, first_bad=missing, reason=reason)


def _gone(first_bad: int) -> ChainReport:
    return ChainReport("desk", ok=False, rows=0, first_bad=first_bad, head=GENESIS, reason=GONE)


def desk_tail(folders: Folders, clock: Clock, limit: int) -> tuple[JournalEntry, ...]:
    """The desk's newest journal rows, oldest first."""
    if not folders.desk_db.exists():
        return ()
    with (
        closing(open_journal(folders.desk_db, "desk", clock)) as database,
        database.read() as connection,
    ):
        return tuple(reversed(tail(connection, limit)))

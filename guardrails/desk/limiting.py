"""Limits in force, filed under their version so that an old approval can be understood."""

from __future__ import annotations

from guardrails.limits import Limits
from guardrails.store import limits as rows
from guardrails.store.database import Database


def record_limits(db: Database, limits: Limits, actor: str) -> bool:
    """File the limits that a start found; False when this version is known already."""
    with db.read() as connection:
        if rows.find(connection, limits.version) is not None:
            return False
    with db.write() as work:
        new = rows.record(work, limits, actor)
        work.journal(actor, "limits.recorded", {"version": limits.version, "new": new})
    return new

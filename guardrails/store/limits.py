"""Rows of limits versions: which complete sets have ever been in force."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from engine.records import canonical, parse_record
from guardrails.limits import Limits
from guardrails.store.database import UnitOfWork
from guardrails.store.desk_schema import limits_versions


def record(work: UnitOfWork, limits: Limits, actor: str) -> bool:
    """File a set under its version; False when it is there already."""
    if find(work.connection, limits.version) is not None:
        return False
    work.connection.execute(
        insert(limits_versions).values(
            version=limits.version,
            payload=canonical(limits).decode(),
            actor=actor,
            recorded_at=work.now,
        )
    )
    return True


def find(connection: Connection, version: str) -> Limits | None:
    """A set by its version."""
    query = select(limits_versions.c.payload).where(limits_versions.c.version == version)
    found = connection.scalar(query)
    return None if found is None else parse_record(Limits, found)

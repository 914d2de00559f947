"""Rows of sign-in sessions; only the SHA-256 of the opaque id is ever stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from guardrails.store.database import UnitOfWork
from guardrails.store.desk_schema import auth_sessions


@dataclass(frozen=True, slots=True)
class AuthSession:
    """A sign-in: whose, with which password, when, until when, and whether it was revoked."""

    id: str
    person_id: str
    credential_version: int
    created_at: datetime
    proved_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    label: str


def _session(row: Row[Any]) -> AuthSession:
    return AuthSession(
        id=row.id,
        person_id=row.person_id,
        credential_version=row.credential_version,
        created_at=row.created_at,
        proved_at=row.proved_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        label=row.label,
    )


def find(connection: Connection, session_id: str) -> AuthSession | None:
    """One session by the SHA-256 of its id."""
    row = connection.execute(select(auth_sessions).where(auth_sessions.c.id == session_id)).first()
    return None if row is None else _session(row)


def of_person(connection: Connection, person_id: str) -> tuple[AuthSession, ...]:
    """All sessions of a person, newest first."""
    rows = connection.execute(
        select(auth_sessions)
        .where(auth_sessions.c.person_id == person_id)
        .order_by(auth_sessions.c.created_at.desc())
    )
    return tuple(_session(row) for row in rows)


def add(work: UnitOfWork, session: AuthSession) -> None:
    """A new session."""
    work.connection.execute(
        insert(auth_sessions).values(
            id=session.id,
            person_id=session.person_id,
            credential_version=session.credential_version,
            created_at=session.created_at,
            proved_at=session.proved_at,
            ends_at=session.ends_at,
            label=session.label,
        )
    )


def revoke(work: UnitOfWork, session_id: str) -> bool:
    """End a session; False when it had ended already."""
    done = work.connection.execute(
        update(auth_sessions)
        .where(auth_sessions.c.id == session_id, auth_sessions.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    return done.rowcount == 1


def revoke_all(work: UnitOfWork, person_id: str) -> int:
    """End all sessions of a person; returns how many were open."""
    done = work.connection.execute(
        update(auth_sessions)
        .where(auth_sessions.c.person_id == person_id, auth_sessions.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    return done.rowcount

"""Rows of persons: roles, password hash, credential version. Callers journal what they change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from guardrails.people import Person, Role
from guardrails.store.database import UnitOfWork
from guardrails.store.desk_schema import people


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A person with what never leaves the store."""

    person: Person
    password_hash: str
    credential_version: int


def _stored(row: Row[Any]) -> StoredPerson:
    person = Person(
        person_id=row.person_id,
        roles=tuple(Role(name) for name in json.loads(row.roles)),
        credential_id=credential_id(row.credential_version),
        active=row.active,
    )
    return StoredPerson(person, row.password_hash, row.credential_version)


def credential_id(version: int) -> str:
    """Name of a person's n-th password."""
    return f"password-{version}"


def find(connection: Connection, person_id: str) -> StoredPerson | None:
    """One person, active or not."""
    row = connection.execute(select(people).where(people.c.person_id == person_id)).first()
    return None if row is None else _stored(row)


def everybody(connection: Connection) -> tuple[Person, ...]:
    """All persons by name."""
    rows = connection.execute(select(people).order_by(people.c.person_id))
    return tuple(_stored(row).person for row in rows)


def add(work: UnitOfWork, person_id: str, roles: tuple[Role, ...], password_hash: str) -> None:
    """A new person."""
    work.connection.execute(
        insert(people).values(
            person_id=person_id,
            roles=json.dumps(roles),
            password_hash=password_hash,
            credential_version=1,
            active=True,
            created_at=work.now,
        )
    )


def set_roles(work: UnitOfWork, person_id: str, roles: tuple[Role, ...], *, active: bool) -> None:
    """Other roles, or out of use."""
    work.connection.execute(
        update(people)
        .where(people.c.person_id == person_id)
        .values(roles=json.dumps(roles), active=active)
    )


def set_password(work: UnitOfWork, person_id: str, password_hash: str) -> None:
    """A new password is a new credential."""
    work.connection.execute(
        update(people)
        .where(people.c.person_id == person_id)
        .values(password_hash=password_hash, credential_version=people.c.credential_version + 1)
    )

"""Persons: who is enrolled, with which roles and password; each change ends their sessions."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import InputError
from guardrails.people import Passwords, Person, Role, checked_roles
from guardrails.store import people, sessions
from guardrails.store.database import Database


def enrol(  # noqa: PLR0913 - a person and the ports
    db: Database,
    passwords: Passwords,
    *,
    person_id: str,
    roles: Iterable[Role],
    password: str,
    actor: str,
) -> Person:
    """A new person.

    Raises:
        InputError: ROLES_CONFLICT, PASSWORD_LENGTH, PERSON_EXISTS.
    """
    person = Person(
        person_id=person_id,
        roles=checked_roles(roles),
        credential_id=people.credential_id(1),
        active=True,
    )
    hashed = passwords.hash(password)
    with db.write() as work:
        if people.find(work.connection, person_id) is not None:
            raise InputError(
                "PERSON_EXISTS", "this person is enrolled already", value=person_id,
                hint="change the roles or the password instead",
            )  # fmt: skip
        people.add(work, person_id, person.roles, hashed)
        work.journal(actor, "person.enrolled", {"person": person_id, "roles": person.roles})
    return person


def change_roles(
    db: Database, *, person_id: str, roles: Iterable[Role], active: bool, actor: str
) -> None:
    """Other roles, or out of use.

    Raises:
        InputError: ROLES_CONFLICT, PERSON_MISSING.
    """
    wanted = checked_roles(roles)
    with db.write() as work:
        _must_exist(people.find(work.connection, person_id), person_id)
        people.set_roles(work, person_id, wanted, active=active)
        if not active:
            sessions.revoke_all(work, person_id)
        facts = {"person": person_id, "roles": wanted, "active": active}
        work.journal(actor, "person.roles_changed", facts)


def change_password(
    db: Database, passwords: Passwords, *, person_id: str, password: str, actor: str
) -> None:
    """A new password: a new credential; all open sessions end, open approvals are void.

    Raises:
        InputError: PASSWORD_LENGTH, PERSON_MISSING.
    """
    hashed = passwords.hash(password)
    with db.write() as work:
        _must_exist(people.find(work.connection, person_id), person_id)
        people.set_password(work, person_id, hashed)
        ended = sessions.revoke_all(work, person_id)
        work.journal(actor, "person.password_changed", {"person": person_id, "ended": ended})


def _must_exist(found: object, person_id: str) -> None:
    if found is None:
        raise InputError(
            "PERSON_MISSING", "there is no such person", value=person_id, hint="enrol them first"
        )

"""Persons: enrolled once, with roles that fit together, and never with a readable password."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from engine.errors import InputError
from guardrails.desk.enrolling import change_password, change_roles, enrol
from guardrails.people import Person, Role
from guardrails.store import people
from tests.desk_world import CHEAP, PASSWORD, ROLES, DeskWorld


def added(world: DeskWorld, person_id: str = "new-1", *roles: Role) -> Person:
    """A new person."""
    return enrol(
        world.db, CHEAP, person_id=person_id, roles=roles or (Role.VIEWER,), password=PASSWORD,
        actor="admin-1",
    )  # fmt: skip


def test_a_person_is_enrolled_with_a_journal_row(world: DeskWorld) -> None:
    """Roles and name are journalled, the password and its hash are not."""
    made = added(world, "new-1", Role.TRADER, Role.APPROVER)
    assert made.roles == (Role.APPROVER, Role.TRADER)
    with world.db.read() as connection:
        stored = people.find(connection, "new-1")
        everybody = people.everybody(connection)
    assert stored is not None
    assert stored.person == made
    assert {one.person_id for one in everybody} == {*ROLES, "new-1"}
    (row,) = world.journal("person.enrolled")
    assert json.loads(row.payload) == {"person": "new-1", "roles": ["approver", "trader"]}
    assert all(stored.password_hash not in one.payload for one in world.journal())


def test_a_name_is_taken_once(world: DeskWorld) -> None:
    """A second enrolment does not replace the first; another name is free."""
    added(world)
    with pytest.raises(InputError) as caught:
        added(world)
    assert caught.value.code == "PERSON_EXISTS"
    assert added(world, "new-2")


@pytest.mark.parametrize("name", ["", "UPPER", "a b", "x" * 65, "é"])
def test_a_name_is_plain(world: DeskWorld, name: str) -> None:
    """Small ASCII letters, digits, dash and underscore."""
    with pytest.raises(ValidationError):
        added(world, name)


@pytest.mark.parametrize("name", ["nobody", "approver-9"])
def test_only_known_persons_change(world: DeskWorld, name: str) -> None:
    """Roles and passwords of nobody cannot be changed."""
    with pytest.raises(InputError) as roles:
        change_roles(world.db, person_id=name, roles=[Role.VIEWER], active=True, actor="admin-1")
    with pytest.raises(InputError) as password:
        change_password(world.db, CHEAP, person_id=name, password=PASSWORD, actor="admin-1")
    assert roles.value.code == password.value.code == "PERSON_MISSING"


def test_a_change_keeps_the_rules(world: DeskWorld) -> None:
    """Nobody becomes admin and approver by a change either."""
    with pytest.raises(InputError) as caught:
        change_roles(
            world.db, person_id="approver-1", roles=[Role.ADMIN, Role.APPROVER], active=True,
            actor="admin-1",
        )  # fmt: skip
    assert caught.value.code == "ROLES_CONFLICT"
    change_roles(world.db, person_id="approver-1", roles=[Role.ADMIN], active=True, actor="admin-1")
    with world.db.read() as connection:
        stored = people.find(connection, "approver-1")
    assert stored is not None
    assert stored.person.roles == (Role.ADMIN,)

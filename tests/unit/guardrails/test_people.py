"""People: the table of roles is the page's table, and a password never tells whether a name is."""

from __future__ import annotations

import threading
import time
from itertools import product

import pytest

from engine.errors import InputError
from guardrails import people
from guardrails.people import RIGHTS, Passwords, Role, Verb, checked_roles, may
from tests.desk_world import CHEAP, PASSWORD

V, T, A, R, M, C = Role
PAGE = {
    Verb.READ_REPORTS: {V, T, A, R},
    Verb.READ_FACTS: {V, T, A, R, C},
    Verb.READ_BOOK: {T, A, R},
    Verb.SUBMIT_CANDIDATE: {T, A, C},
    Verb.CHAT: {T, A},
    Verb.PROPOSE_TICKET: {T},
    Verb.DECIDE_TICKET: {A},
    Verb.TIGHTEN_LIMIT: {T, A, R},
    Verb.LOOSEN_LIMIT_FIRST: {R},
    Verb.LOOSEN_LIMIT_SECOND: {A, R},
    Verb.KILL: {V, T, A, R, M},
    Verb.REARM_FIRST: {R},
    Verb.REARM_SECOND: {A, R},
    Verb.REVEAL_FIGURES: {T},
    Verb.REVOKE_CERTIFICATE: {T, A, R},
    Verb.ADMINISTER: {M},
    Verb.ADMINISTER_SECOND: {R},
}
"""The page of roles, typed here a second time."""


@pytest.mark.parametrize(("verb", "role"), list(product(PAGE, Role)))
def test_a_role_may_what_the_page_says(verb: Verb, role: Role) -> None:
    """Each cell of the table, allowed and forbidden."""
    assert may([role], verb) == (role in PAGE[verb])


def test_every_verb_stands_in_the_table() -> None:
    """A verb without a row would be forbidden to all; none is forgotten."""
    assert set(RIGHTS) == set(Verb)


def test_no_role_may_nothing() -> None:
    """The default is none; with one role of several it may."""
    assert not any(may([], verb) for verb in Verb)
    assert may([Role.VIEWER, Role.TRADER], Verb.PROPOSE_TICKET)


def test_the_copilot_has_one_write_verb() -> None:
    """It reads facts and submits candidates, nothing else."""
    assert {verb for verb in Verb if may([C], verb)} == {Verb.READ_FACTS, Verb.SUBMIT_CANDIDATE}


@pytest.mark.parametrize("roles", [[], [M, A], [M, R], [C], [C, T], [M, A, T]])
def test_roles_that_exclude_each_other_are_refused(roles: list[Role]) -> None:
    """Admin is apart from approver and risk officer, the copilot's role is for no person."""
    with pytest.raises(InputError) as caught:
        checked_roles(roles)
    assert caught.value.code == "ROLES_CONFLICT"
    assert checked_roles([M, T, V]) == (M, T, V)


def test_a_password_fits_only_itself() -> None:
    """The hash is salted, the right password fits, a wrong one does not."""
    first, second = CHEAP.hash(PASSWORD), CHEAP.hash(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert CHEAP.matches(first, PASSWORD)
    assert not CHEAP.matches(first, PASSWORD + "x")
    assert not CHEAP.matches(None, PASSWORD)
    assert not CHEAP.matches("not a hash", PASSWORD)


@pytest.mark.parametrize("length", [0, 11, 1_025])
def test_a_short_or_endless_password_is_refused(length: int) -> None:
    """Twelve to 1024 characters."""
    with pytest.raises(InputError) as caught:
        CHEAP.hash("x" * length)
    assert caught.value.code == "PASSWORD_LENGTH"
    assert CHEAP.hash("x" * 12)


def test_the_defaults_are_the_librarys() -> None:
    """Three passes, 64 MiB, four lanes: what a stored hash says of itself."""
    assert "m=65536,t=3,p=4" in Passwords().hash(PASSWORD)


def test_an_unknown_name_costs_one_verification_of_the_same_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With or without a stored hash one argon2 hash of the same costs is worked through."""
    costs: list[str] = []

    class Noting(people.PasswordHasher):
        """The real hasher, which notes the costs of what it verifies."""

        def verify(self, stored: str, password: str) -> bool:
            costs.append(stored.split("$")[3])
            return super().verify(stored, password)

    monkeypatch.setattr(people, "PasswordHasher", Noting)
    passwords = Passwords(time_cost=1, memory_kib=8, parallelism=1)
    assert not passwords.matches(passwords.hash(PASSWORD), "a wrong password")
    assert not passwords.matches(None, "a wrong password")
    assert costs == ["m=8,t=1,p=1"] * 2


def test_only_a_few_verifications_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 64 MiB: many at once would be a denial of service."""
    running, most, guard = 0, 0, threading.Lock()

    class Counting:
        """A hasher that counts how many of its verifications overlap."""

        def __init__(self, **costs: int) -> None:
            self.costs = costs

        def hash(self, password: str) -> str:
            return password

        def verify(self, stored: str, password: str) -> None:
            nonlocal running, most
            with guard:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with guard:
                running -= 1
            del stored, password

    monkeypatch.setattr(people, "PasswordHasher", Counting)
    passwords = Passwords()
    threads = [threading.Thread(target=passwords.matches, args=("x", "y")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= 2

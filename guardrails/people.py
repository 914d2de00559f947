"""Persons, roles and what each role may do: one table, default none.

Passwords are hashed with argon2id; a wrong name costs the same time as a wrong password, and
only a few verifications run at once, because each takes 64 MiB.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import AwareDatetime, Field

from engine.errors import InputError
from engine.market import Name
from engine.records import Digest, Record

MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 1_024
_AT_ONCE: Final = 2


class Role(StrEnum):
    """What a person (or the copilot service) is here for."""

    VIEWER = "viewer"
    TRADER = "trader"
    APPROVER = "approver"
    RISK_OFFICER = "risk_officer"
    ADMIN = "admin"
    COPILOT = "copilot"


class Verb(StrEnum):
    """What can be done; `_FIRST` and `_SECOND` are the two signatures of one act."""

    READ_FACTS = "read_facts"
    READ_REPORTS = "read_reports"
    READ_BOOK = "read_book"
    SUBMIT_CANDIDATE = "submit_candidate"
    CHAT = "chat"
    PROPOSE_TICKET = "propose_ticket"
    DECIDE_TICKET = "decide_ticket"
    DECIDE_TICKET_SECOND = "decide_ticket_second"
    RELEASE_TICKET = "release_ticket"
    TIGHTEN_LIMIT = "tighten_limit"
    LOOSEN_LIMIT_FIRST = "loosen_limit_first"
    LOOSEN_LIMIT_SECOND = "loosen_limit_second"
    KILL = "kill"
    REARM_FIRST = "rearm_first"
    REARM_SECOND = "rearm_second"
    REVEAL_FIGURES = "reveal_figures"
    REVOKE_CERTIFICATE = "revoke_certificate"
    PROMOTE_PROPOSE = "promote_propose"
    PROMOTE_SIGN = "promote_sign"
    ADMINISTER = "administer"
    ADMINISTER_SECOND = "administer_second"


_V, _T, _A, _R, _M, _C = Role

RIGHTS: Final = MappingProxyType(
    {
        Verb.READ_FACTS: frozenset({_V, _T, _A, _R, _C}),
        Verb.READ_REPORTS: frozenset({_V, _T, _A, _R}),
        Verb.READ_BOOK: frozenset({_T, _A, _R}),
        Verb.SUBMIT_CANDIDATE: frozenset({_T, _A, _C}),
        Verb.CHAT: frozenset({_T, _A}),
        Verb.PROPOSE_TICKET: frozenset({_T}),
        Verb.DECIDE_TICKET: frozenset({_A}),
        Verb.DECIDE_TICKET_SECOND: frozenset({_A, _R}),
        # releasing needs an approval: whoever asks for it decides nothing
        Verb.RELEASE_TICKET: frozenset({_T, _A}),
        Verb.TIGHTEN_LIMIT: frozenset({_T, _A, _R}),
        Verb.LOOSEN_LIMIT_FIRST: frozenset({_R}),
        Verb.LOOSEN_LIMIT_SECOND: frozenset({_A, _R}),
        # not the copilot: it would be a denial of service
        Verb.KILL: frozenset({_V, _T, _A, _R, _M}),
        Verb.REARM_FIRST: frozenset({_R}),
        Verb.REARM_SECOND: frozenset({_A, _R}),
        Verb.REVEAL_FIGURES: frozenset({_T}),
        Verb.REVOKE_CERTIFICATE: frozenset({_T, _A, _R}),
        Verb.PROMOTE_PROPOSE: frozenset({_T}),
        Verb.PROMOTE_SIGN: frozenset({_A, _R}),
        Verb.ADMINISTER: frozenset({_M}),
        Verb.ADMINISTER_SECOND: frozenset({_R}),
    }
)
"""Verb -> roles that may do it; a verb or role that is not named here may nothing."""

_APART: Final = frozenset({Role.APPROVER, Role.RISK_OFFICER})


def may(roles: Iterable[Role], verb: Verb) -> bool:
    """True when one of the roles may do this."""
    return not RIGHTS.get(verb, frozenset()).isdisjoint(roles)


def checked_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """A person's roles, sorted and single.

    Raises:
        InputError: ROLES_CONFLICT for none, for admin together with approver or risk officer,
            and for the copilot's role, which no person holds.
    """
    found = frozenset(roles)
    if not found or Role.COPILOT in found or (Role.ADMIN in found and not _APART.isdisjoint(found)):
        raise InputError(
            "ROLES_CONFLICT", "these roles are not for one person", value=", ".join(sorted(found)),
            hint="admin is apart from approver and risk officer; copilot is a service",
        )  # fmt: skip
    return tuple(sorted(found))


class Person(Record):
    """Somebody who can sign in. `credential_id` changes with every new password."""

    person_id: Name
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    credential_id: Name
    active: bool


class Caller(Record):
    """Who asks: a signed-in person, or a service without a sign-in session.

    `proved_at` is when the person last gave the password.
    """

    person_id: Name
    roles: tuple[Role, ...]
    credential_id: Name
    auth_session_id: Digest | None = None
    proved_at: AwareDatetime | None = None


class Passwords:
    """argon2id with the library's defaults (t 3, 64 MiB, p 4); tests take cheaper costs."""

    def __init__(
        self, *, time_cost: int = 3, memory_kib: int = 65_536, parallelism: int = 4
    ) -> None:
        """Make the dummy hash that unknown names are checked against."""
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism
        )
        self._gate = BoundedSemaphore(min(_AT_ONCE, os.cpu_count() or 1))
        self._dummy = self._hasher.hash("no such person")

    def hash(self, password: str) -> str:
        """The hash to store.

        Raises:
            InputError: PASSWORD_LENGTH outside 12 to 1024 characters.
        """
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise InputError(
                "PASSWORD_LENGTH", f"a password has at least {MIN_PASSWORD} characters",
                value=len(password), hint="take a sentence",
            )  # fmt: skip
        with self._gate:
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """True when the password fits; without a stored hash as slow as with one, and False."""
        with self._gate:
            try:
                self._hasher.verify(stored or self._dummy, password[:MAX_PASSWORD])
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

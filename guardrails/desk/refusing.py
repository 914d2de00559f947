"""A refusal is journalled in a unit of work of its own, then answered as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from guardrails.people import Caller, Verb, may
from guardrails.reasons import Denial, Reason
from guardrails.store.database import Database, UnitOfWork

SENTENCE: Final = "your role does not reach this"


def note(
    work: UnitOfWork, actor: str, kind: str, denials: Iterable[Denial], **facts: object
) -> None:
    """Journal a refusal inside a unit of work that changes nothing else."""
    rows = [{"code": one.code, "values": dict(one.values)} for one in denials]
    work.journal(actor, kind, {**facts, "denials": rows})


def refuse(
    db: Database, actor: str, kind: str, denials: tuple[Denial, ...], **facts: object
) -> tuple[Denial, ...]:
    """Journal a refusal on its own; returns the denials."""
    with db.write() as work:
        note(work, actor, kind, denials, **facts)
    return denials


def forbidden(db: Database, caller: Caller, verb: Verb) -> Denial | None:
    """ROLE_FORBIDDEN, journalled, before anything of the request is looked at; None if allowed."""
    if may(caller.roles, verb):
        return None
    denial = Denial.of(Reason.ROLE_FORBIDDEN, SENTENCE, verb=verb)
    refuse(db, caller.person_id, "role.refused", (denial,), verb=verb)
    return denial

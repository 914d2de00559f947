"""SQL look book: a look is committed before the holdout is read; results are appended.

`ruling` decides inside the write lock, so two judges at once cannot both get the last look.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from engine.data.partitions import LookPermit
from engine.gate.looks import (
    LookOutcome,
    LookRefusal,
    LookRequest,
    LookRow,
    Reveal,
    Sign,
    look_number,
    look_unknown,
    reveal_of,
    ruling,
    unsigned,
)
from engine.ledger import Family
from engine.market import Name
from engine.records import canonical, parse_record
from guardrails.store.candidate_schema import look_families, look_outcomes, look_reveals, looks
from guardrails.store.database import Database, UnitOfWork


class SqlLooks:
    """The `LookBook` port on the desk's database; only judging holds one that may open looks."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def open_look(self, request: LookRequest) -> LookPermit | LookRefusal:
        """Commit a look and answer its permit, or say why there is none (both journalled)."""
        with self._database.write() as work:
            known = _rows(work.connection, request.families)
            found = ruling(request, known)
            if isinstance(found, LookRefusal):
                work.journal(
                    "gate",
                    "look.refused",
                    {
                        "candidate": request.candidate_digest,
                        "code": found.code,
                        "earlier": found.earlier,
                    },
                )
                return found
            if found is not None:
                work.journal("gate", "look.repeated", {"look": found.look_id})
                return found.permit
            return _opened(work, request, look_number(known, *request.windows)).permit

    def record(self, look_id: str, outcome: LookOutcome) -> None:
        """Commit what a look ended with; LOOK_UNKNOWN when no such look was opened."""
        with self._database.write() as work:
            _require(work.connection, look_id)
            work.connection.execute(
                insert(look_outcomes).values(look_id=look_id, payload=canonical(outcome).decode())
            )
            work.journal("gate", "look.recorded", {"look": look_id, "verdict": outcome.verdict})

    def reveal(self, look_id: str, person: Name, at: datetime, sign: Sign = unsigned) -> Reveal:
        """Commit a person's signed statement; the first one of a look stands.

        Raises:
            IntegrityError: LOOK_UNKNOWN. InputError: LOOK_NOT_ENDED, LOOK_NOT_SEALED.
        """
        with self._database.write() as work:
            families = _require(work.connection, look_id).request.families
            rows = _rows(work.connection, families)
            row = next(one for one in rows if one.look_id == look_id)
            if row.revealed is not None:
                work.journal(person, "look.revealed_again", {"look": look_id})
                return row.revealed
            found = reveal_of(row, rows, person, at)
            signed = found.model_copy(update={"signature": sign(found.digest)})
            work.connection.execute(
                insert(look_reveals).values(look_id=look_id, payload=canonical(signed).decode())
            )
            work.journal(
                person,
                "look.revealed",
                {"look": look_id, "k_before": signed.k_before, "k_after": signed.k_after},
            )
            return signed

    def rows(self, *families: Family) -> tuple[LookRow, ...]:
        """All looks of any of these families in order, each with its latest outcome."""
        with self._database.read() as connection:
            return _rows(connection, families)


def _opened(work: UnitOfWork, request: LookRequest, k: int) -> LookRow:
    """Write a new look: its row, its markets, its journal entry."""
    number = (work.connection.scalar(select(func.max(looks.c.n))) or 0) + 1
    row = LookRow(look_id=f"look-{number}", k=k, request=request)
    work.connection.execute(
        insert(looks).values(n=number, look_id=row.look_id, payload=canonical(row).decode())
    )
    for family in request.families:
        work.connection.execute(insert(look_families).values(family=family, n=number))
    work.journal(
        "gate",
        "look.opened",
        {"look": row.look_id, "candidate": request.candidate_digest, "k": row.k},
    )
    return row


def _require(connection: Connection, look_id: str) -> LookRow:
    """The look as it was opened; LOOK_UNKNOWN when there is none."""
    payload = connection.scalar(select(looks.c.payload).where(looks.c.look_id == look_id))
    if payload is None:
        raise look_unknown(look_id)
    return parse_record(LookRow, payload)


def _rows(connection: Connection, families: Sequence[Family]) -> tuple[LookRow, ...]:
    numbers = select(look_families.c.n).where(look_families.c.family.in_(families))
    found = connection.execute(select(looks).where(looks.c.n.in_(numbers)).order_by(looks.c.n))
    rows = {row.look_id: parse_record(LookRow, row.payload) for row in found}
    ends = select(look_outcomes).where(look_outcomes.c.look_id.in_(rows))
    for end in connection.execute(ends.order_by(look_outcomes.c.n)):
        rows[end.look_id] = rows[end.look_id].ended(parse_record(LookOutcome, end.payload))
    said = select(look_reveals).where(look_reveals.c.look_id.in_(rows))
    for one in connection.execute(said):
        statement = parse_record(Reveal, one.payload)
        rows[one.look_id] = rows[one.look_id].model_copy(update={"revealed": statement})
    return tuple(rows.values())

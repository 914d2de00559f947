"""SQL look book: a look is committed before the holdout is read; results are appended.

`ruling` decides inside the write lock, so two judges at once cannot both get the last look.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from engine.data.partitions import LookPermit
from engine.errors import IntegrityError
from engine.gate.looks import (
    LookOutcome,
    LookRefusal,
    LookRequest,
    LookRow,
    look_number,
    ruling,
)
from engine.ledger import Family
from engine.records import canonical, parse_record
from guardrails.store.candidate_schema import look_outcomes, looks
from guardrails.store.database import Database


class SqlLooks:
    """The `LookBook` port on the desk's database; only judging holds one."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def open_look(self, request: LookRequest) -> LookPermit | LookRefusal:
        """Commit a look and answer its permit, or say why there is none (both journalled)."""
        with self._database.write() as work:
            known = _rows(work.connection, request.family)
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
            total = work.connection.scalar(select(func.count()).select_from(looks)) or 0
            row = LookRow(look_id=f"look-{total + 1}", k=look_number(known), request=request)
            work.connection.execute(
                insert(looks).values(
                    look_id=row.look_id, family=request.family, payload=canonical(row).decode()
                )
            )
            work.journal(
                "gate",
                "look.opened",
                {"look": row.look_id, "candidate": request.candidate_digest, "k": row.k},
            )
            return row.permit

    def record(self, look_id: str, outcome: LookOutcome) -> None:
        """Commit what a look ended with; LOOK_UNKNOWN when no such look was opened."""
        with self._database.write() as work:
            known = select(looks.c.n).where(looks.c.look_id == look_id)
            if work.connection.scalar(known) is None:
                raise IntegrityError(
                    "LOOK_UNKNOWN", "a result came without its look", value=look_id
                )
            work.connection.execute(
                insert(look_outcomes).values(look_id=look_id, payload=canonical(outcome).decode())
            )
            work.journal("gate", "look.recorded", {"look": look_id, "verdict": outcome.verdict})

    def rows(self, family: Family) -> Sequence[LookRow]:
        """All looks of a family in order, each with its latest outcome."""
        with self._database.read() as connection:
            return _rows(connection, family)


def _rows(connection: Connection, family: Family) -> tuple[LookRow, ...]:
    found = connection.execute(
        select(looks).where(looks.c.family == family).order_by(looks.c.n)
    ).all()
    ids = [row.look_id for row in found]
    ends = connection.execute(
        select(look_outcomes).where(look_outcomes.c.look_id.in_(ids)).order_by(look_outcomes.c.n)
    )
    outcome = {row.look_id: parse_record(LookOutcome, row.payload) for row in ends}
    rows = []
    for row in found:
        look = parse_record(LookRow, row.payload)
        rows.append(
            LookRow(
                look_id=look.look_id,
                k=look.k,
                request=look.request,
                outcome=outcome.get(look.look_id),
            )
        )
    return tuple(rows)

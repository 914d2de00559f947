"""SQL trial ledger: a row is committed before the run and completed before its result exists.

Rows and outcomes are append-only tables; the journal row of each holds the digest of its content,
so a changed, added or missing trial is found by `check`. A trial may have several outcomes; they
carry row numbers of their own, and the latest counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Column, Connection, func, insert, select

from engine.errors import InputError, IntegrityError
from engine.ledger import Family, TrialOutcome, TrialRow, TrialStart, supersedes
from engine.records import canonical, digest, parse_record
from guardrails.store.candidate_schema import trial_outcomes, trials
from guardrails.store.database import Database
from guardrails.store.journal import JournalEntry, of_kind

OPENED = "trial.opened"
COMPLETED = "trial.completed"
_TAG = "peak/trial-row/v1"
_OPEN = TrialOutcome(status="open")


class SqlLedger:
    """The `Ledger` port on the desk's database; its only writer is the desk (or the CLI's lock)."""

    def __init__(self, database: Database, actor: str) -> None:
        """Write as `actor` (a person or a service of ours)."""
        self._database = database
        self._actor = actor

    def open_trial(self, start: TrialStart) -> int:
        """Commit an open row, or find the row of the same trial; return its number."""
        with self._database.read() as connection:
            known = _find(connection, start)
        if known is not None:
            return known
        with self._database.write() as work:
            known = _find(work.connection, start)
            n = known or _next(work.connection, trials.c.n)
            if known is None:
                work.connection.execute(
                    insert(trials).values(
                        n=n,
                        family=start.family,
                        key_digest=start.key.digest,
                        payload=canonical(start).decode(),
                        opened_at=work.now,
                    )
                )
            kind = OPENED if known is None else "trial.repeated"
            work.journal(self._actor, kind, {"n": n, "digest": digest(_TAG, start)})
        return n

    def complete_trial(self, n: int, outcome: TrialOutcome) -> None:
        """Append an outcome if it supersedes the row's latest; else the row is left as it is.

        Raises:
            InputError: TRIAL_UNKNOWN for a number without a row, TRIAL_NOT_FINISHED for an
                outcome that says "open".
        """
        with self._database.read() as connection:
            if not _takes(connection, n, outcome):
                return
        with self._database.write() as work:
            if not _takes(work.connection, n, outcome):
                work.journal(self._actor, "trial.kept", {"n": n})  # somebody else was first
                return
            row = _next(work.connection, trial_outcomes.c.row)
            work.connection.execute(
                insert(trial_outcomes).values(row=row, n=n, payload=canonical(outcome).decode())
            )
            found = {"n": n, "row": row, "digest": digest(_TAG, outcome)}
            work.journal(self._actor, COMPLETED, found)

    def outcomes(self, n: int) -> tuple[TrialOutcome, ...]:
        """Every outcome of a row in order; the last one counts."""
        with self._database.read() as connection:
            return _outcomes(connection, n)

    def count(self, family: Family) -> int:
        """Trials ever made on this family."""
        with self._database.read() as connection:
            query = select(func.count()).select_from(trials).where(trials.c.family == family)
            return int(connection.scalar(query) or 0)

    def rows(self, family: Family) -> Sequence[TrialRow]:
        """All rows of a family in order, with the latest outcome; an open one says `open`."""
        latest = select(func.max(trial_outcomes.c.row)).group_by(trial_outcomes.c.n)
        counts = (trials.c.n == trial_outcomes.c.n) & trial_outcomes.c.row.in_(latest)
        joined = trials.outerjoin(trial_outcomes, counts)
        query = (
            select(trials, trial_outcomes.c.payload.label("outcome"))
            .select_from(joined)
            .where(trials.c.family == family)
            .order_by(trials.c.n)
        )
        with self._database.read() as connection:
            return tuple(
                TrialRow(
                    n=row.n,
                    start=parse_record(TrialStart, row.payload),
                    outcome=parse_record(TrialOutcome, row.outcome) if row.outcome else _OPEN,
                    opened_at=row.opened_at,
                )
                for row in connection.execute(query)
            )

    def check(self) -> None:
        """Compare every row with its journal row.

        Raises:
            IntegrityError: LEDGER_BROKEN with the number of the first row that does not fit.
        """
        with self._database.read() as connection:
            opened = _expected(of_kind(connection, OPENED))
            completed = _expected(of_kind(connection, COMPLETED))
            starts = {
                (row.n, 0): digest(_TAG, parse_record(TrialStart, row.payload))
                for row in connection.execute(select(trials))
            }
            outcomes = {
                (row.n, row.row): digest(_TAG, parse_record(TrialOutcome, row.payload))
                for row in connection.execute(select(trial_outcomes))
            }
        for found, wanted in ((starts, opened), (outcomes, completed)):
            if found != wanted:
                first, _ = min(
                    n for n in found.keys() | wanted.keys() if found.get(n) != wanted.get(n)
                )
                raise IntegrityError(
                    "LEDGER_BROKEN", f"trial {first} does not match the journal", value=first,
                    hint="verify the journal and restore the store from a backup",
                )  # fmt: skip


def _next(connection: Connection, number: Column[int]) -> int:
    return int(connection.scalar(select(func.max(number))) or 0) + 1


def _find(connection: Connection, start: TrialStart) -> int | None:
    found = connection.scalar(select(trials.c.n).where(trials.c.key_digest == start.key.digest))
    return None if found is None else int(found)


def _outcomes(connection: Connection, n: int) -> tuple[TrialOutcome, ...]:
    query = select(trial_outcomes.c.payload).where(trial_outcomes.c.n == n)
    found = connection.scalars(query.order_by(trial_outcomes.c.row))
    return tuple(parse_record(TrialOutcome, payload) for payload in found)


def _takes(connection: Connection, n: int, outcome: TrialOutcome) -> bool:
    """Whether trial `n` takes this outcome now; TRIAL_UNKNOWN when there is no such trial."""
    payload = connection.scalar(select(trials.c.payload).where(trials.c.n == n))
    if payload is None:
        raise InputError(
            "TRIAL_UNKNOWN", "no trial has this number", value=n, hint="open the trial first"
        )
    latest = (_OPEN, *_outcomes(connection, n))[-1]
    return supersedes(outcome, latest, parse_record(TrialStart, payload).code_digest)


def _expected(entries: Sequence[JournalEntry]) -> dict[tuple[int, int], str]:
    """Digests by trial and row of its outcome; the trial itself is row 0."""
    payloads = [json.loads(entry.payload) for entry in entries]
    return {
        (int(payload["n"]), int(payload.get("row", 0))): str(payload["digest"])
        for payload in payloads
    }

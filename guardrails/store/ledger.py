"""SQL trial ledger: a row is committed before the run and completed before its result exists.

Rows, their families and lineages, the specs' texts and the outcomes are append-only tables;
journal rows hold the digests of their content (`ledger_check` compares them). A trial may have
several outcomes; they carry row numbers of their own, and the latest counts. A batch is one commit
and one journal row: a process that is killed leaves all of it or nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select

from engine.ledger import (
    Family,
    TrialKey,
    TrialOrigin,
    TrialOutcome,
    TrialRow,
    TrialStart,
    spec_digest_of,
)
from engine.records import Digest
from guardrails.store.candidate_schema import trial_outcomes, trial_specs, trials
from guardrails.store.database import Database
from guardrails.store.journal import GENESIS, last_of_kinds
from guardrails.store.ledger_check import COMPLETED, KINDS, OPENED, check_ledger
from guardrails.store.ledger_tables import (
    ROWS,
    append,
    families_of,
    fill,
    missing,
    numbers,
    origins_of,
    rows_of,
    taken,
)

REPEATED = "trial.repeated"
KEPT = "trial.kept"


class SqlLedger:
    """The `Ledger` port on the desk's database; its only writer is the desk (or the CLI's lock)."""

    def __init__(self, database: Database, actor: str) -> None:
        """Write as `actor` (a person or a service of ours)."""
        self._database = database
        self._actor = actor

    def open_trial(self, start: TrialStart, specs: Sequence[str] = ()) -> int:
        """Commit an open row, or find the row of the same trial; return its number."""
        return self.open_trials([start], specs)[0]

    def open_trials(
        self, starts: Sequence[TrialStart], specs: Sequence[str] = ()
    ) -> tuple[int, ...]:
        """As `open_trial` for many, in one commit; numbers in the order of the starts."""
        keys = [start.key.digest for start in starts]
        by_key: dict[Digest, list[TrialStart]] = defaultdict(list)
        for key, start in zip(keys, starts, strict=True):
            by_key[key].append(start)
        texts = {spec_digest_of(text): text for text in specs}
        with self._database.read() as connection:
            known = numbers(connection, keys)
            complete = missing(connection, by_key, texts).nothing
        if not complete:
            with self._database.write() as work:
                while not (left := missing(work.connection, by_key, texts)).nothing:
                    work.journal(self._actor, OPENED, fill(work, left))
                known = numbers(work.connection, keys)
                if not work.rows:  # somebody else was first
                    work.journal(self._actor, REPEATED, {"trials": sorted(known.values())})
        return tuple(known[key] for key in keys)

    def complete_trial(self, n: int, outcome: TrialOutcome) -> None:
        """Append an outcome if it supersedes the row's latest; else the row is left as it is.

        Raises:
            InputError: TRIAL_UNKNOWN for a number without a row, TRIAL_NOT_FINISHED for an
                outcome that says "open".
        """
        self.complete_trials([(n, outcome)])

    def complete_trials(self, outcomes: Sequence[tuple[int, TrialOutcome]]) -> None:
        """As `complete_trial` for many rows, in one commit: all of them or none."""
        with self._database.read() as connection:
            if not taken(connection, outcomes):
                return
        with self._database.write() as work:
            found = append(work, taken(work.connection, outcomes))
            # nothing is left when somebody else was first
            work.journal(self._actor, COMPLETED if found else KEPT, {"outcomes": found})

    def outcomes(self, n: int) -> tuple[TrialOutcome, ...]:
        """Every outcome of a row in order; the last one counts."""
        query = select(trial_outcomes.c.payload).where(trial_outcomes.c.n == n)
        with self._database.read() as connection:
            found = connection.scalars(query.order_by(trial_outcomes.c.row))
            return tuple(TrialOutcome.model_validate_json(payload) for payload in found)

    def count(self, *families: Family) -> int:
        """Trials ever made on any of these families, each once; without a family: of all."""
        query = select(func.count(trials.c.n))
        if families:
            query = query.where(trials.c.n.in_(families_of(families)))
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def rows(self, *families: Family) -> tuple[TrialRow, ...]:
        """All rows of these families in order, with the latest outcome; an open one says `open`."""
        query = ROWS.where(trials.c.n.in_(families_of(families))) if families else ROWS
        with self._database.read() as connection:
            return tuple(rows_of(connection, query.order_by(trials.c.n)))

    def origins(self) -> tuple[TrialOrigin, ...]:
        """Where every trial of every family came from, in order."""
        with self._database.read() as connection:
            return tuple(origins_of(connection))

    def find(self, key: TrialKey) -> TrialRow | None:
        """The row of a trial, None when it was never opened."""
        with self._database.read() as connection:
            return next(rows_of(connection, ROWS, key.digest), None)

    def spec(self, spec_digest: Digest) -> str | None:
        """The canonical text of a kept spec."""
        query = select(trial_specs.c.payload).where(trial_specs.c.digest == spec_digest)
        with self._database.read() as connection:
            return connection.scalar(query)

    def head(self) -> Digest:
        """Hash of the newest journal row about a trial; it names all that came before it."""
        with self._database.read() as connection:
            return last_of_kinds(connection, KINDS) or GENESIS

    def check(self) -> None:
        """Compare every row with the journal, and the journal with itself.

        Raises:
            IntegrityError: LEDGER_BROKEN with the number of the first row that does not fit.
        """
        with self._database.read() as connection:
            check_ledger(connection, self._database.chain)

"""The trial ledger in memory: for tests, for runs on unregistered bars, for one process's life."""

from __future__ import annotations

from collections.abc import Sequence

from engine.clock import Clock
from engine.errors import InputError
from engine.ledger import (
    OPEN,
    Family,
    Lineage,
    TrialKey,
    TrialOrigin,
    TrialOutcome,
    TrialRow,
    TrialStart,
    spec_digest_of,
    supersedes,
)
from engine.records import Digest, digest


class InMemoryLedger:
    """Append-only list of trials; the same key is the same row, its latest outcome counts."""

    def __init__(self, clock: Clock) -> None:
        """An empty ledger; `clock` dates the rows."""
        self._clock = clock
        self._rows: list[TrialRow] = []
        self._outcomes: list[tuple[int, TrialOutcome]] = []
        self._number: dict[Digest, int] = {}
        self._specs: dict[Digest, str] = {}
        self._head = "0" * 64

    def open_trial(self, start: TrialStart, specs: Sequence[str] = ()) -> int:
        """Number of the new open row, or of the row that this trial already has."""
        return self.open_trials([start], specs)[0]

    def open_trials(
        self, starts: Sequence[TrialStart], specs: Sequence[str] = ()
    ) -> tuple[int, ...]:
        """As `open_trial` for many; numbers in the order of the starts."""
        for text in specs:
            self._specs.setdefault(spec_digest_of(text), text)
        return tuple(self._opened(start) for start in starts)

    def _opened(self, start: TrialStart) -> int:
        key = start.key.digest
        if key not in self._number:
            number = len(self._rows) + 1
            now = self._clock.now()
            self._rows.append(TrialRow(n=number, start=start, outcome=OPEN, opened_at=now))
            self._number[key] = number
            self._anchor(number, start)
        number = self._number[key]
        row = self._rows[number - 1]
        if start.lineage not in (row.start.lineage, *row.also):
            also = (*row.also, start.lineage)
            self._rows[number - 1] = row.model_copy(update={"also": also})
            self._anchor(number, start.lineage)
        return number

    def complete_trial(self, n: int, outcome: TrialOutcome) -> None:
        """Append an outcome if it supersedes the row's latest; else the row is left as it is.

        Raises:
            InputError: TRIAL_UNKNOWN for a number without a row, TRIAL_NOT_FINISHED for an
                outcome that says "open".
        """
        self.complete_trials([(n, outcome)])

    def complete_trials(self, outcomes: Sequence[tuple[int, TrialOutcome]]) -> None:
        """As `complete_trial` for many rows: all of them or none."""
        for n, outcome in outcomes:
            self._takes(n, outcome)
        for n, outcome in outcomes:
            if self._takes(n, outcome):
                self._outcomes.append((n, outcome))
                self._rows[n - 1] = self._rows[n - 1].model_copy(update={"outcome": outcome})
                self._anchor(n, outcome)

    def _takes(self, n: int, outcome: TrialOutcome) -> bool:
        if not 1 <= n <= len(self._rows):
            raise InputError(
                "TRIAL_UNKNOWN", "no trial has this number", value=n, hint="open the trial first"
            )
        row = self._rows[n - 1]
        return supersedes(outcome, row.outcome, row.start.code_digest)

    def _anchor(self, n: int, what: TrialStart | TrialOutcome | Lineage) -> None:
        link = {"prev": self._head, "n": n, "digest": digest("peak/trial-row/v1", what)}
        self._head = digest("peak/ledger-head/v1", link)

    def count(self, *families: Family) -> int:
        """Trials ever made on these families, open and failed ones included."""
        return len(self.rows(*families))

    def outcomes(self, n: int) -> tuple[TrialOutcome, ...]:
        """Every outcome of a row in order; the last one counts."""
        return tuple(outcome for number, outcome in self._outcomes if number == n)

    def rows(self, *families: Family) -> tuple[TrialRow, ...]:
        """All rows of these families in order, each once; without a family all rows."""
        wanted = set(families)
        return tuple(
            row for row in self._rows if not wanted or not wanted.isdisjoint(row.start.families)
        )

    def origins(self) -> tuple[TrialOrigin, ...]:
        """Where every trial came from, in order."""
        return tuple(TrialOrigin(n=row.n, start=row.start, also=row.also) for row in self._rows)

    def find(self, key: TrialKey) -> TrialRow | None:
        """The row of a trial, None when it was never opened."""
        number = self._number.get(key.digest)
        return None if number is None else self._rows[number - 1]

    def spec(self, spec_digest: Digest) -> str | None:
        """The canonical text of a kept spec."""
        return self._specs.get(spec_digest)

    def head(self) -> Digest:
        """Digest of everything written, in order; zeros for an empty ledger."""
        return self._head

    def check(self) -> None:
        """Nothing to compare: this memory is its own only copy."""

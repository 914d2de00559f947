"""The trial ledger in memory: for tests, for runs on unregistered bars, for one process's life."""

from __future__ import annotations

from engine.clock import Clock
from engine.errors import InputError
from engine.ledger import TrialOutcome, TrialRow, TrialStart, supersedes

_OPEN = TrialOutcome(status="open")


class InMemoryLedger:
    """Append-only list of trials; the same key is the same row, its latest outcome counts."""

    def __init__(self, clock: Clock) -> None:
        """An empty ledger; `clock` dates the rows."""
        self._clock = clock
        self._rows: list[TrialRow] = []
        self._outcomes: list[tuple[int, TrialOutcome]] = []
        self._number: dict[str, int] = {}

    def open_trial(self, start: TrialStart) -> int:
        """Number of the new open row, or of the row that this trial already has."""
        key = start.key.digest
        if key not in self._number:
            number = len(self._rows) + 1
            self._rows.append(
                TrialRow(n=number, start=start, outcome=_OPEN, opened_at=self._clock.now())
            )
            self._number[key] = number
        return self._number[key]

    def complete_trial(self, n: int, outcome: TrialOutcome) -> None:
        """Append an outcome if it supersedes the row's latest; else the row is left as it is.

        Raises:
            InputError: TRIAL_UNKNOWN for a number without a row, TRIAL_NOT_FINISHED for an
                outcome that says "open".
        """
        if not 1 <= n <= len(self._rows):
            raise InputError(
                "TRIAL_UNKNOWN", "no trial has this number", value=n, hint="open the trial first"
            )
        row = self._rows[n - 1]
        if supersedes(outcome, row.outcome, row.start.code_digest):
            self._outcomes.append((n, outcome))
            self._rows[n - 1] = TrialRow(
                n=row.n, start=row.start, outcome=outcome, opened_at=row.opened_at
            )

    def count(self, family: str) -> int:
        """Trials ever made on this family, open and failed ones included."""
        return sum(row.start.family == family for row in self._rows)

    def outcomes(self, n: int) -> tuple[TrialOutcome, ...]:
        """Every outcome of a row in order; the last one counts."""
        return tuple(outcome for number, outcome in self._outcomes if number == n)

    def rows(self, family: str) -> tuple[TrialRow, ...]:
        """All rows of a family in order."""
        return tuple(row for row in self._rows if row.start.family == family)

"""Trial ledger port: no row, no result. The engine writes it inside every run on registered bars.

A row is opened before the run and completed before the result is returned; an open or failed row
counts as a trial with a zero vector. Same (rule_digest, dataset, costs) again is the same trial.
Outcomes are appended, never changed, and the latest of a row counts (`supersedes` says which may
be appended): a run that broke off and is run again counts with its real returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

from pydantic import AwareDatetime, Field

from engine.errors import InputError
from engine.market import Name
from engine.records import Digest, Record, digest

TrialSource = Literal["draft", "sweep", "sensitivity", "walk_forward", "manual", "imported", "gate"]
TrialStatus = Literal["open", "ok", "no_trades", "error"]
Family = Annotated[str, Field(min_length=1, max_length=80)]


class Lineage(Record):
    """Where an idea came from: everything that links one trial to the ones before it.

    `models` are (name, knowledge cutoff or "unknown") of every model that touched it.
    """

    lineage_id: Annotated[str, Field(min_length=1, max_length=80)]
    parents: tuple[Digest, ...] = ()
    chat: Name | None = None
    person: Name | None = None
    models: tuple[tuple[str, str], ...] = ()
    source: TrialSource = "manual"


class TrialKey(Record):
    """What makes two runs the same trial.

    The engine's code is not part of it: the same rule under new code is a recomputation of the
    same trial, not a new one. Its outcome names its code, is appended to the row and counts from
    then on; the older one is kept.
    """

    rule_digest: Digest
    dataset_digest: Digest
    cost_digest: Digest

    @property
    def digest(self) -> Digest:
        """Digest of the key."""
        return digest("peak/trial/v1", self)


class TrialStart(Record):
    """A trial before it runs."""

    key: TrialKey
    shape_digest: Digest
    spec_digest: Digest
    family: Family
    code_digest: Digest
    lineage: Lineage


class TrialOutcome(Record):
    """A trial after it ran; daily returns are integers in units of 1e-8, one per train day.

    `daily_returns` are net, `excess_returns` the same minus exposure-matched buy and hold.
    `code_digest` is the code of this run; None is the code that the row was opened with.
    """

    status: TrialStatus
    code_digest: Digest | None = None
    trades: Annotated[int, Field(ge=0)] = 0
    daily_returns: tuple[int, ...] = ()
    excess_returns: tuple[int, ...] = ()
    message: Annotated[str, Field(max_length=300)] = ""


class TrialRow(Record):
    """One row of the ledger: number, start, the outcome that counts (the latest), time."""

    n: Annotated[int, Field(ge=1)]
    start: TrialStart
    outcome: TrialOutcome
    opened_at: AwareDatetime


def supersedes(new: TrialOutcome, latest: TrialOutcome, opened_with: Digest) -> bool:
    """Whether an outcome may be appended to a row and counts instead of the latest one.

    An open row takes any outcome. An error gives way to a run that came to its end. A run that
    came to its end is final under its code; under other code (None: `opened_with`, the row's) its
    rerun is appended and counts too. An error never stands in for real returns.

    Raises:
        InputError: TRIAL_NOT_FINISHED for a new outcome that says "open".
    """
    if new.status == "open":
        raise InputError(
            "TRIAL_NOT_FINISHED",
            "an outcome is ok, no_trades or error",
            value=new.status,
            hint="complete a trial when it has ended",
        )
    if latest.status == "open":
        return True
    if new.status == "error":
        return False
    other_code = (new.code_digest or opened_with) != (latest.code_digest or opened_with)
    return latest.status == "error" or other_code


class Ledger(Protocol):
    """Append-only list of trials. Rows are numbered 1, 2, ... over all families."""

    def open_trial(self, start: TrialStart) -> int:
        """Commit an open row (or find the same trial's row); return its number."""
        ...

    def complete_trial(self, n: int, outcome: TrialOutcome) -> None:
        """Commit an outcome if it `supersedes` the row's latest; else the row is left as it is."""
        ...

    def count(self, family: Family) -> int:
        """Trials ever made on this family: what the gate corrects for."""
        ...

    def rows(self, family: Family) -> Sequence[TrialRow]:
        """All rows of a family in order."""
        ...

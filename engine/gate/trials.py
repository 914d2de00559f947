"""Trials: the matrix of everything that was ever tried on a market, and nothing else.

Each ledger row is one column, open and failed ones as zeros: leaving them out would make a search
look smaller than it was. There is no "effective number" of trials anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.errors import DataError, IntegrityError
from engine.ledger import TrialRow
from engine.records import Digest

DaysOf = Callable[[Digest], IntArray]
"""Train days of a registered dataset, shape (days,), rising."""


@dataclass(frozen=True, slots=True, eq=False)
class TrialMatrix:
    """Daily returns of all trials on the candidate's train days, integers in units of 1e-8.

    Attributes:
        raw, excess: net returns; the same minus exposure-matched buy and hold; shape (T, N).
        own: column of the candidate.
    """

    raw: FloatArray
    excess: FloatArray
    own: int

    @property
    def count(self) -> int:
        """Trials N."""
        return int(self.raw.shape[1])


def _broken(what: str, value: object) -> IntegrityError:
    return IntegrityError(
        "LEDGER_BROKEN", f"the trial ledger cannot be read: {what}", value=value,
        hint="verify the audit chain; restore the ledger from a backup",
    )  # fmt: skip


def _days(dataset: Digest, days_of: DaysOf) -> IntArray:
    try:
        return days_of(dataset)
    except DataError as error:
        raise _broken("a trial's dataset is not in the store any more", dataset) from error


def _aligned(values: tuple[int, ...], theirs: IntArray, days: IntArray, n: int) -> FloatArray:
    """One trial's returns on the candidate's days; 0 where the trial has none."""
    column = np.zeros(len(days))
    if not values:
        return column
    if len(values) != len(theirs):
        raise _broken(f"trial {n} has {len(values)} returns for {len(theirs)} days", n)
    _, mine, other = np.intersect1d(days, theirs, assume_unique=True, return_indices=True)
    column[mine] = np.array(values, dtype=np.float64)[other]
    return column


def own_returns(rows: Sequence[TrialRow], own: int, days: IntArray) -> tuple[int, ...]:
    """Net returns of the candidate's own row, one for each of its train days.

    Raises:
        IntegrityError: LEDGER_BROKEN when the row is missing or does not fit the days.
    """
    row = next((row for row in rows if row.n == own), None)
    if row is None:
        raise _broken("the candidate's own trial is missing", own)
    values = row.outcome.daily_returns
    if len(values) != len(days):
        raise _broken(f"trial {own} has {len(values)} returns for {len(days)} days", own)
    return values


def trial_matrix(
    rows: Sequence[TrialRow], own: int, days: IntArray, days_of: DaysOf
) -> TrialMatrix:
    """The matrix over all rows that share a train day with the candidate.

    Args:
        rows: all ledger rows of the family.
        own: the candidate's row number.
        days: its train days, rising.
        days_of: train days of any dataset of the family.

    Raises:
        IntegrityError: LEDGER_BROKEN when a row's returns do not fit its dataset's days, or the
            candidate has no row.
    """
    raw, excess, numbers = [], [], []
    for row in rows:
        theirs = _days(row.start.key.dataset_digest, days_of)
        if row.n != own and not np.isin(theirs, days, assume_unique=True).any():
            continue
        outcome = row.outcome
        raw.append(_aligned(outcome.daily_returns, theirs, days, row.n))
        excess.append(_aligned(outcome.excess_returns, theirs, days, row.n))
        numbers.append(row.n)
    if own not in numbers:
        raise _broken("the candidate's own trial is missing", own)
    return TrialMatrix(np.column_stack(raw), np.column_stack(excess), numbers.index(own))

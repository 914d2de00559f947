"""Trials: the matrix of everything that was ever tried on a market, and nothing else.

Each ledger row is one column; open, failed and cancelled ones are zeros: leaving them out would
make a search look smaller than it was. There is no "effective number" of trials anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.errors import InputError, IntegrityError
from engine.ledger import TrialRow
from engine.packing import unpack_days, unpack_returns


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


def _own(rows: Sequence[TrialRow], own: int) -> TrialRow:
    row = next((row for row in rows if row.n == own), None)
    if row is None:
        raise _broken("the candidate's own trial is missing", own)
    return row


def _days(row: TrialRow) -> IntArray:
    try:
        return unpack_days(row.outcome.days)
    except InputError as error:
        raise _broken(f"the days of trial {row.n} are unreadable", row.n) from error


def _column(text: str, row: TrialRow, length: int) -> IntArray:
    """One packed column of a row, as many values as it has days."""
    try:
        values = unpack_returns(text)
    except InputError as error:
        raise _broken(f"the returns of trial {row.n} are unreadable", row.n) from error
    if len(values) != length:
        raise _broken(f"trial {row.n} has {len(values)} returns for {length} days", row.n)
    return values


def own_returns(rows: Sequence[TrialRow], own: int, days: IntArray) -> tuple[int, ...]:
    """Net returns of the candidate's own row, units of 1e-8, one for each of its train days.

    Raises:
        IntegrityError: LEDGER_BROKEN when the row is missing or does not fit the days.
    """
    row = _own(rows, own)
    if not np.array_equal(_days(row), days):
        raise _broken(f"trial {own} has other days than the candidate", own)
    return tuple(_column(row.outcome.daily_returns, row, len(days)).tolist())


class _Shared:
    """Where days of a trial lie among the candidate's; trials of one dataset share the answer."""

    def __init__(self, days: IntArray) -> None:
        self.days = days
        self._known: dict[str, tuple[IntArray, IntArray]] = {}

    def places(self, row: TrialRow) -> tuple[IntArray, IntArray]:
        """Rows of the matrix and places in the trial's own columns, of the common days."""
        text = row.outcome.days
        if text not in self._known:
            _, mine, theirs = np.intersect1d(
                self.days, _days(row), assume_unique=True, return_indices=True
            )
            self._known[text] = (mine, theirs)
        return self._known[text]


def trial_matrix(rows: Sequence[TrialRow], own: int, days: IntArray) -> TrialMatrix:
    """The matrix over all rows that share a train day with the candidate.

    Rows whose days are not known (open, failed, cancelled) always count, as zeros.

    Args:
        rows: all ledger rows of the candidate's families, each once.
        own: the candidate's row number.
        days: its train days, rising.

    Raises:
        IntegrityError: LEDGER_BROKEN when a row cannot be read or the candidate has none.
    """
    _own(rows, own)
    shared = _Shared(days)
    counted = [
        row for row in rows if row.n == own or not row.outcome.days or len(shared.places(row)[0])
    ]
    raw, excess = np.zeros((2, len(counted), len(days)))
    for place, row in enumerate(counted):
        mine, theirs = shared.places(row)
        length = len(_days(row))
        raw[place, mine] = _column(row.outcome.daily_returns, row, length)[theirs]
        excess[place, mine] = _column(row.outcome.excess_returns, row, length)[theirs]
    number = next(place for place, row in enumerate(counted) if row.n == own)
    return TrialMatrix(np.ascontiguousarray(raw.T), np.ascontiguousarray(excess.T), number)

"""Likeness of ideas: how much of a candidate's train returns other candidates already show.

A look answers one bit about what was looked at, and the same bit about everything that moves like
it. Two questions are asked: does one of them move like the candidate, and do all of them together,
mixed in any proportion, explain it? The second one stops mixtures of what earlier looks liked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from pydantic import model_validator

from engine.data.bars import FloatArray, IntArray
from engine.data.families import MIN_COMMON_DAYS, DayLevels, correlation
from engine.errors import InputError
from engine.ledger import Packed
from engine.packing import pack_days, pack_returns, unpack_days, unpack_returns
from engine.records import Record

MAX_ALIKE: Final = 0.7
"""Above this |r| of raw train returns two candidates share a look."""
MAX_EXPLAINED: Final = 0.5
"""Above this R^2 on all looked candidates together a candidate shares their looks."""
_SMALLEST_SHARE: Final = 1e-9
"""Singular values below this share of the largest are one candidate written twice."""


class TrainReturns(Record):
    """Raw daily net returns of a candidate's own trial and their days, both packed.

    Columns as in `TrialOutcome`: `TrainReturns(days=outcome.days, raw=outcome.daily_returns)`.
    """

    days: Packed
    raw: Packed

    @model_validator(mode="after")
    def _one_for_each_day(self) -> Self:
        try:
            days, raw = unpack_days(self.days), unpack_returns(self.raw)
        except InputError as error:
            raise ValueError(error.message) from error
        if len(days) != len(raw):
            message = f"{len(raw)} returns for {len(days)} days"
            raise ValueError(message)
        return self

    @classmethod
    def of(cls, days: IntArray, raw: IntArray) -> Self:
        """From UTC day numbers, rising, and returns in units of 1e-8, both of shape (days,)."""
        return cls(days=pack_days(days), raw=pack_returns(raw))

    @property
    def path(self) -> DayLevels:
        """The sum of returns at the end of each day."""
        return unpack_days(self.days), np.cumsum(unpack_returns(self.raw), dtype=np.float64)

    def likeness(self, other: TrainReturns) -> float:
        """|r| of both on what their days have in common, whatever their timeframe."""
        return correlation(self.path, other.path)

    def explained_by(self, others: Sequence[TrainReturns]) -> float:
        """R^2 of these returns regressed, with a constant, on all `others` together; 0 to 1.

        Whatever the others' timeframe, their changes between this candidate's days are taken. Two
        stretches are tried, all of its days and those that every other covers, and the larger R^2
        counts: a longer history does not dilute a copy. Fewer than 60 changes explain nothing; as
        many others as changes explain everything. The order of the others does not matter.
        """
        days, level = self.path
        paths = [each.path for each in sorted(others, key=lambda one: (one.days, one.raw))]
        paths = [path for path in paths if len(path[0])]
        if not paths or not len(days):
            return 0.0
        begin = max(int(path[0][0]) for path in paths)
        end = min(int(path[0][-1]) for path in paths)
        common = (days >= begin) & (days <= end)
        return max(
            _r_squared(days[rows], level[rows], paths)
            for rows in (np.ones(len(days), dtype=np.bool_), common)
        )


def _changes(path: DayLevels, days: IntArray) -> FloatArray:
    """Changes of a level between days; a level holds until its next day and begins at 0."""
    known, level = path
    place = np.searchsorted(known, days, side="right")
    return np.diff(np.concatenate(([0.0], level))[place])


def _centred(values: FloatArray) -> FloatArray | None:
    """Values of mean 0 and length 1; None for what does not move."""
    moved = values - values.mean()
    size = float(np.sqrt((moved * moved).sum()))
    return None if size <= 1e-9 * (1.0 + float(np.abs(values).max())) else moved / size


def _r_squared(days: IntArray, level: FloatArray, paths: Sequence[DayLevels]) -> float:
    """Share of the variance that the paths' changes explain, rounded to 1e-9."""
    if len(days) <= MIN_COMMON_DAYS:
        return 0.0
    own = _centred(np.diff(level))
    columns = [c for path in paths if (c := _centred(_changes(path, days))) is not None]
    if own is None or not columns:
        return 0.0
    matrix = np.column_stack(columns)
    weights = np.linalg.lstsq(matrix, own, rcond=_SMALLEST_SHARE)[0]
    left = own - matrix @ weights
    # rounded before it is compared: the last bits depend on the number of threads
    return round(min(1.0, max(0.0, 1.0 - float((left * left).sum()))), 9)

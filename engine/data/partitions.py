"""Zones of a market, and who may hold which bars.

Train is the first 70 % of the window's days, the embargo the next 10 trading days, the sealed
holdout the rest up to the window's fixed last day, forward whatever comes later. Research takes
`TrainBars` only. `HoldoutBars` need a `LookPermit`, which stands for a committed row of the look
table: the look is written before it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.bars import Bars, IntArray
from engine.data.dataset import Window, ZoneNote, Zones
from engine.data.days import bar_days, day_text
from engine.errors import DataError
from engine.records import Digest

TRAIN_PERCENT: Final = 70
EMBARGO_DAYS: Final = 10
DAYS_PER_YEAR: Final = 365.25
TRAIN_YEARS: Final = (1.0, 2.0)
"""Below the first: DATA_TOO_SHORT; below the second: ZONE_SHORT."""
HOLDOUT_YEARS: Final = (0.75, 1.5)
"""The same for the last 30 % of the window, embargo included."""


@dataclass(frozen=True, slots=True)
class LookPermit:
    """Leave to read the holdout of some datasets for one candidate, once.

    Only a look book makes one, from a row that it has committed (`engine.gate.looks`), and only
    the desk's judging asks for one. It opens the `windows` that were open then, no later ones;
    `k` is the number of that look, the largest over its windows.
    """

    look_id: str
    datasets: tuple[Digest, ...]
    windows: tuple[Window, ...]
    candidate_digest: Digest
    k: int


@dataclass(frozen=True, slots=True, eq=False)
class TrainBars:
    """Bars of the train zone: what research, sweeps and the copilot's facts are made of."""

    dataset_id: Digest
    bars: Bars

    @property
    def days(self) -> IntArray:
        """Train days, one number each."""
        return np.unique(bar_days(self.bars))


@dataclass(frozen=True, slots=True, eq=False)
class HoldoutBars:
    """Bars up to the window's end; those before index `first` only warm the rules up."""

    dataset_id: Digest
    bars: Bars
    first: int


@dataclass(frozen=True, slots=True, eq=False)
class ForwardBars:
    """Bars after the window's last day, nothing before them."""

    dataset_id: Digest
    bars: Bars


@dataclass(frozen=True, slots=True)
class Cut:
    """Bar indices at which a dataset is cut: train, embargo, holdout, forward in this order."""

    train: int
    embargo: int
    holdout: int

    @classmethod
    def at(cls, bars: Bars, zones: Zones) -> Cut:
        """Where the family's days fall in these bars."""
        train_last, holdout_first, window_last = zones.as_numbers()
        days = bar_days(bars)
        return cls(
            train=int(np.searchsorted(days, train_last, side="right")),
            embargo=int(np.searchsorted(days, holdout_first, side="left")),
            holdout=int(np.searchsorted(days, window_last, side="right")),
        )


def new_zones(bars: Bars, window_last: int | None = None) -> Zones:
    """Zones of a new family: the first 70 % of the days up to `window_last`, and so on.

    `window_last` is a day number; None takes the last day of the bars.

    Raises:
        DataError: WINDOW_END_OUTSIDE, or DATA_TOO_SHORT when a zone would hold no day at all.
    """
    days = np.unique(bar_days(bars))
    if window_last is not None and not days[0] <= window_last <= days[-1]:
        raise DataError(
            "WINDOW_END_OUTSIDE", "the window must end inside the data",
            value=day_text(window_last),
            hint=f"choose a day from {day_text(days[0])} to {day_text(days[-1])}",
        )  # fmt: skip
    if window_last is not None:
        days = days[days <= window_last]
    train = len(days) * TRAIN_PERCENT // 100
    if train < 1 or train + EMBARGO_DAYS >= len(days):
        raise DataError(
            "DATA_TOO_SHORT",
            f"{len(days)} days cannot be split into train, {EMBARGO_DAYS} days embargo and holdout",
            value=len(days),
            hint="give at least 40 days; the gate needs about two years and more",
        )
    return Zones(
        train_last=day_text(days[train - 1]),
        holdout_first=day_text(days[train + EMBARGO_DAYS]),
        window_last=day_text(days[-1]),
    )


def zone_note(bars: Bars, zones: Zones) -> ZoneNote:
    """Whether the bars that lie in the zones are long enough for the gate."""
    train_last, _, window_last = zones.as_numbers()
    days = bar_days(bars)
    end = min(window_last, int(days[-1]))
    train = (train_last - int(days[0]) + 1) / DAYS_PER_YEAR
    holdout = (end - train_last) / DAYS_PER_YEAR
    return note_of(train, holdout)


def note_of(train: float, holdout: float) -> ZoneNote:
    """Whether so many years of train and of holdout, embargo included, are long enough."""
    if train < TRAIN_YEARS[0] or holdout < HOLDOUT_YEARS[0]:
        return "DATA_TOO_SHORT"
    if train < TRAIN_YEARS[1] or holdout < HOLDOUT_YEARS[1]:
        return "ZONE_SHORT"
    return ""

"""The bench: the train zone of everything a candidate needs, and what its judging may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.data.bars import IntArray
from engine.data.dataset import Dataset, ZoneNote
from engine.data.days import close_days, day_of
from engine.data.panel import Panel, panel_of
from engine.data.partitions import DAYS_PER_YEAR, HoldoutBars, TrainBars, note_of
from engine.errors import DataError
from engine.gate.criteria import GateCriteria
from engine.gate.limits import FixedMeter, Meter
from engine.language.spec import StrategySpec
from engine.ledger import Family, Ledger, TrialRow
from engine.records import Digest

_WORST_FIRST: tuple[ZoneNote, ...] = ("DATA_TOO_SHORT", "ZONE_SHORT", "")


def _nobody(_spec: StrategySpec) -> tuple[str, ...]:
    return ()


def _never(_rule: Digest) -> bool:
    return False


def _quiet(_stage: str, _share: float) -> None:
    return


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Where candidates on the same datasets are measured; build the panel with `train_field`.

    Attributes:
        datasets: of every instrument, the candidate's own first.
        panel: their train bars, up to the last day that is train for all.
        ledger, criteria: where trials are written; the thresholds.
        code: the engine's identity.
        denied_by: names of the risk profiles under which a spec's tickets would be denied.
        published: whether a rule is one of the library's or otherwise published.
        meter: reads off time and memory of a run.
        progress: hears the stage and the share that is done.
    """

    datasets: tuple[Dataset, ...]
    panel: Panel
    ledger: Ledger
    criteria: GateCriteria
    code: Digest
    denied_by: Callable[[StrategySpec], tuple[str, ...]] = _nobody
    published: Callable[[Digest], bool] = _never
    meter: Meter = field(default_factory=FixedMeter)
    progress: Callable[[str, float], None] = _quiet

    @property
    def families(self) -> tuple[Family, ...]:
        """Every market, each once, in order."""
        return tuple(sorted({dataset.family for dataset in self.datasets}))

    @property
    def days(self) -> IntArray:
        """Train days, one number each."""
        return np.unique(close_days(self.panel.close_time))

    @property
    def window(self) -> str:
        """The windows that this is the train zone of: what names the bootstrap's draws."""
        zones = sorted({(one.zones.train_last, one.zones.window_last) for one in self.datasets})
        return " ".join(f"{train} {window}" for train, window in zones)

    @property
    def zone_note(self) -> ZoneNote:
        """The worst note of all datasets, and of the days that they have in common."""
        notes = [dataset.zone_note for dataset in self.datasets]
        if len(self.datasets) > 1:
            notes.append(self._common_note())
        return next(note for note in _WORST_FIRST if note in notes)

    def _common_note(self) -> ZoneNote:
        """Whether the days that are train, and those that are sealed, in all are enough."""
        zones = [dataset.zones.as_numbers() for dataset in self.datasets]
        ends = [
            min(each[2], day_of(one.last)) for each, one in zip(zones, self.datasets, strict=True)
        ]
        train_last = min(each[0] for each in zones)
        first = max(int(close_days(bars.close_time)[0]) for bars in self.panel.each)
        # a dataset's own holdout is measured from its last train day, so the common one is too
        begin = max(each[0] for each in zones)
        return note_of(
            (train_last - first + 1) / DAYS_PER_YEAR, (min(ends) - begin) / DAYS_PER_YEAR
        )

    @property
    def holdout_rows(self) -> int:
        """Sealed bars of the dataset that has the fewest."""
        return min(dataset.holdout_rows for dataset in self.datasets)

    def rows(self) -> tuple[TrialRow, ...]:
        """Every ledger row of these markets, each once, in order."""
        found = {row.n: row for family in self.families for row in self.ledger.rows(family)}
        return tuple(found[n] for n in sorted(found))


def train_field(each: Sequence[TrainBars]) -> Panel:
    """Train bars of all datasets, up to the last day that is train for each of them.

    Raises:
        DataError: PANEL_EMPTY, PANEL_TIMEFRAMES, PANEL_SYMBOL_TWICE.
    """
    panel = panel_of([one.bars for one in each])
    if len(each) == 1:
        return panel
    return panel.before(min(int(one.bars.time[-1]) for one in each) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Bars to run on, and the row of their timeline from which the account runs."""

    panel: Panel
    first: int

    @property
    def shown(self) -> Panel:
        """The bars that the run covers."""
        return self.panel.since(self.first)


def holdout_field(each: Sequence[HoldoutBars]) -> Field:
    """Sealed bars of all datasets: the days that are sealed in every one of them.

    Raises:
        DataError: HOLDOUTS_APART when no day is sealed in all of them.
    """
    panel = panel_of([one.bars for one in each])
    if len(each) > 1:
        panel = panel.before(min(int(one.bars.time[-1]) for one in each) + 1)
    begin = max(int(one.bars.time[one.first]) for one in each)
    first = int(np.searchsorted(panel.time, begin))
    if first >= len(panel):
        raise DataError(
            "HOLDOUTS_APART", "no day is sealed in all of these datasets",
            value=len(each), hint="take datasets whose last third covers the same time",
        )  # fmt: skip
    return Field(panel, first)

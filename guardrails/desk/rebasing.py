"""Rebase: run the logged trials of a market again on its longer train zone, as the same trials.

After a window was closed, older rows say nothing about the days that became train. Running them
again adds no row: each outcome is appended to its own row and counts from then on. What cannot be
run as it was (its dataset, costs or spec are not here, or it ran on a part of train) is left and
counted. A rebase that was stopped goes on where it was, because a row that covers the new train
is not run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.metrics import measure
from engine.backtest.runner import outcome_of
from engine.backtest.starting import start_of
from engine.data.dataset import Dataset
from engine.data.days import close_days
from engine.data.panel import Panel
from engine.data.store import DatasetStore
from engine.errors import PeakError
from engine.gate.subject import Subject
from engine.language.spec import StrategySpec
from engine.language.sweeps import at_point
from engine.ledger import Family, Ledger, TrialOutcome, TrialRow
from engine.packing import pack_days
from engine.records import Digest, parse_record
from guardrails.desk.panels import train_panel

BATCH = 20
"""Outcomes in one commit."""

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


@dataclass(slots=True)
class Rebased:
    """What a rebase did: rows run again, rows that covered the new train, rows left, by reason."""

    done: int = 0
    known: int = 0
    left: dict[str, int] = field(default_factory=dict)

    def leave(self, why: str) -> None:
        """Count a row that is left as it is."""
        self.left[why] = self.left.get(why, 0) + 1

    def as_dict(self) -> dict[str, object]:
        """JSON form: run_again, unchanged, left (reason -> rows)."""
        return {"run_again": self.done, "unchanged": self.known, "left": dict(self.left)}


class CannotRun(Exception):  # noqa: N818 - it says why a row is left, nothing is wrong
    """Why a row is left as it is."""


@dataclass(slots=True)
class Rebasing:
    """Runs logged trials again; `costs` are the cost models that this installation knows."""

    datasets: DatasetStore
    ledger: Ledger
    costs: Sequence[CostModel]
    code: Digest
    _panels: dict[tuple[Digest, ...], Panel] = field(default_factory=dict)

    def run(self, family: Family, tell: Progress = lambda _done, _all: None) -> Rebased:
        """Run every row of a market again whose days are not the train zone of today.

        Raises:
            DataError: FAMILY_UNKNOWN.
        """
        self.datasets.windows(family)
        rows, found = self.ledger.rows(family), Rebased()
        waiting: list[tuple[int, TrialOutcome]] = []
        try:
            for place, row in enumerate(rows, start=1):
                self._again(row, found, waiting)
                if len(waiting) >= BATCH:
                    self._commit(waiting, found)
                tell(place, len(rows))
        finally:
            self._commit(waiting, found)
        return found

    def _commit(self, waiting: list[tuple[int, TrialOutcome]], found: Rebased) -> None:
        if waiting:
            self.ledger.complete_trials(waiting)
            found.done += len(waiting)
            waiting.clear()

    def _again(
        self, row: TrialRow, found: Rebased, waiting: list[tuple[int, TrialOutcome]]
    ) -> None:
        try:
            chosen = self._chosen(row)
            panel = self._panel(chosen)
            if row.outcome.days == pack_days(np.unique(close_days(panel.close_time))):
                found.known += 1
                return
            subject = self._subject(row, chosen)
            result = subject.run(panel)
        except CannotRun as why:
            found.leave(str(why))
        except PeakError as error:
            found.leave(error.code)
        else:
            outcome = outcome_of(result, panel, measure(result, panel), self.code)
            waiting.append((row.n, outcome))

    def _chosen(self, row: TrialRow) -> tuple[Dataset, ...]:
        """The datasets of a row, its own first."""
        if not row.start.datasets:
            raise CannotRun("datasets not named")
        return tuple(self.datasets.find(one) for one in row.start.datasets)

    def _panel(self, chosen: Sequence[Dataset]) -> Panel:
        """Their train bars; the last market is kept, because rows of a sweep follow each other."""
        key = tuple(each.id for each in chosen)
        if key not in self._panels:
            self._panels.clear()
            self._panels[key] = train_panel(self.datasets, chosen)
        return self._panels[key]

    def _subject(self, row: TrialRow, chosen: Sequence[Dataset]) -> Subject:
        """What ran, made again from the kept texts; it must be the same trial."""
        known: Mapping[Digest, CostModel] = {one.digest: one for one in self.costs}
        costs = known.get(row.start.key.cost_digest)
        if costs is None:
            raise CannotRun("costs not known here")
        spec = self._spec(row.start.spec_digest)
        if row.start.params:
            spec = at_point(spec, dict(row.start.params))
        subject = Subject.of(spec, costs, [self._spec(one) for one in row.start.members])
        made = start_of(
            subject.compiled, chosen, costs, self.code, row.start.lineage, members=subject.members
        )
        if made.key != row.start.key:
            raise CannotRun("ran on a part of train, or in another form")
        return subject

    def _spec(self, named: Digest) -> StrategySpec:
        text = self.ledger.spec(named)
        if text is None:
            raise CannotRun("spec not kept")
        return parse_record(StrategySpec, text)

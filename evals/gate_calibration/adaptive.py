"""Campaigns: a searcher proposes, is told what the copilot is told, and proposes again.

Any testnet pass at any look of a campaign is a false one. The control is the same searcher with
what people use as a gate, told its score on the held out years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from engine.data.bars import FloatArray
from engine.gate.criteria import FEWEST_SAMPLES, MAX_TRAIN_P
from engine.gate.likeness import MAX_ALIKE, MAX_EXPLAINED, TrainReturns
from engine.gate.on_returns import to_units
from engine.gate.statistics import normal_tail
from evals.gate_calibration.climber import Climber, Space, space_of
from evals.gate_calibration.hurdles import clears, trades_enough
from evals.gate_calibration.intervals import rate
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.search import LEAST_COST, Search, days_of, scores, statistics
from evals.gate_calibration.tasks import Task
from evals.gate_calibration.verdicts import POOLS, Judge, bounds

PART: Final = "adaptive"
ROUNDS: Final = (50, 200)
YEARS: Final = 5.0
_DRAWN: Final = "five families"
GATE, KEYS = "gate", "keys"
"""Cells: the gate with its costs and hurdles, and the two keys alone on rules free of costs."""
_GOOD_TRAIN: Final = 0.84
"""One noise rule in five has a better train statistic."""


def tasks(runs: int, judge: Judge) -> list[Task]:
    """All campaigns; each is as long as the longest and tells in which round it passed."""
    order = sorted(range(runs), key=lambda index: (index % POOLS, index))
    return [_task(cell, index, judge) for cell in (GATE, KEYS) for index in order]


def _task(cell: str, index: int, judge: Judge) -> Task:
    return Task(
        Name(PART, cell, index),
        lambda random: run(cell, random, judge, index),
        Name(PART, _DRAWN, index),
    )


def run(cell: str, random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """One market: a campaign against the gate or the keys, and one against the control."""
    cost = LEAST_COST if cell == GATE else 0.0
    space = space_of(garch_t(random, days_of(YEARS)), random, cost)
    campaign = Campaign(space, judge, pool, hurdles=cell == GATE)
    passed = campaign.run(random)
    return {"passed": passed, "looks": campaign.looked, "control": naive(space, random)}


@dataclass(slots=True)
class Campaign:
    """The searcher against the gate; `looked` are the rounds in which a look was spent."""

    space: Space
    judge: Judge
    pool: int
    hurdles: bool = True
    looked: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    """Columns whose p_IS was above the limit: more trials never lower it."""

    def run(self, random: np.random.Generator) -> int | None:
        """The round of the first false pass, None without one."""
        told = scores(self.space.search)
        climber = Climber(self.space, lambda column: float(told[column]), random)
        for number in range(1, max(ROUNDS) + 1):
            climber.step()
            best = climber.best
            if best is None or not self._may_look(best, climber.tried, random):
                continue
            self.looked.append(number)
            self.columns.append(best)
            if self._verdict(best, climber.tried):
                return number
            climber.restart(close=True)
        return None

    def _may_look(self, column: int, tried: Sequence[int], random: np.random.Generator) -> bool:
        """A new shape, unlike all that have looked, that clears train key and hurdles."""
        shapes = {self.space.rules[seen].shape for seen in self.columns}
        if column in self.refused or self.space.rules[column].shape in shapes:
            return False
        if self._promising(column):
            if is_shared(self.space.search.train, column, self.columns):
                return False
            enough = self._train_key(column, tried) <= MAX_TRAIN_P
            if enough and (not self.hurdles or clears(self.space, column, random)):
                return True
        self.refused.add(column)
        return False

    def _promising(self, column: int) -> bool:
        """Whether it would be surprising had it been the only trial; more trials add doubt."""
        parts = (self.space.search.train, self.space.search.train_excess)
        least = min(float(statistics(part[:, [column]])[0]) for part in parts)
        return normal_tail(least) <= bounds(MAX_TRAIN_P)[1]

    def _train_key(self, column: int, tried: Sequence[int]) -> float:
        """p_IS among everything tried so far, with all draws where it matters."""
        search, own = self._search(column, tried)
        rough = self.judge.whole(search, own, pool=self.pool, samples=FEWEST_SAMPLES).p_train
        low, high = bounds(rough)
        if not low <= MAX_TRAIN_P < high:
            return rough
        return self.judge.whole(search, own, pool=self.pool).p_train

    def _verdict(self, column: int, tried: Sequence[int]) -> bool:
        search, own = self._search(column, tried)
        k = len(self.looked)
        if self.hurdles and not trades_enough(self.space, column):
            return False
        return self.judge.quick(search, own, k=k, pool=self.pool, paper=False).testnet

    def _search(self, column: int, tried: Sequence[int]) -> tuple[Search, int]:
        return self.space.search.kept([*tried]), tried.index(column)


def is_shared(train: FloatArray, column: int, looked: Sequence[int]) -> bool:
    """Whether a candidate shares the look of one that it moves like, or of all of them together."""
    days = np.arange(len(train))
    own, *others = (
        TrainReturns.of(days, to_units(train[:, place]).astype(np.int64))
        for place in (column, *looked)
    )
    alike = any(own.likeness(other) > MAX_ALIKE for other in others)
    return alike or own.explained_by(others) > MAX_EXPLAINED


def naive(space: Space, random: np.random.Generator) -> int | None:
    """The round in which the control passes: a good train, and half of its Sharpe ratio held out.

    The searcher is told its score on the held out years and climbs on it while train is good.
    """
    train, holdout = (statistics(zone) for zone in (space.search.train, space.search.holdout))
    scale = np.sqrt(len(space.search.train) / len(space.search.holdout))
    good = train > _GOOD_TRAIN
    score = np.where(good, holdout, np.minimum(holdout, 0.0) + train - _GOOD_TRAIN)
    climber = Climber(space, lambda column: float(score[column]), random)
    for number in range(1, max(ROUNDS) + 1):
        climber.step()
        best = climber.best
        if best is not None and good[best] and scale * holdout[best] >= train[best] / 2.0:
            return number
    return None


def summary(rows: Sequence[tuple[Name, Row]], cell: str = GATE) -> list[dict[str, Any]]:
    """False passes after each number of rounds, with looks spent and the control."""
    own = [row for name, row in rows if name.cell == cell]
    return [_after(rounds, own) for rounds in ROUNDS if own]


def _after(rounds: int, rows: Sequence[Row]) -> dict[str, Any]:
    def within(number: int | None) -> bool:
        """Whether it took place by then."""
        return number is not None and number <= rounds

    looks = [sum(within(number) for number in row["looks"]) for row in rows]
    return {
        "rounds": rounds, "runs": len(rows),
        **rate([within(row["passed"]) for row in rows], "false_pass"),
        "mean_looks": round(sum(looks) / len(rows), 3),
        "control_false_pass": round(sum(within(row["control"]) for row in rows) / len(rows), 4),
    }  # fmt: skip

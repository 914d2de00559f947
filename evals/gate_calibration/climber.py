"""An eager searcher: climbs from rule to rule over five families and hands in what it may.

It is told what the copilot is told: every figure of train, p_IS, and PASS, paper or FAIL for a
look. It never repeats a shape that has looked, and starts elsewhere after each look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import FloatArray
from evals.gate_calibration.rules import FAMILIES, SIDES, held_of
from evals.gate_calibration.search import Search, search_of

RESTARTS: Final = 0.25
"""Share of proposals that are a new idea instead of a neighbour of the best one."""


class Rule(NamedTuple):
    """One rule: its family, side and places of its parameters."""

    family: str
    side: str
    places: tuple[int, ...]

    @property
    def shape(self) -> tuple[str, str]:
        """What stays when the numbers are masked."""
        return (self.family, self.side)


class Space(NamedTuple):
    """Every rule of every family on one market, with what it held, (days, rules), and earned."""

    rules: tuple[Rule, ...]
    search: Search
    place: dict[Rule, int]
    returns: FloatArray
    held: FloatArray
    cost_bps: float


def space_of(returns: FloatArray, random: np.random.Generator, cost_bps: float = 0.0) -> Space:
    """The whole space on one market: some 1,900 rules."""
    log_close = np.cumsum(np.log1p(returns))
    rules: list[Rule] = []
    held = []
    for name, family in FAMILIES.items():
        grid = np.indices(family.sizes).reshape(len(family.sizes), -1).T
        signals = family.signals(log_close, grid, random)
        for number, side in enumerate(SIDES):
            rules += [Rule(name, side, tuple(row)) for row in grid.tolist()]
            held.append(held_of(signals, np.full(len(grid), number)))
    whole = np.column_stack(held)
    search = search_of(whole, returns, cost_bps)
    place = {rule: column for column, rule in enumerate(rules)}
    return Space(tuple(rules), search, place, returns, whole, cost_bps)


@dataclass(slots=True)
class Climber:
    """Proposes rules one by one and climbs on a score.

    Attributes:
        space: what there is to try.
        score: column -> what the searcher is told about it; higher is better.
        tried: columns in the order in which they were tried: the trial ledger.
        closed: shapes that are not proposed any more.
    """

    space: Space
    score: Callable[[int], float]
    random: np.random.Generator
    tried: list[int] = field(default_factory=list)
    closed: set[tuple[str, str]] = field(default_factory=set)
    best: int | None = None

    def step(self) -> bool:
        """Try one rule; True when it is the best since the last start."""
        column = self._proposed()
        if column not in self.tried:
            self.tried.append(column)
        if self.best is not None and self.score(column) <= self.score(self.best):
            return False
        self.best = column
        return True

    def restart(self, *, close: bool) -> None:
        """Go on elsewhere; `close` leaves the shape of the best rule for good."""
        if close and self.best is not None:
            self.closed.add(self.space.rules[self.best].shape)
        self.best = None

    def _proposed(self) -> int:
        if self.best is None or self.random.random() < RESTARTS:
            return self._anything()
        near = [self.space.place[rule] for rule in neighbours(self.space.rules[self.best])]
        fresh = [column for column in near if column not in self.tried]
        return int(self.random.choice(fresh)) if fresh else self._anything()

    def _anything(self) -> int:
        """A rule of an open family, each family and side alike, whatever its number of rules."""
        shapes = [(f, s) for f in FAMILIES for s in SIDES if (f, s) not in self.closed]
        if not shapes:
            return int(self.random.integers(len(self.space.rules)))
        family, side = shapes[int(self.random.integers(len(shapes)))]
        places = tuple(int(self.random.integers(size)) for size in FAMILIES[family].sizes)
        return self.space.place[Rule(family, side, places)]


def neighbours(rule: Rule) -> Iterator[Rule]:
    """Rules one step away in one parameter."""
    for axis, size in enumerate(FAMILIES[rule.family].sizes):
        for step in (-1, 1):
            moved = list(rule.places)
            moved[axis] += step
            if 0 <= moved[axis] < size:
                yield rule._replace(places=tuple(moved))

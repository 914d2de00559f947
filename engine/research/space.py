"""The space of a study: its points as a grid or at random, how many there are, which mean nothing.

Points are places on the spec's own grid, so every method reaches the same values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import Protocol

from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.language.sweeps import refused_points, values_of
from engine.ledger import TrialOutcome
from engine.research.study import Study
from engine.research.tasks import Values
from engine.seeds import stream

Places = tuple[int, ...]
"""Place of each swept parameter's value in its list."""


@dataclass(frozen=True, slots=True)
class Space:
    """Parameters of a spec and their values; those without a range have one."""

    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, spec: StrategySpec) -> Space:
        """The space that a spec opens."""
        return cls(
            tuple(param.name for param in spec.params),
            tuple(values_of(param) for param in spec.params),
        )

    @property
    def size(self) -> int:
        """Number of points; 1 for fixed rules."""
        return prod(len(each) for each in self.values)

    @property
    def swept(self) -> tuple[str, ...]:
        """Names of parameters with more than one value."""
        return tuple(n for n, each in zip(self.names, self.values, strict=True) if len(each) > 1)

    def at(self, places: Sequence[int]) -> Values:
        """The point of these places."""
        return tuple(
            (name, each[place])
            for name, each, place in zip(self.names, self.values, places, strict=True)
        )

    def grid(self) -> Iterator[Values]:
        """Every point, the last parameter running fastest."""
        for number in range(self.size):
            yield self.at(self._places(number))

    def _places(self, number: int) -> Places:
        places = []
        for each in reversed(self.values):
            number, place = divmod(number, len(each))
            places.append(place)
        return tuple(reversed(places))

    def random(self, points: int, seed: int) -> Iterator[Values]:
        """Different points at random, all of them when there are no more."""
        draw = stream("research/random", seed)
        if self.size <= points * 2:
            for number in draw.permutation(self.size)[:points].tolist():
                yield self.at(self._places(number))
            return
        seen: set[Places] = set()
        while len(seen) < points:
            places = tuple(int(draw.integers(len(each))) for each in self.values)
            if places not in seen:
                seen.add(places)
                yield self.at(places)


class Search(Protocol):
    """Where to look next."""

    total: int
    """Points that will be asked for."""

    def ask(self, count: int) -> list[Values]:
        """The next points, at most `count`; none when the search has ended."""
        ...

    def tell(self, outcomes: Sequence[TrialOutcome]) -> None:
        """What those points gave, in the same order."""
        ...


class Listed:
    """A search that learns nothing: points in a fixed order."""

    def __init__(self, points: Iterator[Values], total: int) -> None:
        """Ask for these points."""
        self._points = points
        self.total = total

    def ask(self, count: int) -> list[Values]:
        """The next points of the list."""
        return list(islice(self._points, count))

    def tell(self, outcomes: Sequence[TrialOutcome]) -> None:
        """Nothing is learnt."""


def listed(study: Study) -> Listed:
    """The search of a grid or of random points.

    Raises:
        InputError: GRID_TOO_LARGE, NOTHING_TO_SWEEP.
    """
    space = space_of(study)
    if study.method == "random":
        total = min(study.points, space.size)
        return Listed(space.random(total, study.seed), total)
    if space.size > study.points:
        raise InputError(
            "GRID_TOO_LARGE", f"the grid has {space.size} points, {study.points} were asked for",
            value=space.size, hint="raise --points, or take --method random or tpe",
        )  # fmt: skip
    return Listed(space.grid(), space.size)


def space_of(study: Study) -> Space:
    """The space of a study.

    Raises:
        InputError: NOTHING_TO_SWEEP when a search is asked of rules that are fixed.
    """
    space = Space.of(study.spec)
    if study.method != "grid" and not space.swept:
        raise InputError(
            "NOTHING_TO_SWEEP", "no parameter of the spec has a range", value=study.spec.name,
            hint="give a parameter low, high and step, or take --method grid for one run",
        )  # fmt: skip
    return space


def refused(spec: StrategySpec, most: int = 2_000) -> tuple[tuple[Values, tuple[str, ...]], ...]:
    """Grid points at which the spec is refused, with its codes; the first `most` are looked at."""
    names = [param.name for param in spec.params]

    def values(point: Mapping[str, float]) -> Values:
        """A point in the spec's order."""
        return tuple((name, point[name]) for name in names)

    return tuple((values(point), codes) for point, codes in refused_points(spec, most))

"""Runs of a part: each has a name and a random stream of its own, so any order gives the same."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from engine.seeds import stream
from evals.gate_calibration.rows import Name, Row, Rows

_EVERY_S: Final = 10.0


class Task(NamedTuple):
    """One run.

    Attributes:
        name: of its row.
        make: makes the row out of a stream.
        drawn_as: name of the stream where it is another one, so that two cells share their draws.
    """

    name: Name
    make: Callable[[np.random.Generator], Row]
    drawn_as: Name | None = None


def random_of(name: Name, seed: int) -> np.random.Generator:
    """The stream of a run, the same on every machine."""
    return stream("evals/gate_calibration", seed, name.part, name.cell, name.number)


def finished(tasks: Sequence[Task], rows: Rows, seed: int) -> list[tuple[Name, Row]]:
    """All rows of these runs in order of their names; missing ones are run and kept."""
    progress = _Progress(tasks[0].name.part if tasks else "", len(tasks))
    made = []
    for task in tasks:
        row = rows.get(task.name)
        if row is None:
            row = task.make(random_of(task.drawn_as or task.name, seed))
            rows.add(task.name, row)
            progress.worked()
        progress.step()
        made.append((task.name, row))
    return sorted(made, key=lambda one: one[0])


class _Progress:
    """How far a part is, on the error output; time left from the runs that were really made."""

    def __init__(self, part: str, total: int) -> None:
        self.part, self.total = part, total
        self.done = self.made = 0
        self.start = self.told = time.monotonic()

    def worked(self) -> None:
        """One run was made and not only read."""
        self.made += 1

    def step(self) -> None:
        """One run is done."""
        self.done += 1
        now = time.monotonic()
        if now - self.told < _EVERY_S and self.done < self.total:
            return
        self.told = now
        left = (now - self.start) / max(1, self.made) * (self.total - self.done)
        sys.stderr.write(f"{self.part}: {self.done}/{self.total}, {left:,.0f} s left\n")
        sys.stderr.flush()

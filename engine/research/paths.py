"""Resampled paths of returns: tasks for any worker, and the same bytes for any number of them.

Blocks are those of the stationary bootstrap: geometric length, wrap-around, mean length by
Politis and White from the series itself. Each chunk of paths has a random stream named by the run
and the chunk's number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.gate.bootstrap import block_length
from engine.reports.studies import Fan, MonteCarlo
from engine.research.watching import UNWATCHED, Watch
from engine.seeds import stream

PATHS: Final = 2_000
CHUNK: Final = 250
FAN_POINTS: Final = 60
RUIN_LEVEL: Final = 0.5
"""Half of the money gone, at any close, is called ruin."""
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
DIGITS: Final = 12
"""Quantiles are rounded to so many."""

Way = Literal["blocks", "shuffle"]


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """A task: some paths of one series; plain data, for any worker.

    Attributes:
        name, number: name the random stream.
        steps: returns as fractions, shape (t,), or of several sleeves, shape (t, n).
        weights: of the sleeves, shape (n,); None for one series.
        paths, horizon, block: how many, how long, mean block.
        ruin_level: share of the money whose loss is ruin.
        way: blocks of the series, or the series in another order.
    """

    name: str
    number: int
    steps: FloatArray
    paths: int
    horizon: int
    block: int
    ruin_level: float = RUIN_LEVEL
    way: Way = "blocks"
    weights: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Growth (1 = start) after `fan_days`, shape (paths, points); largest drawdowns, ruins."""

    growth: FloatArray
    drawdowns: FloatArray
    ruined: int


Mapper = Callable[[Callable[[Chunk], Paths], Iterable[Chunk]], Iterable[Paths]]
"""`map`, or the `map` of an executor: results in the order of the tasks."""


def fan_days(horizon: int) -> IntArray:
    """Days that a fan shows: 0, the horizon, and evenly between; 61 at most."""
    return np.unique(np.linspace(0, horizon, min(horizon, FAN_POINTS) + 1).round().astype(np.int64))


def block_rows(length: int, chunk: Chunk) -> IntArray:
    """Rows of a series of this length in each path of a chunk, shape (paths, horizon).

    Source: Politis and Romano 1994.
    """
    random = stream("research/monte-carlo", chunk.name, chunk.way, chunk.block, chunk.number)
    if chunk.way == "shuffle":
        return random.permuted(np.tile(np.arange(length), (chunk.paths, 1)), axis=1)
    shape = (chunk.paths, chunk.horizon)
    fresh = random.random(shape) < 1.0 / chunk.block
    fresh[:, 0] = True
    begins = random.integers(0, length, size=shape)
    place = np.arange(chunk.horizon)
    last = np.maximum.accumulate(np.where(fresh, place, 0), axis=1)
    rows: IntArray = (np.take_along_axis(begins, last, axis=1) + place - last) % length
    return rows


def walk_chunk(chunk: Chunk) -> Paths:
    """The paths of one task; pure."""
    steps = chunk.steps
    if chunk.weights is not None:  # no matrix product: its sums depend on the library's threads
        steps = (steps * chunk.weights).sum(axis=1)
    rows = block_rows(len(steps), chunk)
    moved = np.cumprod(np.maximum(1.0 + steps[rows], 0.0), axis=1)
    growth: FloatArray = np.concatenate((np.ones((chunk.paths, 1)), moved), axis=1)
    peaks = np.maximum.accumulate(growth, axis=1)
    shown: FloatArray = growth[:, fan_days(rows.shape[1])]
    return Paths(
        shown,
        (1.0 - growth / peaks).max(axis=1),
        int((growth.min(axis=1) <= 1.0 - chunk.ruin_level).sum()),
    )


def chunks_of(whole: Chunk) -> list[Chunk]:
    """A task of many paths as numbered tasks of 250."""
    starts = range(0, whole.paths, CHUNK)
    return [
        replace(whole, number=number, paths=min(CHUNK, whole.paths - start))
        for number, start in enumerate(starts)
    ]


def walk(whole: Chunk, mapper: Mapper = map, watch: Watch = UNWATCHED) -> Paths | None:
    """All paths of a task, in order; fewer when stopped, None when none was finished."""
    tasks = chunks_of(whole)
    answers = iter(mapper(walk_chunk, tasks))
    parts = [next(answers) for _ in watch.each(tasks)]
    if not parts:
        return None
    return Paths(
        np.concatenate([part.growth for part in parts]),
        np.concatenate([part.drawdowns for part in parts]),
        sum(part.ruined for part in parts),
    )


def summary(paths: Paths, whole: Chunk) -> MonteCarlo:
    """Quantiles of finished paths, as a report shows them."""
    count = len(paths.drawdowns)
    length = len(whole.steps) if whole.way == "shuffle" else whole.horizon
    bands = np.quantile(paths.growth, LEVELS, axis=0).round(DIGITS)
    fan = [
        Fan(day=day, low=low, quarter=quarter, middle=middle, three_quarters=upper, high=high)
        for day, (low, quarter, middle, upper, high) in zip(
            fan_days(length).tolist(), bands.T.tolist(), strict=True
        )
    ]
    middle, bad = np.quantile(paths.drawdowns, (0.5, 0.95)).round(DIGITS).tolist()
    return MonteCarlo(
        paths=count,
        block=whole.block,
        fan=tuple(fan),
        drawdown_middle=middle,
        drawdown_bad=bad,
        ruin=paths.ruined / count,
    )


def whole_blocks(steps: FloatArray) -> int:
    """Mean block of a series: Politis and White, rounded up, one at least."""
    return max(1, math.ceil(block_length(steps)))

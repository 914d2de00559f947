"""Grids: buy more of what falls, sell with a small gain, and stop only when all is used up."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import FloatArray
from engine.gate.statistics import holdout_key
from engine.gate.vetoes.martingale import PATHS, block_rows, null_of
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.rows import Row
from evals.gate_calibration.search import Search, days_of, winner, zones
from evals.gate_calibration.verdicts import Judge

NULL_LIMIT: Final = 0.10


class Grid(NamedTuple):
    """Grids, one number or one for each: distance of steps and gain (of the price), most units."""

    step: FloatArray | float
    gain: FloatArray | float
    units: FloatArray | float


def drawn(random: np.random.Generator, count: int) -> Grid:
    """Some grids."""
    step, gain = random.uniform(0.01, 0.05, count), random.uniform(0.005, 0.03, count)
    return Grid(step, gain, random.integers(3, 9, count).astype(np.float64))


def earned(grid: Grid, returns: FloatArray) -> FloatArray:
    """Daily returns of a grid, or of one for each path, (days, paths); it trades at the close.

    One unit is bought when nothing is held, one more each time the price lies a step below the last
    purchase. All is sold a gain above the mean price paid, or a step below the last unit.
    """
    days, paths = returns.shape
    price = np.exp(np.cumsum(np.log1p(returns), axis=0))
    units, paid, last = (np.zeros(paths) for _ in range(3))
    made = np.zeros((days, paths))
    for day in range(days):
        now = price[day]
        made[day] = units * returns[day] / grid.units
        mean = paid / np.maximum(units, 1.0)
        lower = now <= last * (1.0 - grid.step)
        held = units > 0.0
        out = held & ((now >= mean * (1.0 + grid.gain)) | (lower & (units >= grid.units)))
        more = ~held | (lower & ~out)
        units = np.where(out, 0.0, units + more)
        paid = np.where(out, 0.0, paid + more * now)
        last = np.where(more, now, last)
    return made


def run(random: np.random.Generator, judge: Judge, pool: int, trials: int, years: float) -> Row:
    """The best of some grids on a driftless walk: the two keys, and the null of fair signs."""
    returns = garch_t(random, days_of(years))
    grids = drawn(random, trials)
    net = earned(grids, np.tile(returns[:, None], trials))
    train, holdout = zones(len(returns))
    search = Search(net[train], net[train], net[holdout], net[holdout])
    own = winner(search)
    keys = judge.quick(search, own, pool=pool, paper=False).testnet
    best = Grid(*(float(np.asarray(each)[own]) for each in grids))
    return {"keys": keys, "kept": keys and survives(best, returns[train], random)}


def survives(grid: Grid, train: FloatArray, random: np.random.Generator) -> bool:
    """Whether the veto lets it pass: at most one path in ten did as well as train."""
    rows = np.column_stack([block_rows(len(train), random) for _ in range(PATHS)])
    signs = np.where(random.random(rows.shape) < 0.5, -1.0, 1.0)  # noqa: PLR2004 - a fair coin
    paths = np.expm1(np.log1p(train)[rows] * signs)
    null = earned(grid, np.column_stack((train, paths)))
    z = [_z(column) for column in null.T]
    return null_of(z[0], z[1:]).p <= NULL_LIMIT


def _z(returns: FloatArray) -> float:
    found = holdout_key(np.rint(returns * 1e8)).statistic
    return -np.inf if found is None else found

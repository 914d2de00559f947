"""Hidden tails: strategies without an edge that look splendid until the day they pay for it.

A crash earns a little on every day and pays it all back about once in so many days. A grid buys
more of what falls and sells with a small gain. Both have a mean of zero. They are judged by the
two keys and by the veto that is made for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from engine.data.bars import FloatArray
from engine.gate.vetoes.tail import tail_of
from evals.gate_calibration import grids
from evals.gate_calibration.intervals import rate
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.search import EMBARGO, Search, days_of, winner, zones
from evals.gate_calibration.tasks import Task
from evals.gate_calibration.verdicts import POOLS, Judge

PART: Final = "tails"
YEARS: Final = 5.0
TRIALS: Final = 10
CRASHES: Final = (50, 100, 250, 500, 1_000)
"""Mean days between two crashes."""
HONEST: Final = (40, 80)
"""Trades on train of honest strategies, which the veto is to let pass."""
GRID: Final = "grid"
_ROUGHNESS: Final = 3.0
"""Deviation of a quiet day over its mean."""
_RISK: Final = 0.01
"""Of equity, lost in a full loss."""
_SIGNIFICANT: Final = 2.5
_WIN, _WINS = 2.0, 0.5
"""An honest trade wins 2 R in half of all cases, else it loses what was planned."""


def cells() -> list[str]:
    """Names of all cells."""
    crashes = [f"crash=1/{days}" for days in CRASHES]
    return [*crashes, GRID, *(f"honest={trades}" for trades in HONEST)]


def tasks(runs: int, judge: Judge) -> list[Task]:
    """All runs of all cells."""
    order = sorted(range(runs), key=lambda index: (index % POOLS, index))
    return [_task(cell, index, judge) for cell in cells() for index in order]


def _task(cell: str, index: int, judge: Judge) -> Task:
    return Task(Name(PART, cell, index), lambda random: run(cell, random, judge, index))


def run(cell: str, random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """keys: passes the two keys; kept: the veto does not stop it; both None where not asked."""
    kind, _, size = cell.partition("=")
    if kind == "honest":
        return {"keys": True, "kept": tail_of(honest(int(size), random)).proven}
    if cell == GRID:
        return grids.run(random, judge, pool, TRIALS, YEARS)
    return crash(int(size.partition("/")[2]), random, judge, pool)


def crash(every: int, random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """The best of ten strategies with a crash, one trade a day, results in planned losses."""
    days = days_of(YEARS)
    gain = 1.0 / (every - 1.0)
    quiet = gain * (1.0 + _ROUGHNESS * random.standard_normal((days, TRIALS)))
    multiples = np.where(random.random((days, TRIALS)) < 1.0 / every, -1.0, quiet)
    train, holdout = zones(days)
    net = multiples * _RISK
    search = Search(net[train], net[train], net[holdout], net[holdout])
    own = winner(search)
    keys = judge.quick(search, own, pool=pool, paper=False).testnet
    whole = np.delete(multiples[:, own], np.s_[train.stop : train.stop + EMBARGO])
    kept = tail_of(multiples[train, own]).proven and tail_of(whole).proven
    return {"keys": keys, "kept": kept}


def honest(trades: int, random: np.random.Generator) -> FloatArray:
    """Results in R of an honest strategy, significant on train, whose stops are often hit."""
    while True:
        won = random.random(trades) < _WINS
        size = np.where(won, _WIN, -1.0) + 0.1 * random.standard_normal(trades)
        if np.sqrt(trades) * size.mean() / size.std(ddof=1) >= _SIGNIFICANT:
            return size


def summary(rows: Sequence[tuple[Name, Row]]) -> list[dict[str, Any]]:
    """Each cell: share that passes the keys, and that passes keys and veto."""
    made = []
    for cell in cells():
        own = [row for name, row in rows if name.cell == cell]
        if own:
            keys = round(sum(row["keys"] for row in own) / len(own), 4)
            both = rate([row["keys"] and row["kept"] for row in own], "passed")
            made.append({"cell": cell, "runs": len(own), "keys": keys, **both})
    return made

"""Power: a true edge of known Sharpe ratio among the trials of a search; does the gate find it?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from engine.data.bars import FloatArray
from evals.gate_calibration.intervals import rate
from evals.gate_calibration.nulls import YEAR, garch_t
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.rules import MIXED, positions
from evals.gate_calibration.search import Search, days_of, search_of, winner, zones
from evals.gate_calibration.tasks import Task
from evals.gate_calibration.verdicts import POOLS, Judge

PART: Final = "power"
TRIALS: Final = 100


class Edge(NamedTuple):
    """An edge to find: annual Sharpe ratio, years of data, and the power that is promised."""

    sharpe: float
    years: float
    floor: float | None = None

    @property
    def cell(self) -> str:
        """Name of the cell."""
        return f"sharpe={self.sharpe:g},years={self.years:g}"


EDGES: Final = (
    Edge(2.0, 5.0, 0.65), Edge(2.0, 8.0, 0.85), Edge(1.5, 8.0, 0.60), Edge(3.0, 3.0, 0.75),
    Edge(1.0, 5.0), Edge(1.5, 5.0),
)  # fmt: skip


def tasks(runs: int, judge: Judge) -> list[Task]:
    """All runs of all edges, those that share resampling draws together."""
    made: list[Task] = []
    for edge in EDGES:
        order = sorted(range(runs), key=lambda index: (index % POOLS, index))
        made += [_task(edge, index, judge) for index in order]
    return made


def _task(edge: Edge, index: int, judge: Judge) -> Task:
    return Task(
        Name(PART, edge.cell, index), lambda random: run(edge, random, judge, index)
    )  # fmt: skip


def run(edge: Edge, random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """One search that holds the edge: found = it is handed in and passes; alone = without search.

    `paper` and `paper_alone` are the same for the paper tier.
    """
    search, own = planted(edge, random, TRIALS)
    alone = judge.quick(search.kept([own]), 0, pool=pool)
    told = {"alone": alone.testnet, "paper_alone": alone.paper}
    if winner(search) != own:
        return {"won": False, "found": False, "paper": False, **told}
    among = judge.quick(search, own, pool=pool)
    return {"won": True, "found": among.testnet, "paper": among.paper, **told}


def planted(edge: Edge, random: np.random.Generator, trials: int) -> tuple[Search, int]:
    """Simple rules on a noise market, and one trial that knows the next sign often enough.

    It is always in the market, long or short, and right with a fixed chance q on each day, so that
    its mean over its deviation is the wanted Sharpe ratio: (2q - 1) E|r| = S sd / sqrt(365). Costs
    are inside that figure.
    """
    returns = garch_t(random, days_of(edge.years))
    noise = search_of(positions(MIXED, returns, random, trials - 1), returns)
    own = int(random.integers(trials))
    return with_trial(noise, own, _foresight(returns, edge.sharpe, random), returns), own


def _foresight(returns: FloatArray, sharpe: float, random: np.random.Generator) -> FloatArray:
    ahead = sharpe / math.sqrt(YEAR) * float(returns.std()) / float(np.abs(returns).mean())
    right = random.random(len(returns)) < (1.0 + ahead) / 2.0
    return np.where(right, 1.0, -1.0) * np.where(returns < 0.0, -1.0, 1.0)


def with_trial(search: Search, own: int, held: FloatArray, returns: FloatArray) -> Search:
    """The search with one more trial, free of costs, in column `own`."""
    train, holdout = zones(len(returns))
    net = held * returns
    excess = net - held[train].mean() * returns
    series = (net[train], excess[train], net[holdout], excess[holdout])
    parts = (np.insert(part, own, one, axis=1) for part, one in zip(search, series, strict=True))
    return Search(*parts)


def summary(rows: Sequence[tuple[Name, Row]]) -> list[dict[str, Any]]:
    """Each edge with its power and what else came of it."""
    made = []
    for edge in EDGES:
        own = [row for name, row in rows if name.cell == edge.cell]
        if own:
            told = {"sharpe": edge.sharpe, "years": edge.years, "trials": TRIALS, "runs": len(own)}
            shares = {
                key: round(sum(row[key] for row in own) / len(own), 4)
                for key in ("alone", "paper", "paper_alone", "won")
            }
            power = rate([row["found"] for row in own], "power")
            made.append({**told, **power, **shares, "floor": edge.floor})
    return made

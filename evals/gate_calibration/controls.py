"""Wrong gates on the same kind of searches: what each rule of the gate is there for.

`best_p_lent` gives a candidate the train key of the best trial beside it. `raw_only` forgets the
benchmark in a market that rises. Both must let far more noise through than the gate does, or the
measurement is blind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from engine.gate.statistics import KEY_LIMIT, cap_of_look, p_gate
from evals.gate_calibration.intervals import rate
from evals.gate_calibration.nulls import drifting
from evals.gate_calibration.power import Edge, planted
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.rules import MIXED, positions
from evals.gate_calibration.search import days_of, search_of, winner
from evals.gate_calibration.tasks import Task
from evals.gate_calibration.verdicts import POOLS, Judge, holdout_keys

PART: Final = "controls"
TRIALS: Final = 100
YEARS: Final = 5.0
CELLS: Final = ("best_p_lent", "raw_only")
_EDGE: Final = Edge(3.0, YEARS)
_DRIFT: Final = 1.2


def tasks(runs: int, judge: Judge) -> list[Task]:
    """All runs of both wrong gates."""
    order = sorted(range(runs), key=lambda index: (index % POOLS, index))
    return [_task(cell, index, judge) for cell in CELLS for index in order]


def _task(cell: str, index: int, judge: Judge) -> Task:
    make = best_p_lent if cell == CELLS[0] else raw_only
    return Task(Name(PART, cell, index), lambda random: make(random, judge, index))


def best_p_lent(random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """Noise beside a real edge, handed in with the p of the edge; and with its own."""
    search, edge = planted(_EDGE, random, TRIALS)
    noise = (edge + 1) % TRIALS
    if max(holdout_keys(search, noise)) > cap_of_look(1):
        return {"wrong": False, "right": False}
    own = judge.whole(search, noise, pool=pool)
    best = judge.whole(search, edge, pool=pool)
    wrong = p_gate(best.p_train, own.p_holdout, own.cap) <= KEY_LIMIT
    return {"wrong": wrong, "right": own.testnet}


def raw_only(random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """Rules without skill in a market that rises, judged by their net returns alone."""
    returns = drifting(_DRIFT, random, days_of(YEARS))
    search = search_of(positions(MIXED, returns, random, TRIALS), returns)
    own = winner(search)
    if holdout_keys(search, own)[0] > cap_of_look(1):
        return {"wrong": False, "right": False}
    made = judge.whole(search, own, pool=pool)
    wrong = p_gate(made.train_raw.p, made.holdout_raw.p, made.cap) <= KEY_LIMIT
    return {"wrong": wrong, "right": made.testnet}


def summary(rows: Sequence[tuple[Name, Row]]) -> list[dict[str, Any]]:
    """Each wrong gate with its false passes, and those of the gate on the same searches."""
    made = []
    for cell in CELLS:
        own = [row for name, row in rows if name.cell == cell]
        if own:
            right = round(sum(row["right"] for row in own) / len(own), 4)
            wrong = rate([row["wrong"] for row in own], "false_pass")
            made.append({"cell": cell, "runs": len(own), **wrong, "gate": right})
    return made

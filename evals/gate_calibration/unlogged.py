"""Trials that nobody logged: the best of many, of which the ledger knows one in a hundred.

The train key is fooled then. What is left is the cap on the holdout key: 10 % at the first look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from evals.gate_calibration.intervals import rate
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.rules import MIXED, positions
from evals.gate_calibration.search import days_of, search_of, winner
from evals.gate_calibration.tasks import Task
from evals.gate_calibration.verdicts import POOLS, Judge

PART: Final = "unlogged"
TRIED: Final = (100, 1_000)
LOGGED: Final = 100
"""One in so many is logged, the one that is handed in among them."""
YEARS: Final = 5.0


def tasks(runs: int, judge: Judge) -> list[Task]:
    """All runs of both sizes of search."""
    order = sorted(range(runs), key=lambda index: (index % POOLS, index))
    return [_task(tried, index, judge) for tried in TRIED for index in order]


def _task(tried: int, index: int, judge: Judge) -> Task:
    return Task(
        Name(PART, f"tried={tried}", index), lambda random: run(tried, random, judge, index)
    )


def run(tried: int, random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """One search with the ledger as it should be kept, and as it was kept."""
    returns = garch_t(random, days_of(YEARS))
    search = search_of(positions(MIXED, returns, random, tried), returns)
    own = winner(search)
    others = [column for column in range(tried) if column != own][: tried // LOGGED - 1]
    hidden = judge.quick(search.kept([own, *others]), 0, pool=pool, paper=False)
    whole = judge.quick(search, own, pool=pool, paper=False).testnet if hidden.testnet else False
    return {"logged": 1 + len(others), "hidden": hidden.testnet, "whole": whole}


def summary(rows: Sequence[tuple[Name, Row]]) -> list[dict[str, Any]]:
    """Each size of search with its false passes; `whole`: the same searches, everything logged."""
    made = []
    for tried in TRIED:
        own = [row for name, row in rows if name.cell == f"tried={tried}"]
        if own:
            told = {"tried": tried, "logged": own[0]["logged"], "runs": len(own)}
            false = rate([row["hidden"] for row in own], "false_pass")
            made.append({**told, **false, "whole": sum(row["whole"] for row in own) / len(own)})
    return made

"""Noise: how often a search on a market without anything to find reaches a tier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from evals.gate_calibration.intervals import rate
from evals.gate_calibration.nulls import REAL, Null
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.rules import FAMILIES, MIXED, positions
from evals.gate_calibration.search import LEAST_COST, days_of, search_of, winner
from evals.gate_calibration.tasks import Task, random_of
from evals.gate_calibration.verdicts import POOLS, Judge

_T = TypeVar("_T")

PART: Final = "noise"
NULL_MIX: Final = {
    "garch_t": 0.40, "heavy_t4": 0.20, REAL: 0.20,
    "drift_up_0.8": 0.08, "drift_up_1.2": 0.04, "drift_down_0.8": 0.08,
}  # fmt: skip
"""Share of each null in the mix."""
TRIAL_MIX: Final = {1: 0.2, 10: 0.3, 100: 0.4, 1000: 0.1}
_FIVE_PERCENT: Final = 0.05
_MIX: Final = "mix"
YEAR_MIX: Final = {2.0: 0.25, 3.0: 0.25, 5.0: 0.25, 8.0: 0.25}


class Fixed(NamedTuple):
    """What a person fixed instead of leaving it to the mix."""

    null: str | None = None
    trials: int | None = None
    years: float | None = None
    cost: float | None = None

    @property
    def cell(self) -> str:
        """Name of the cell; `mix` where nothing is fixed."""
        told = [f"{name}={value}" for name, value in self._asdict().items() if value is not None]
        return ",".join(told) or _MIX


class Setting(NamedTuple):
    """One run's market, search and length.

    Attributes:
        family: of the rules; half of the runs mix all families, the others are sweeps of one.
        two_sided: whether every rule goes long and short.
        pick: what the search hands in: the best Sharpe ratio, or the best of both train keys.
        cost: basis points of what is traded.
    """

    null: str
    trials: int
    years: float
    family: str
    two_sided: bool
    pick: str
    cost: float


def setting_of(name: Name, seed: int, fixed: Fixed) -> Setting:
    """What the mix, or the person, chose for a run: fixed by its number alone.

    Whatever a person fixes, run number n draws the same, so that two studies can be compared.
    """
    random = random_of(Name("setting", _MIX, name.number), seed)
    null, trials, years = (
        _drawn(NULL_MIX, random), _drawn(TRIAL_MIX, random), _drawn(YEAR_MIX, random),
    )  # fmt: skip
    family = _drawn({MIXED: 0.5, **dict.fromkeys(FAMILIES, 0.1)}, random)
    return Setting(
        fixed.null or null, fixed.trials or trials, fixed.years or years, family,
        two_sided=_drawn({True: 0.5, False: 0.5}, random),
        pick=_drawn({"sharpe": 0.5, "keys": 0.5}, random),
        cost=LEAST_COST if fixed.cost is None else fixed.cost,
    )  # fmt: skip


def _drawn(mix: Mapping[_T, float], random: np.random.Generator) -> _T:
    return list(mix)[int(random.choice(len(mix), p=list(mix.values())))]


def tasks(
    runs: int, fixed: Fixed, seed: int, nulls: Mapping[str, Null], judge: Judge
) -> tuple[list[Task], int]:
    """The runs whose null is there, and how many have none; equal lengths stand together."""
    names = [Name(PART, fixed.cell, index) for index in range(runs)]
    chosen = [(name, setting_of(name, seed, fixed)) for name in names]
    there = [(name, one) for name, one in chosen if one.null in nulls]
    there.sort(key=lambda pair: (pair[1].years, pair[0].number % POOLS, pair[0].number))
    return [*_tasks(there, nulls, judge)], runs - len(there)


def _tasks(
    chosen: list[tuple[Name, Setting]], nulls: Mapping[str, Null], judge: Judge
) -> Iterator[Task]:
    for name, setting in chosen:

        def make(
            random: np.random.Generator, setting: Setting = setting, pool: int = name.number
        ) -> Row:
            """The run."""
            return run(setting, nulls[setting.null], random, judge, pool)

        yield Task(name, make, name._replace(cell=_MIX))


def run(setting: Setting, null: Null, random: np.random.Generator, judge: Judge, pool: int) -> Row:
    """One search on one noise market, and what the gate says to its best trial."""
    returns = null(random, days_of(setting.years))
    held = positions(setting.family, returns, random, setting.trials, two_sided=setting.two_sided)
    search = search_of(held, returns, setting.cost)
    verdict = judge.quick(search, winner(search, setting.pick), pool=pool)
    return {**setting._asdict(), **verdict._asdict()}


def summary(rows: Sequence[tuple[Name, Row]]) -> dict[str, Any]:
    """The headline, and false passes by null, trials, years and family.

    `judged` are the runs that took place; `holdout_5_percent` is what a gate of p_O <= 5 % without
    train key and benchmark lets through on the same searches.
    """
    own = [row for _, row in rows]
    groups = {f"by_{key}": _by(key, own) for key in ("null", "trials", "years", "family")}
    wrong = sum(row["p_raw"] <= _FIVE_PERCENT for row in own)
    return {
        "judged": len(own),
        **rate([row["testnet"] for row in own], "false_pass"),
        **rate([row["paper"] for row in own], "paper"),
        "holdout_5_percent": round(wrong / len(own), 4) if own else None,
        **groups,
    }


def _by(key: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    made = []
    for value in sorted({row[key] for row in rows}):
        own = [row for row in rows if row[key] == value]
        paper = round(sum(row["paper"] for row in own) / len(own), 4)
        false = rate([row["testnet"] for row in own], "false_pass")
        made.append({key: value, "runs": len(own), **false, "paper": paper})
    return made

"""Selecting: which trial of a sweep goes on, and how surprising it is after all trials ever made.

The winner has the highest train Sharpe; the first of equals. Its p_IS is the gate's train key:
the worse of raw and excess returns, corrected for everything that the ledger holds on this market.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from engine.errors import InputError
from engine.gate.statistics import mean_block, train_keys
from engine.gate.trials import own_returns, trial_matrix
from engine.ledger import TrialOutcome
from engine.packing import unpack_days
from engine.quantities import Ratio
from engine.records import Record
from engine.research.lab import Lab
from engine.research.search import objectives
from engine.research.tasks import Values
from engine.research.trials import Tried


class Standing(Record):
    """How a trial stands: its row, N trials on its markets, its p_IS (None: it never ran)."""

    row: int | None
    trials: int
    p_is: Ratio | None

    @property
    def line(self) -> str:
        """The last line of every output of research."""
        shown = "none" if self.p_is is None else f"{self.p_is:.4f}"
        return f"trials on this market: {self.trials}, p_IS of the best: {shown}"


def figure(outcome: TrialOutcome, name: str) -> float | None:
    """One key figure of an outcome, None where it is undefined."""
    return dict(outcome.figures).get(name)


def winner(found: Iterable[Tried]) -> Tried | None:
    """The trial with the highest Sharpe, the first of equals; None when none has one."""
    best: Tried | None = None
    height = -np.inf
    for one in found:
        sharpe = figure(one.outcome, "sharpe")
        if sharpe is not None and sharpe > height:
            best, height = one, sharpe
    return best


def chosen_of(name: str, found: Iterable[Tried]) -> Tried:
    """The winner of a sweep of the spec of this name.

    Raises:
        InputError: NOTHING_TO_SELECT when no point has a Sharpe ratio.
    """
    best = winner(found)
    if best is None:
        raise InputError(
            "NOTHING_TO_SELECT", "no point of the sweep has a Sharpe ratio", value=name,
            hint="every run failed or never traded; see `peak strategy check SPEC`",
        )  # fmt: skip
    return best


def front(found: Sequence[Tried]) -> tuple[Tried, ...]:
    """Trials that no other beats in Sharpe, drawdown and turnover at once, each row once."""
    unique = {one.row: one for one in found}
    aims = {row: _aims(one) for row, one in unique.items()}
    known = {row: aim for row, aim in aims.items() if aim is not None}
    return tuple(
        unique[row]
        for row, aim in known.items()
        if not any(_beats(other, aim) for other in known.values())
    )


def _aims(one: Tried) -> tuple[float, ...] | None:
    """Objectives with every one wanted low."""
    found = objectives(one.outcome)
    return None if found is None else (-found[0], *found[1:])


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def standing(lab: Lab, best: Tried | None) -> Standing:
    """Trials on the lab's markets, and p_IS of the best of this job.

    Raises:
        IntegrityError: LEDGER_BROKEN when a row cannot be read.
    """
    families = lab.market.families
    count = lab.ledger.count(*families)
    if best is None or not best.outcome.days:
        return Standing(row=None, trials=count, p_is=None)
    rows = lab.ledger.rows(*families)
    days = unpack_days(best.outcome.days)
    matrix = trial_matrix(rows, best.row, days)
    block = mean_block(np.array(own_returns(rows, best.row, days), dtype=np.float64))
    keys = train_keys(
        [matrix.raw, matrix.excess],
        matrix.own,
        family=" ".join(families),
        window=lab.market.window,
        block=block,
        samples=lab.samples,
    )
    return Standing(row=best.row, trials=count, p_is=max(key.p for key in keys))


def shown(values: Values) -> str:
    """A point as text: `fast=10, slow=60`; "as written" without parameters."""
    return ", ".join(f"{name}={value:g}" for name, value in values) or "as written"

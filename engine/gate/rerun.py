"""The runs behind a report, made again for its pictures: the same trial and the same look.

They answer nothing that the ledger and the look book do not already hold, so they write no row.
Call them only for a candidate that has just been judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.data.partitions import HoldoutBars, TrainBars
from engine.gate.candidate import Candidate
from engine.language.compiler import compile_spec


@dataclass(frozen=True, slots=True, eq=False)
class Rerun:
    """A run and the bars it was made on."""

    result: BacktestResult
    bars: Bars


def train_rerun(candidate: Candidate, train: TrainBars) -> Rerun:
    """The train run of a judged candidate."""
    decided = compile_spec(candidate.spec).decide(train.bars)
    return Rerun(simulate(train.bars, decided, candidate.costs), train.bars)


def holdout_rerun(candidate: Candidate, holdout: HoldoutBars) -> Rerun:
    """The holdout run of a candidate whose look has passed: flat at the start, warmed up."""
    decided = compile_spec(candidate.spec).decide(holdout.bars).since(holdout.first)
    bars = holdout.bars.slice(holdout.first, len(holdout.bars))
    return Rerun(simulate(bars, decided, candidate.costs), bars)

"""The runs behind a report, made again for its pictures: the same trial and the same look.

They answer nothing that the ledger and the look book do not already hold, so they write no row.
Call them only for a candidate that has just been judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.backtest.result import BacktestResult
from engine.data.panel import Panel
from engine.gate.bench import Field
from engine.gate.candidate import Candidate
from engine.gate.subject import Subject


@dataclass(frozen=True, slots=True, eq=False)
class Rerun:
    """A run and the bars it was made on."""

    result: BacktestResult
    panel: Panel


def train_rerun(candidate: Candidate, panel: Panel) -> Rerun:
    """The train run of a judged candidate."""
    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    return Rerun(subject.run(panel), panel)


def holdout_rerun(candidate: Candidate, field: Field) -> Rerun:
    """The holdout run of a candidate that has looked: flat at the start, warmed up."""
    subject = Subject.of(candidate.spec, candidate.costs, candidate.members)
    return Rerun(subject.run(field.panel, first=field.first), field.shown)

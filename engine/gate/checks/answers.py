"""What a check answers, and how an answer becomes a finding.

Comparisons are written so that a missing number fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.gate.candidate import Candidate
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence
from engine.gate.findings import Effect, GateCode, GateFinding, Stage
from engine.gate.messages import sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that a check may look at."""

    candidate: Candidate
    evidence: Evidence
    criteria: GateCriteria


class Answer(NamedTuple):
    """One criterion's answer.

    `effect` is set where it is another one than the table's; `more` is put behind the sentence.
    """

    passed: bool
    value: float | None = None
    threshold: float | None = None
    effect: Effect | None = None
    more: str = ""


class Row(NamedTuple):
    """One criterion: its code, stage, what it does when it does not pass, and who answers."""

    code: GateCode
    stage: Stage
    effect: Effect
    ask: Callable[[Asked], Answer | None]


def at_most(value: float, limit: float) -> Answer:
    """Passed when the value does not exceed the limit."""
    return Answer(value <= limit, value, limit)


def at_least(value: float, limit: float) -> Answer:
    """Passed when the value reaches the limit."""
    return Answer(value >= limit, value, limit)


def above_zero(value: float) -> Answer:
    """Passed when the value is positive."""
    return Answer(value > 0, value, 0.0)


def none_of(found: Sequence[object]) -> Answer:
    """Passed when nothing was found; the first text that was found explains a failure."""
    first = str(found[0]) if found else ""
    return Answer(not found, float(len(found)), 0.0, more=first)


def findings(rows: Sequence[Row], asked: Asked) -> Iterator[GateFinding]:
    """The findings of a table in order; what could not be asked is left out."""
    trial = asked.evidence.train.trial
    trials = trial.count if trial else 0
    for row in rows:
        answer = row.ask(asked)
        if answer is not None:
            yield _finding(row, answer, trials)


def _finding(row: Row, answer: Answer, trials: int) -> GateFinding:
    text = sentence(
        row.code,
        passed=answer.passed,
        value=answer.value,
        threshold=answer.threshold,
        trials=trials,
    )
    return GateFinding(
        code=row.code,
        stage=row.stage,
        effect=answer.effect or row.effect,
        value=answer.value,
        threshold=answer.threshold,
        passed=answer.passed,
        message=f"{text} {answer.more}".strip()[:500],
    )

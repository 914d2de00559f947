"""Full runs inside a study: made here, counted like any other trial, in batches.

A worker sends home what the ledger keeps; studies that look into the trades need the whole run.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.backtest.metrics import measure
from engine.backtest.result import BacktestResult
from engine.backtest.runner import failure_of, outcome_of
from engine.backtest.starting import start_of
from engine.errors import PeakError
from engine.gate.subject import Subject
from engine.ledger import Lineage, TrialOutcome, TrialSource, TrialStart
from engine.records import canonical
from engine.research.lab import Lab
from engine.research.trials import Tried
from engine.research.watching import RunMany


def counted_runs(lab: Lab, source: TrialSource) -> RunMany:
    """Runs subjects on the lab's market: rows opened before, completed after, batch by batch."""

    def run(subjects: Sequence[Subject]) -> Sequence[BacktestResult | None]:
        """Results in order, None for a run that failed."""
        return [result for _, result in run_all(lab, subjects, source)]

    return run


def run_one(lab: Lab, subject: Subject, source: TrialSource) -> tuple[Tried, BacktestResult]:
    """One full run and its trial.

    Raises:
        PeakError: whatever the run raises; its row is completed before.
    """
    ((tried, result),) = run_all(lab, [subject], source)
    if result is None:
        result = subject.run(lab.market.panel)  # the same refusal again, for whoever asked
    return tried, result


def run_all(
    lab: Lab, subjects: Sequence[Subject], source: TrialSource
) -> list[tuple[Tried, BacktestResult | None]]:
    """Each subject's trial and run; a run that is refused is a failed trial.

    Raises:
        UnavailableError: RESEARCH_STOPPED, after the rows of the batch are completed.
    """
    starts = [_start(lab, subject, source) for subject in subjects]
    texts = {canonical(spec).decode() for subject in subjects for spec in _specs(subject)}
    numbers = lab.ledger.open_trials(starts, sorted(texts))
    left = TrialOutcome(status="cancelled", code_digest=lab.code, message="stopped before it ran")
    made: list[tuple[TrialOutcome, BacktestResult | None]] = []
    try:
        for subject in subjects:
            lab.go_on()
            made.append(_run(lab, subject))
    finally:
        outcomes = [outcome for outcome, _ in made]
        outcomes += [left] * (len(subjects) - len(outcomes))
        lab.ledger.complete_trials(list(zip(numbers, outcomes, strict=True)))
    return [
        (Tried(number, _values(subject), outcome), result)
        for number, subject, (outcome, result) in zip(numbers, subjects, made, strict=True)
    ]


def _run(lab: Lab, subject: Subject) -> tuple[TrialOutcome, BacktestResult | None]:
    market = lab.market.panel
    try:
        result = subject.run(market)
        return outcome_of(result, market, measure(result, market), lab.code), result
    except PeakError as error:
        return failure_of(error, lab.code), None


def _start(lab: Lab, subject: Subject, source: TrialSource) -> TrialStart:
    lineage = Lineage(
        lineage_id=f"shape-{subject.compiled.shape_digest[:16]}", person=lab.person, source=source
    )
    return start_of(
        subject.compiled, lab.market.datasets, subject.costs, lab.code, lineage,
        members=subject.members,
    )  # fmt: skip


def _specs(subject: Subject) -> list[object]:
    return [subject.spec, *(member.spec for member in subject.members.values())]


def _values(subject: Subject) -> tuple[tuple[str, float], ...]:
    return tuple((param.name, param.default) for param in subject.spec.params)

"""The chain: sweep, report, select, walk-forward, Monte Carlo, stress; each step a record.

Nothing but the ledger remembers how far a pipeline came: run again it asks the same trials in the
same order, takes what is known and goes on. A pipeline that was killed and taken up ends with the
same bytes as one that was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.backtest.result import BacktestResult
from engine.gate.subject import Subject
from engine.language.spec import StrategySpec
from engine.language.sweeps import at_point
from engine.quantities import Ratio
from engine.records import Digest, Record, digest
from engine.reports.studies import Studies
from engine.research.by_regime import RegimeStudy, by_regime
from engine.research.counted import counted_runs, run_one
from engine.research.lab import Lab
from engine.research.monte_carlo import MonteCarloStudy, monte_carlo
from engine.research.parameter_map import map_of
from engine.research.scenarios import DEFAULT_SCENARIOS, Scenario
from engine.research.select import Standing, chosen_of, front, standing
from engine.research.space import Space
from engine.research.stress import StressStudy, stress
from engine.research.study import Study
from engine.research.sweep import sweep
from engine.research.tasks import Values
from engine.research.trials import Tried
from engine.research.walk_forward import WalkForwardStudy, walk_forward
from engine.research.watching import Watch
from engine.research.windows import WalkPlan


class PipelinePlan(Record):
    """What a pipeline does.

    Attributes:
        study: the sweep, and the inner search of the walk-forward test.
        walk: how the walk-forward test is cut.
        paths: resampled paths of the Monte Carlo step.
        starts: starts of each stress scenario.
        scenarios: what the winner is put through.
    """

    study: Study
    walk: WalkPlan = WalkPlan()
    paths: Annotated[int, Field(ge=100, le=20_000)] = 2_000
    starts: Annotated[int, Field(ge=2, le=1_000)] = 100
    scenarios: Annotated[tuple[Scenario, ...], Field(max_length=30)] = DEFAULT_SCENARIOS


class SweepRow(Record):
    """One row of a sweep's table: ledger row, parameters, how it ended and why, key figures."""

    row: int
    values: Values
    status: str
    figures: tuple[tuple[str, Ratio | None], ...]
    message: str = ""


class Step(Record):
    """A finished step and the digest of what it found."""

    name: str
    digest: Digest


class PipelineResult(Record):
    """What a pipeline found.

    Attributes:
        study: digest of its study.
        spec: the winner as a spec with nothing left to sweep.
        chosen: the winner's parameters.
        standing: its row, N and p_IS after every trial of the pipeline.
        sweep, front: all points in order; the rows that no other beats in all objectives.
        walk_forward, monte_carlo, stress, regimes: what the steps found.
        studies: the same for a report.
        steps: the steps in order.
    """

    study: Digest
    spec: StrategySpec
    chosen: Values
    standing: Standing
    sweep: tuple[SweepRow, ...]
    front: tuple[int, ...]
    walk_forward: WalkForwardStudy
    monte_carlo: MonteCarloStudy
    stress: StressStudy
    regimes: RegimeStudy
    studies: Studies
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A finished pipeline: its record, and the winner as it was run, for a report."""

    result: PipelineResult
    best: Tried
    subject: Subject
    base: BacktestResult


def run_pipeline(plan: PipelinePlan, lab: Lab) -> Pipeline:
    """Run the chain.

    Raises:
        SpecError, InputError: what the steps raise; NOTHING_TO_SELECT when no point traded.
        UnavailableError: RESEARCH_STOPPED. IntegrityError: WORKER_DISAGREES, LEDGER_BROKEN.
    """
    found = list(sweep(plan.study, lab))
    best = chosen_of(plan.study.spec.name, found)
    subject, tried, base = rerun(plan.study, lab, best)
    regimes = by_regime(base, lab.market.panel)
    walked = walk_forward(plan.study, lab, plan.walk)
    paths = monte_carlo(base, paths=plan.paths, watch=watch_of(lab, "monte-carlo"))
    lab.go_on()
    stressed = stress(
        subject, lab.market.panel, base, plan.scenarios, run_many=counted_runs(lab, "sensitivity"),
        starts=plan.starts, watch=watch_of(lab, "stress"),
    )  # fmt: skip
    lab.go_on()
    result = PipelineResult(
        study=plan.study.digest,
        spec=subject.spec,
        chosen=best.values,
        standing=standing(lab, tried),
        sweep=rows_of(found),
        front=tuple(one.row for one in front(found)),
        walk_forward=walked,
        monte_carlo=paths,
        stress=stressed,
        regimes=regimes,
        studies=Studies(
            parameters=map_of(Space.of(plan.study.spec), found, best),
            walk_forward=walked.windows,
            monte_carlo=paths.returns,
            stress=stressed.lines,
            regimes=regimes.lines,
            regime_spans=regimes.spans,
        ),
        steps=_steps(
            sweep=list(rows_of(found)), report=regimes, select=tried.outcome, walk_forward=walked,
            monte_carlo=paths, stress=stressed,
        ),
    )  # fmt: skip
    return Pipeline(result, tried, subject, base)


def _steps(**parts: object) -> tuple[Step, ...]:
    return tuple(
        Step(name=name, digest=digest("peak/research-step/v1", part))
        for name, part in parts.items()
    )


def rerun(study: Study, lab: Lab, best: Tried) -> tuple[Subject, Tried, BacktestResult]:
    """The winner's full run: the same trial again, so no new row."""
    spec = at_point(study.spec, dict(best.values))
    subject = Subject.of(spec, study.costs, study.members)
    tried, result = run_one(lab, subject, "sweep")
    return subject, tried, result


def rows_of(found: list[Tried]) -> tuple[SweepRow, ...]:
    """The table of a sweep."""
    return tuple(
        SweepRow(
            row=one.row,
            values=one.values,
            status=one.outcome.status,
            figures=one.outcome.figures,
            message=one.outcome.message,
        )
        for one in found
    )


def watch_of(lab: Lab, stage: str) -> Watch:
    """A study's watch that tells the lab's progress under this name."""
    return Watch(
        progress=lambda done, total: lab.progress(stage, done, total),
        cancelled=lab.stop.is_set,
    )

"""Stress: one subject through scenarios, each from a hundred starts, and what it lost there.

A run on altered bars asks how these rules bear a market that never was: it is no trial. Kind
`cost` leaves the bars as they are, so its one run is a trial and goes through `run_many`.

The loss of a start is how far the equity falls, close by close, below the last close before the
scenario, until 20 bars after its end; as a fraction, never negative. What the same stretch lost
without the scenario is told apart: `extra` is the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.backtest.result import BacktestResult
from engine.data.panel import Panel
from engine.facts.table import Fact, Unit
from engine.gate.subject import Subject
from engine.quantities import Ratio
from engine.records import Digest, Record
from engine.reports.studies import StressLine
from engine.research.scenarios import DEFAULT_SCENARIOS, Scenario
from engine.research.starts import STARTS, exposures
from engine.research.stress_runs import (
    Loss,
    World,
    begins_of,
    inapplicable,
    losses_of,
    named_row,
)
from engine.research.watching import UNWATCHED, RunMany, Watch

Count = Annotated[int, Field(ge=0)]


class StressResult(Record):
    """One scenario over all its starts; losses are fractions of the equity before it.

    Attributes:
        scenario: what happened.
        starts: from how many rows; 0 when it does not apply.
        middle_loss, worst_loss: median and largest loss.
        middle_extra, worst_extra: the same beyond what the stretch lost without it.
        exposed_loss: median loss of the starts at which anything was held.
        named_loss: loss of the day that the scenario names.
        ruined: starts after which nothing was left.
        skipped: why it does not apply: ONE_SYMBOL, NOT_PERPETUAL, TOO_SHORT, RUN_FAILED; or "".
    """

    scenario: Scenario
    starts: Count
    middle_loss: Ratio = 0.0
    worst_loss: Ratio = 0.0
    middle_extra: Ratio = 0.0
    worst_extra: Ratio = 0.0
    exposed_loss: Ratio = 0.0
    named_loss: Ratio | None = None
    ruined: Count = 0
    skipped: str = ""


class StressStudy(Record):
    """All scenarios that were run; `complete` is False when somebody stopped it."""

    results: tuple[StressResult, ...]
    complete: bool

    @property
    def lines(self) -> tuple[StressLine, ...]:
        """What a report shows: scenarios that apply."""
        return tuple(
            StressLine(
                kind=found.scenario.kind,
                size=found.scenario.size,
                middle_loss=found.middle_loss,
                worst_loss=found.worst_loss,
                rationale=found.scenario.rationale,
            )
            for found in self.results
            if not found.skipped
        )


def stress(  # noqa: PLR0913 - a subject, its market, what happens, and who runs and watches
    subject: Subject,
    panel: Panel,
    base: BacktestResult,
    scenarios: Sequence[Scenario] = DEFAULT_SCENARIOS,
    *,
    run_many: RunMany,
    starts: int = STARTS,
    watch: Watch = UNWATCHED,
) -> StressStudy:
    """Run every scenario from every start.

    Args:
        subject: rules and costs.
        panel: train bars.
        base: the subject's own run on the whole panel, counted by the caller.
        scenarios: what happens.
        run_many: runs on the panel itself, counted; asked for kind `cost` only.
        starts: how many starts a scenario has, the day it names not counted.
        watch: progress in runs, and who may stop it: a scenario is finished or left out.

    Raises:
        InputError: SCENARIO_SYMBOL, SCENARIO_START, BARS_MISMATCH before anything is run.
    """
    world = World(subject, panel, base, exposures(base, panel), run_many, starts)
    rows = [begins_of(world, scenario) for scenario in scenarios]
    total, done = sum(len(each) for each in rows), 0
    results: list[StressResult] = []
    for scenario, begins in zip(scenarios, rows, strict=True):
        losses = losses_of(world, scenario, begins, watch.part(done, total))
        if isinstance(losses, list) and len(losses) < len(begins):
            return StressStudy(results=tuple(results), complete=False)
        results.append(_result(world, scenario, losses))
        done += len(begins)
        watch.progress(done, total)
    return StressStudy(results=tuple(results), complete=True)


def _result(world: World, scenario: Scenario, losses: list[Loss] | None) -> StressResult:
    if not losses:
        why = "RUN_FAILED" if losses is None else inapplicable(world, scenario) or "TOO_SHORT"
        return StressResult(scenario=scenario, starts=0, skipped=why)
    lost = np.array([each.loss for each in losses])
    extra = np.array([each.extra for each in losses])
    exposed = [each.loss for each in losses if each.held]
    named = named_row(world, scenario)
    return StressResult(
        scenario=scenario,
        starts=len(losses),
        middle_loss=float(np.median(lost)),
        worst_loss=float(lost.max()),
        middle_extra=float(np.median(extra)),
        worst_extra=float(extra.max()),
        exposed_loss=float(np.median(exposed)) if exposed else 0.0,
        named_loss=next((each.loss for each in losses if each.row == named), None),
        ruined=sum(each.ruined for each in losses),
    )


_FACTS: Final[tuple[tuple[str, Unit], ...]] = (
    ("middle_loss", "percent"), ("worst_loss", "percent"), ("middle_extra", "percent"),
    ("worst_extra", "percent"), ("exposed_loss", "percent"), ("starts", "count"),
    ("ruined", "count"),
)  # fmt: skip


def stress_facts(study: StressStudy, source: Digest) -> tuple[Fact, ...]:
    """`stress.<place>.<figure>` of every scenario that applies, places as in a report's table."""
    shown = [found for found in study.results if not found.skipped]
    facts = []
    for place, found in enumerate(shown):
        size = Fact(
            key=f"stress.{place}.size", value=found.scenario.size, unit="percent", source=source
        )
        figures = found.model_dump()
        facts.append(size)
        facts += [
            Fact(
                key=f"stress.{place}.{name}", value=float(figures[name]), unit=unit, source=source
            )
            for name, unit in _FACTS
        ]  # fmt: skip
    return tuple(facts)

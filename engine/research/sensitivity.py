"""Sensitivity: neighbouring parameters, other costs, later and missed fills.

Every run with other parameters, other costs or a delay is a trial and goes through `run_many`.
Missed fills are runs of the same rules on bars in which nothing was traded here and there: no
trials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field

from engine.backtest.metrics import Metrics, measure
from engine.backtest.result import BacktestResult
from engine.data.bars import Bars, bars_from
from engine.data.panel import Panel, panel_of
from engine.errors import InputError
from engine.gate.subject import Subject
from engine.language.spec import Parameter
from engine.quantities import Ratio
from engine.records import Record
from engine.reports.studies import CostPoint, ParameterMap
from engine.research.variants import delayed, values_around, with_costs, with_values
from engine.research.watching import UNWATCHED, RunMany, Watch, run_batches
from engine.seeds import stream

COST_FACTORS: Final = (0.0, 1.0, 2.0, 4.0)
MISSED_SHARE: Final = 0.05
MISSED_RUNS: Final = 20

Count = Annotated[int, Field(ge=0)]


class ParameterLine(Record):
    """One parameter over its values, all others at their defaults; None where it did not run."""

    name: str
    values: tuple[Ratio, ...]
    sharpe: tuple[Ratio | None, ...]
    total_return: tuple[Ratio | None, ...]


class ExecutionLine(Record):
    """The same rules filled worse: medians over the runs, and the worst Sharpe ratio.

    `skipped` is the checker's code where a decision cannot be delayed.
    """

    kind: Literal["delay", "missed_fills"]
    runs: Count
    sharpe: Ratio | None = None
    worst_sharpe: Ratio | None = None
    total_return: Ratio | None = None
    skipped: str = ""


class SensitivityStudy(Record):
    """What the neighbourhood of a subject looks like; `trials` were asked of `run_many`."""

    base_sharpe: Ratio | None
    parameters: tuple[ParameterLine, ...]
    maps: tuple[ParameterMap, ...]
    costs: tuple[CostPoint, ...]
    execution: tuple[ExecutionLine, ...]
    trials: Count
    complete: bool

    @property
    def map(self) -> ParameterMap | None:
        """What a report shows: the most sensitive pair, else the first parameter alone."""
        if self.maps:
            return self.maps[0]
        if not self.parameters:
            return None
        line = self.parameters[0]
        return ParameterMap(across=line.name, across_values=line.values, sharpe=(line.sharpe,))


Values = tuple[tuple[str, float], ...]


@dataclass(slots=True, eq=False)
class _Asking:
    """Trials of one study: what was asked and what came out, by parameters."""

    subject: Subject
    panel: Panel
    run_many: RunMany
    watch: Watch
    total: int
    known: dict[Values, Metrics | None] = field(default_factory=dict)
    asked: int = 0
    stopped: bool = False

    def points(self, points: Iterable[Mapping[str, float]]) -> None:
        """Run the points that are not known yet."""
        new = {_key(point): point for point in points if _key(point) not in self.known}
        variants = {key: with_values(self.subject, point) for key, point in new.items()}
        runnable = {key: one for key, one in variants.items() if one is not None}
        answers = self.subjects(list(runnable.values()))
        self.known.update(dict.fromkeys(variants))
        self.known.update(zip(runnable, answers, strict=False))

    def subjects(self, subjects: list[Subject]) -> list[Metrics | None]:
        """Figures of the subjects, in order; fewer when stopped."""
        if self.stopped:
            return []
        answers = run_batches(subjects, self.run_many, self.watch.part(self.asked, self.total))
        self.asked += len(answers)
        self.stopped = len(answers) < len(subjects)
        return [None if each is None else measure(each, self.panel) for each in answers]


def _key(point: Mapping[str, float]) -> Values:
    return tuple(sorted(point.items()))


def sensitivity(  # noqa: PLR0913 - a subject, its market, and who runs and watches
    subject: Subject,
    panel: Panel,
    base: BacktestResult,
    *,
    run_many: RunMany,
    pairs: int = 1,
    watch: Watch = UNWATCHED,
) -> SensitivityStudy:
    """Three steps to both sides of each parameter, pairs as maps, costs, delay, missed fills.

    Args:
        subject: rules and costs.
        panel: train bars.
        base: the subject's own run on the whole panel, counted by the caller.
        run_many: runs on the panel itself, counted.
        pairs: how many pairs are mapped, those that move the Sharpe ratio most; each costs up to
            36 trials more.
        watch: progress in runs, and who may stop it; what was finished is kept.
    """
    params = subject.spec.params
    around = {param.name: values_around(param) for param in params}
    singles = sum(len(values) - 1 for values in around.values())
    maps = min(pairs, len(params) * (len(params) - 1) // 2)
    total = singles + 36 * maps + len(COST_FACTORS) + MISSED_RUNS
    asking = _Asking(subject, panel, run_many, watch, total)
    own = measure(base, panel)
    asking.known[_key({param.name: param.default for param in params})] = own
    asking.points(_point(params, {name: value}) for name in around for value in around[name])
    lines = tuple(_line(asking, params, name, around[name]) for name in around)
    chosen = [_map(asking, params, pair, around) for pair in _pairs(lines)[:maps]]
    costs = _costs(asking, own)
    execution = [line for line in (_delay(asking), _missed(asking, base)) if line is not None]
    watch.progress(total if not asking.stopped else asking.asked, total)
    return SensitivityStudy(
        base_sharpe=own.sharpe,
        parameters=lines,
        maps=tuple(chosen),
        costs=costs,
        execution=tuple(execution),
        trials=asking.asked,
        complete=not asking.stopped,
    )


def _point(params: tuple[Parameter, ...], changed: Mapping[str, float]) -> dict[str, float]:
    return {param.name: changed.get(param.name, param.default) for param in params}


def _line(
    asking: _Asking, params: tuple[Parameter, ...], name: str, values: tuple[float, ...]
) -> ParameterLine:
    found = [asking.known.get(_key(_point(params, {name: value}))) for value in values]
    return ParameterLine(
        name=name,
        values=values,
        sharpe=tuple(None if each is None else each.sharpe for each in found),
        total_return=tuple(None if each is None else each.total_return for each in found),
    )


def _pairs(lines: tuple[ParameterLine, ...]) -> list[tuple[str, str]]:
    """Pairs by how far their parameters alone move the Sharpe ratio, most first."""
    spread = {line.name: _spread(line.sharpe) for line in lines if len(line.values) > 1}
    return sorted(combinations(spread, 2), key=lambda pair: -sum(spread[name] for name in pair))


def _spread(values: tuple[float | None, ...]) -> float:
    known = [value for value in values if value is not None]
    return max(known) - min(known) if known else 0.0


def _map(
    asking: _Asking,
    params: tuple[Parameter, ...],
    pair: tuple[str, str],
    around: Mapping[str, tuple[float, ...]],
) -> ParameterMap:
    across, down = pair
    grid = [
        [_point(params, {across: x, down: y}) for x in around[across]] for y in around[down]
    ]  # fmt: skip
    asking.points(point for row in grid for point in row)
    found = [[asking.known.get(_key(point)) for point in row] for row in grid]
    return ParameterMap(
        across=across,
        across_values=around[across],
        down=down,
        down_values=around[down],
        sharpe=tuple(tuple(None if m is None else m.sharpe for m in row) for row in found),
    )


def _costs(asking: _Asking, own: Metrics) -> tuple[CostPoint, ...]:
    other = [factor for factor in COST_FACTORS if factor != 1.0]
    answers = asking.subjects([with_costs(asking.subject, factor) for factor in other])
    found: dict[float, Metrics | None] = {1.0: own, **dict(zip(other, answers, strict=False))}
    return tuple(
        CostPoint(
            factor=factor,
            total_return=metrics.total_return,
            sharpe=metrics.sharpe,
            max_drawdown=metrics.max_drawdown,
            trades=metrics.trades,
        )
        for factor, metrics in sorted(found.items())
        if metrics is not None
    )


def _delay(asking: _Asking) -> ExecutionLine | None:
    try:
        later = delayed(asking.subject)
    except InputError as error:
        return ExecutionLine(kind="delay", runs=0, skipped=error.code)
    answers = [each for each in asking.subjects([later]) if each is not None]
    return _filled("delay", answers) if answers else None


def _missed(asking: _Asking, base: BacktestResult) -> ExecutionLine | None:
    """Runs on bars of which a drawn 5 % traded nothing."""
    if asking.stopped:
        return None
    found = []
    watch = asking.watch.part(asking.total - MISSED_RUNS, asking.total)
    for number in watch.each(range(MISSED_RUNS)):
        dry = without_fills(asking.panel, MISSED_SHARE, base.digest, number)
        found.append(measure(asking.subject.run(dry), dry))
    asking.stopped = len(found) < MISSED_RUNS
    return _filled("missed_fills", found) if found else None


def without_fills(panel: Panel, share: float, name: str, number: int) -> Panel:
    """The panel with a drawn share of bars in which nothing is filled; origin `synthetic`.

    Their volume is 0, which rules that read volume see as well. Volume of currencies is not read
    by the account, so they become instruments whose volume is.
    """
    each = [
        _dry(bars, share, (name, number, place)) for place, bars in enumerate(panel.each)
    ]  # fmt: skip
    return panel_of(each)


def _dry(bars: Bars, share: float, names: tuple[str | int, ...]) -> Bars:
    dry = stream("research/missed-fills", *names).random(len(bars)) < share
    fx = bars.instrument.kind == "fx"
    wet = np.maximum(bars.volume, 1.0) if fx else bars.volume
    kind = {"kind": "spot"} if fx else {}
    columns = {**bars.columns, "volume": np.where(dry, 0.0, wet)}
    made = bars_from(bars.instrument, bars.timeframe, bars.time, columns, origin="synthetic")
    return replace(made, instrument=bars.instrument.model_copy(update=kind))


def _filled(kind: Literal["delay", "missed_fills"], found: list[Metrics]) -> ExecutionLine:
    ratios = [each.sharpe for each in found if each.sharpe is not None]
    return ExecutionLine(
        kind=kind,
        runs=len(found),
        sharpe=float(np.median(ratios)) if ratios else None,
        worst_sharpe=min(ratios) if ratios else None,
        total_return=float(np.median([each.total_return for each in found])),
    )

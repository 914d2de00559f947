"""A sweep: one spec at many points of its parameters, on one instrument.

An internal door like `simulate`: it writes no trial. Research hands every point to the ledger.
Rules of market orders without levels run in a lean way (flags straight from the conditions, no
objects); everything else runs point by point through the same loop. Both give the figures of
`metrics.measure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import fast
from engine.backtest import sweeping
from engine.backtest.build import fixed, grown, machine_of
from engine.backtest.compiled import helpers
from engine.backtest.costs import CostModel
from engine.backtest.layout import LEAVE_COLUMN, RULE_WIDTH, Machine
from engine.backtest.metrics import MIN_YEARS, measure
from engine.backtest.returns import daily_net
from engine.backtest.simulator import DEFAULT_EQUITY, simulate
from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.days import DAY_MS
from engine.data.panel import panel_of
from engine.errors import InputError
from engine.language.analysis import Analysis, analyse
from engine.language.compiler import CompiledSpec, compile_spec
from engine.language.parameters import open_trees
from engine.language.rule_plan import RulePlan, rule_plan
from engine.language.spec import StrategySpec
from engine.language.sweep_plan import SweepPlan, SweepValues
from engine.language.sweeps import at_point
from engine.language.view import View
from engine.market import Timeframe, bars_per_year

Point = Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class SweepPoint:
    """One point: its parameters, figures (None: undefined) and daily net returns (days,)."""

    params: Point
    figures: dict[str, float | None]
    daily: FloatArray


def sweep(
    spec: StrategySpec,
    points: Sequence[Point],
    bars: Bars,
    costs: CostModel,
    *,
    start_equity: float = DEFAULT_EQUITY,
) -> Iterator[SweepPoint]:
    """Run a spec at each point, in order, one at a time: stop reading to cancel.

    Args:
        spec: the spec; parameters that a point does not name keep their default.
        points: values by parameter name.
        bars: one instrument's bars.
        costs: of every run.
        start_equity: quote currency.

    Raises:
        SpecError: the first point at which the spec is refused.
        InputError: PARAM_UNKNOWN.
    """
    known = {param.name for param in spec.params}
    for point in points:
        for name in point:
            if name not in known:
                raise InputError(
                    "PARAM_UNKNOWN", "the spec has no such parameter", value=name,
                    hint=f"it has {', '.join(sorted(known)) or 'none'}",
                )  # fmt: skip
    lean = _lean(spec, bars, costs, start_equity, len(points))
    for point in points:
        yield _one(spec, point, bars, costs, start_equity) if lean is None else lean.run(point)


def _one(
    spec: StrategySpec, point: Point, bars: Bars, costs: CostModel, equity: float
) -> SweepPoint:
    """One point in full."""
    result = simulate(bars, compile_spec(at_point(spec, point)).decide(bars), costs,
                      start_equity=equity)  # fmt: skip
    figures = measure(result, bars).model_dump()
    return SweepPoint(
        point, {name: figures[name] for name in sweeping.FIGURES}, daily_net(result)[1]
    )


def _lean(
    spec: StrategySpec, bars: Bars, costs: CostModel, equity: float, points: int
) -> _Lean | None:
    """The lean way, None when the spec or the number of runs does not suit it."""
    if not fast.worth_compiling(len(bars) * points):
        return None
    compiled = compile_spec(spec)
    if not _is_plain(compiled):
        return None
    fast.warm()  # the indicators of every point too
    return _Lean(compiled, bars, costs, equity)


def _is_plain(compiled: CompiledSpec) -> bool:
    """Market orders of at most one rule a side, decided by conditions alone."""
    spec = compiled.spec
    sides = [rule.side for rule in spec.rules]
    parts = (spec.stops, spec.targets, spec.regimes, spec.limits.days)
    forms = (spec.pyramiding, spec.cross_section, spec.pair, spec.ensemble)
    limits = spec.limits.model_dump(exclude={"max_leverage", "cooldown_bars", "days"})
    return (
        bool(sides)
        and len(set(sides)) == len(sides)
        and not any(parts)
        and all(form is None for form in forms)
        and all(value is None for value in limits.values())
        and all(_plain_rule(rule) for rule in compiled.rules)
        and spec.sizing.kind in {"fixed_fraction", "fixed_notional"}
        and spec.sizing.resize == "entry"
        and spec.sizing.lookback is None
    )


def _plain_rule(rule: RulePlan) -> bool:
    programs = (rule.entry_won, rule.exit_steps, rule.allowed)
    return rule.rule.order.type == "market_next_open" and all(part is None for part in programs)


class _Lean:
    """A prepared run whose flags are written anew for each point."""

    def __init__(self, compiled: CompiledSpec, bars: Bars, costs: CostModel, equity: float) -> None:
        self.spec, self.bars, self.equity = compiled.spec, bars, equity
        analysis = analyse(compiled.spec)
        names = frozenset(param.name for param in compiled.spec.params)
        self.defaults = {param.name: param.default for param in compiled.spec.params}
        trees = open_trees(compiled.spec)
        self.plan = SweepPlan(names, compiled.plan.setting)
        opened = Analysis(compiled.spec, analysis.context, trees)
        self.rules = [
            rule_plan(opened, self.plan, place, rule, trees[f"/rules/{place}/entry"])
            for place, rule in enumerate(compiled.spec.rules)
        ]
        self.values = self.plan.on(View.of(bars))
        asked = [place for rule in self.rules for place in (rule.entry, rule.exit)]
        self.places = [place for place in asked if place is not None]
        decided = compiled.decide(bars)
        self.machine = machine_of(
            panel_of([bars]), (decided,), costs, equity, grid=True, compiled=True
        )
        self._prepare()

    def _prepare(self) -> None:
        bars, n = self.bars, len(self.bars)
        self.wants = np.zeros(n, dtype=np.int8)
        self.leaves = np.zeros(n * len(self.rules), dtype=np.uint8)
        self.never = np.broadcast_to(np.float64(0.0), (n,)).copy()
        self.machine = self._with_flags(self.machine)
        days = (bars.time + (bars.timeframe.seconds * 1000 - 1)) // DAY_MS
        ends: IntArray = np.append(np.flatnonzero(days[1:] != days[:-1]), n - 1)
        self.day_ends = np.append(ends, -1)
        self.daily, self.out = np.zeros(len(ends)), np.zeros(len(sweeping.FIGURES))
        calendar = bars.instrument.calendar
        longer = bars.timeframe.seconds > Timeframe.D1.seconds
        self.per_year = bars_per_year(bars.timeframe if longer else Timeframe.D1, calendar)
        self.years = n / bars_per_year(bars.timeframe, calendar)
        self.signals = fast.compiled(sweeping.signals)
        self.cancel = fast.compiled(sweeping.cancel)
        self.columns = [
            self.leaves[place * n : (place + 1) * n] for place in range(len(self.rules))
        ]
        self.both = sum(rule.direction * (place + 1) for place, rule in enumerate(self.rules))
        self.run_set = fast.compiled(sweeping.run_set, helpers())

    def _with_flags(self, m: Machine) -> Machine:
        """The machine with flags of ours and every rule's exits in a column of its own."""
        rules = np.array(m.rules)
        for place in range(len(self.rules)):
            rules[place * RULE_WIDTH + LEAVE_COLUMN] = place
        flags: dict[str, Any] = {
            "wants": fixed(self.wants),
            "leave": fixed(self.leaves),
            "rules": fixed(rules),
        }
        return m._replace(**flags)

    def run(self, point: Point) -> SweepPoint:
        """One point: flags, loop, figures."""
        full = {**self.defaults, **point}
        self._flags(self.values.at(full))
        while not self.run_set(
            self.machine, self.equity, self.day_ends, self.per_year, self.years, self.out,
            self.daily,
        ):  # fmt: skip
            self.machine = grown(self.machine, compiled=True)
        figures = {
            name: None if value != value else value  # noqa: PLR0124 - NaN
            for name, value in zip(sweeping.FIGURES, self.out.tolist(), strict=True)
        }
        if self.years < MIN_YEARS:
            figures["cagr"] = figures["calmar"] = None
        return SweepPoint(point, figures, self.daily.copy())

    def _flags(self, values: SweepValues) -> None:
        """Entries and exits at this point, written over those of the last one."""
        warmup = min(max(values.warmup(place) for place in self.places), len(self.bars))
        self.wants[:] = 0
        for place, rule in enumerate(self.rules):
            self.signals(
                values[rule.entry],
                self.never if rule.exit is None else values[rule.exit],
                warmup,
                rule.direction * (place + 1),
                self.wants,
                self.columns[place],
            )
        if len(self.rules) > 1:
            self.cancel(self.wants, self.both)

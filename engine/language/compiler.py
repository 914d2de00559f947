"""Spec to function: Bars in, Decisions out; one plan of array steps for all expressions.

Whatever is decided at index t is known at the close of bar t. Nothing acts before the computed
warm-up, and only a definite true acts: missing is not true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.errors import InputError, SpecError
from engine.language.analysis import NO_REGIME, Analysis, analyse
from engine.language.checker import CheckReport, report_of
from engine.language.decisions import Decisions, SideDecisions
from engine.language.nodes import Node
from engine.language.plan import Plan
from engine.language.protection import Protection, protection_of
from engine.language.regimes import RegimePlan, labels
from engine.language.spec import Rule, Sizing, StrategySpec
from engine.records import Digest

Values = Sequence[FloatArray]


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One rule as places in the plan.

    Attributes:
        entry, exit: places of the conditions (exit None: no exit condition).
        stops, trails, targets: places of the levels.
        levels: the same as numbers and trees.
        allowed: regime labels in which an entry may be decided, None = all.
    """

    rule: Rule
    entry: int
    exit: int | None
    stops: tuple[int, ...]
    trails: tuple[int, ...]
    targets: tuple[int, ...]
    levels: Protection
    allowed: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class CompiledSpec:
    """A spec that can decide on bars.

    Attributes:
        spec: the document.
        warmup: bars before any rule may act.
        report: what the checker said (digests, warnings).
        plan: the steps of all expressions.
        rules, regimes: where their values stand in the plan.
        trees: JSON pointer -> resolved tree.
    """

    spec: StrategySpec
    warmup: int
    report: CheckReport
    plan: Plan
    rules: tuple[RulePlan, ...]
    regimes: tuple[RegimePlan, ...]
    trees: dict[str, Node]

    @property
    def rule_digest(self) -> Digest:
        """Digest of the meaning: what the gate counts trials by."""
        return self.report.rule_digest or ""

    @property
    def shape_digest(self) -> Digest:
        """Digest of the meaning with parameters as slots."""
        return self.report.shape_digest or ""

    def decide(self, bars: Bars) -> Decisions:
        """Decisions at every close of these bars.

        Raises:
            InputError: TIMEFRAME_MISMATCH when the bars are not of the spec's timeframe.
        """
        return self.decided(bars, self.plan_values(bars))

    def plan_values(self, bars: Bars) -> list[FloatArray]:
        """Every step's values on these bars, in the order of the plan.

        Raises:
            InputError: TIMEFRAME_MISMATCH.
        """
        if bars.timeframe is not self.spec.timeframe:
            raise InputError(
                "TIMEFRAME_MISMATCH",
                f"the spec is written for {self.spec.timeframe.value} bars",
                value=bars.timeframe.value,
                hint="give bars of the spec's timeframe",
            )
        return self.plan.run(bars)

    def decided(self, bars: Bars, values: Values) -> Decisions:
        """Decisions from the plan's values on the same bars."""
        label = labels(self.regimes, values, len(bars))
        sides = {
            side: self._side(bars, values, label, side)
            for side in ("long", "short")
            if any(plan.rule.side == side for plan in self.rules)
        }
        return Decisions(
            warmup=self.warmup,
            sizing=_sizing(self.spec),
            long=sides.get("long"),
            short=sides.get("short"),
            cooldown_bars=self.spec.limits.cooldown_bars or 0,
        )

    def _side(self, bars: Bars, values: Values, label: FloatArray, side: str) -> SideDecisions:
        plans = [plan for plan in self.rules if plan.rule.side == side]
        n = len(bars)
        enter, leave = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        stop, target = np.full(n, np.nan), np.full(n, np.nan)
        for plan in plans:
            fired = _fired(plan, bars, values, self.spec.limits.max_stop_distance_frac)
            inside = _in_regime(plan.allowed, label)
            fresh = fired.enter & inside & ~enter
            fresh[: self.warmup] = False
            stop[fresh], target[fresh] = fired.stop[fresh], fired.target[fresh]
            enter |= fresh
            leave |= fired.leave
            if plan.rule.on_regime_end == "exit":
                leave |= ~inside
        # Rules of one side share their moving exits: the checker refuses others.
        first = plans[0]
        leave[: self.warmup] = False
        return SideDecisions(
            enter=enter,
            exit=leave,
            stop=stop,
            target=target,
            trail=_nearest(values, first.trails, n, low=side == "short"),
            trailing_fraction=first.levels.trailing_fraction,
            time_bars=first.levels.time_bars,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Fired:
    """What one rule decides, arrays of shape (n,)."""

    enter: BoolArray
    leave: BoolArray
    stop: FloatArray
    target: FloatArray


def _fired(plan: RulePlan, bars: Bars, values: Values, widest: float | None) -> _Fired:
    """A rule's definite conditions and the levels they would fix.

    A level that is missing at t forbids the entry: no position without its planned protection.
    """
    n, levels, long = len(bars), plan.levels, plan.rule.side == "long"
    stop = _nearest(values, plan.stops, n, low=not long)
    first = _nearest(values, (*plan.stops, *plan.trails), n, low=not long)
    if levels.trailing_fraction:
        moving = bars.close * (1 + (-1 if long else 1) * levels.trailing_fraction)
        first = np.fmax(first, moving) if long else np.fmin(first, moving)
    distance = np.abs(bars.close - first)
    aims = [values[place] for place in plan.targets]
    aims += [bars.close + (m if long else -m) * distance for m in levels.multiples]
    enter = values[plan.entry] == 1
    for level in (*(values[place] for place in (*plan.stops, *plan.trails)), *aims):
        enter &= ~np.isnan(level)
    if widest is not None:
        enter &= ~(distance > widest * bars.close)
    nothing = np.zeros(n, dtype=np.bool_)
    return _Fired(
        enter=enter,
        leave=nothing if plan.exit is None else values[plan.exit] == 1,
        stop=stop,
        target=_closest(aims, n, low=long),
    )


def _closest(levels: Sequence[FloatArray], n: int, *, low: bool) -> FloatArray:
    """Lowest (or highest) of the levels that are not missing; missing where all are."""
    result = np.full(n, np.nan)
    for level in levels:
        result = np.fmin(result, level) if low else np.fmax(result, level)
    return result


def _nearest(values: Values, places: Sequence[int], n: int, *, low: bool) -> FloatArray:
    return _closest([values[place] for place in places], n, low=low)


def _in_regime(allowed: tuple[int, ...] | None, label: FloatArray) -> BoolArray:
    if allowed is None:
        return np.ones(len(label), dtype=np.bool_)
    return np.isin(label, allowed)


def _sizing(spec: StrategySpec) -> Sizing:
    """The spec's sizing, its cap tightened by max_leverage."""
    leverage = spec.limits.max_leverage
    sizing = spec.sizing
    if leverage is None or leverage >= sizing.max_position_frac:
        return sizing
    return Sizing(**{**sizing.model_dump(), "max_position_frac": leverage})


def _regime_plans(analysis: Analysis, plan: Plan) -> tuple[RegimePlan, ...]:
    trees = analysis.trees
    return tuple(
        RegimePlan(
            when=plan.add(trees[f"/regimes/{n}/when"]),
            until=None if regime.until is None else plan.add(trees[f"/regimes/{n}/until"]),
            min_bars=regime.min_bars,
        )
        for n, regime in enumerate(analysis.spec.regimes)
    )


def _rule_plan(analysis: Analysis, plan: Plan, place: int) -> RulePlan:
    spec, trees = analysis.spec, analysis.trees
    rule = spec.rules[place]
    levels = protection_of(spec, rule, trees)
    names = [*(regime.name for regime in spec.regimes), NO_REGIME]
    allowed = tuple(names.index(name) for name in rule.only_in_regimes)
    return RulePlan(
        rule=rule,
        entry=plan.add(trees[f"/rules/{place}/entry"]),
        exit=None if rule.exit is None else plan.add(trees[f"/rules/{place}/exit"]),
        stops=tuple(plan.add(level) for level in levels.stops),
        trails=tuple(plan.add(level) for level in levels.trails),
        targets=tuple(plan.add(level) for level in levels.targets),
        levels=levels,
        allowed=allowed or None,
    )


def compile_spec(spec: StrategySpec) -> CompiledSpec:
    """A spec as a function from bars to decisions.

    Raises:
        SpecError: with code, path and hint of the first finding that refuses.
    """
    analysis = analyse(spec)
    report = report_of(analysis)
    if not report.ok:
        first = report.errors[0]
        more = f" ({len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        hint = first.hint or (f"write {first.fix}" if first.fix else f"correct {first.path}")
        message = f"{first.path or 'spec'}: {first.message}{more}"
        raise SpecError(first.code, message, value=first.value, hint=hint)
    plan = Plan()
    regimes = _regime_plans(analysis, plan)
    rules = tuple(_rule_plan(analysis, plan, place) for place in range(len(spec.rules)))
    return CompiledSpec(spec, report.warmup_bars, report, plan, rules, regimes, analysis.trees)

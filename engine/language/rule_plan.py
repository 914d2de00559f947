"""One rule as places in the plan, and what it decides on one instrument's bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.language.analysis import NO_REGIME, Analysis
from engine.language.decisions import RuleDecisions, TargetDecisions
from engine.language.nodes import Boolean, Name, Node, walk
from engine.language.program import (
    NEARER_ABOVE,
    NEARER_BELOW,
    Places,
    Steps,
    knows_state,
    replaced,
    steps_of,
)
from engine.language.protection import CLOSE, Protection, protection_of, ref_of
from engine.language.spec import Rule, StrategySpec

Values = Sequence[FloatArray]
LAST_WON = "last_trade_won"


@dataclass(frozen=True, slots=True)
class AimPlan:
    """One target: place of its level, multiple of the first stop's distance, or a program."""

    level: int | None
    multiple: float
    moving: Steps | None
    fraction: float


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One rule as places in the plan.

    Attributes:
        rule: the rule.
        entry, entry_won: places of the condition while the last trade was not won, and was.
        exit: place of the exit condition, None without one or when it needs trade state.
        exit_steps, trail_steps: programs on the open position.
        ref: place of the expected entry price, None for the close.
        stops, trails: places of the levels.
        aims: targets.
        levels: the same as numbers and trees.
        allowed: regime labels in which an entry may be decided, None = all.
    """

    rule: Rule
    entry: int
    entry_won: int | None
    exit: int | None
    exit_steps: Steps | None
    trail_steps: Steps | None
    ref: int | None
    stops: tuple[int, ...]
    trails: tuple[int, ...]
    aims: tuple[AimPlan, ...]
    levels: Protection
    allowed: tuple[int, ...] | None

    @property
    def direction(self) -> int:
        """+1 long, -1 short."""
        return 1 if self.rule.side == "long" else -1


def rule_plan(analysis: Analysis, plan: Places, place: int, rule: Rule, entry: Node) -> RulePlan:
    """Add everything that a rule reads to the plan."""
    spec, trees = analysis.spec, analysis.trees
    ref = ref_of(rule, place, trees)
    levels = protection_of(spec, rule, trees, ref)
    names = [*(regime.name for regime in spec.regimes), NO_REGIME]
    allowed = tuple(names.index(name) for name in rule.only_in_regimes)
    leave = None if rule.exit is None else trees[f"/rules/{place}/exit"]
    stateful = leave is not None and (knows_state(leave) or _asks_last(leave))
    depends = _asks_last(entry)
    join = NEARER_BELOW if rule.side == "long" else NEARER_ABOVE
    return RulePlan(
        rule=rule,
        entry=plan.add(replaced(entry, {LAST_WON: Boolean(value=False)}) if depends else entry),
        entry_won=plan.add(replaced(entry, {LAST_WON: Boolean(value=True)})) if depends else None,
        exit=None if leave is None or stateful else plan.add(leave),
        exit_steps=steps_of([leave], plan) if leave is not None and stateful else None,
        trail_steps=steps_of(list(levels.moved), plan, join=join) if levels.moved else None,
        ref=None if ref is CLOSE else plan.add(ref),
        stops=tuple(plan.add(level) for level in levels.stops),
        trails=tuple(plan.add(level) for level in levels.trails),
        aims=tuple(
            AimPlan(
                None if aim.level is None else plan.add(aim.level),
                aim.multiple,
                None if aim.moving is None else steps_of([aim.moving], plan),
                aim.fraction,
            )
            for aim in levels.aims
        ),
        levels=levels,
        allowed=allowed or None,
    )


def _asks_last(tree: Node) -> bool:
    return any(isinstance(node, Name) and node.name == LAST_WON for node in walk(tree))


def decided_rule(  # noqa: PLR0913, PLR0917 - a rule, its document, a market
    plan: RulePlan, spec: StrategySpec, bars: Bars, values: Values, label: FloatArray, warmup: int
) -> RuleDecisions:
    """What a rule decides at every close of these bars.

    A level that is missing at t forbids the entry: no position without its planned protection.
    """
    n, long = len(bars), plan.direction > 0
    ref = bars.close if plan.ref is None else values[plan.ref]
    stop = closest([values[place] for place in plan.stops], n, low=not long)
    trail = closest([values[place] for place in plan.trails], n, low=not long)
    takes = _takes(plan, values, n)
    if plan.ref is not None:
        takes &= ~np.isnan(ref)
    widest = spec.limits.max_stop_distance_frac
    if widest is not None:
        takes &= ~(_distance(plan, ref, stop, trail) > widest * ref)
    over = None
    if plan.allowed is not None:
        inside = np.isin(label, plan.allowed)
        takes &= inside
        over = ~inside if plan.rule.on_regime_end == "exit" else None
    takes[:warmup] = False
    leave = np.zeros(n, dtype=np.bool_) if plan.exit is None else values[plan.exit] == 1
    for flags in (leave, over):
        if flags is not None:
            flags[:warmup] = False
    order = plan.rule.order
    return RuleDecisions(
        rule=plan.rule.id,
        direction=plan.direction,
        enter=(values[plan.entry] == 1) & takes,
        exit=leave,
        stop=stop,
        trail=trail,
        targets=tuple(_target(aim, values) for aim in plan.aims),
        enter_won=None if plan.entry_won is None else (values[plan.entry_won] == 1) & takes,
        regime_end=over,
        order=order.type,
        price=None if plan.ref is None else ref,
        valid_bars=order.valid_bars if order.type in {"stop", "limit"} else 1,
        trailing_fraction=plan.levels.trailing_fraction,
        time_bars=plan.levels.time_bars,
        breakeven_r=plan.levels.breakeven_r,
        max_loss_fraction=plan.levels.max_loss,
        exit_program=None if plan.exit_steps is None else plan.exit_steps.on(values),
        trail_program=None if plan.trail_steps is None else plan.trail_steps.on(values),
    )


def _takes(plan: RulePlan, values: Values, n: int) -> BoolArray:
    """Closes at which every level of the rule is known. Shape (n,)."""
    takes = np.ones(n, dtype=np.bool_)
    places = (*plan.stops, *plan.trails)
    aims = [aim.level for aim in plan.aims if aim.level is not None and aim.moving is None]
    for place in (*places, *aims):
        takes &= ~np.isnan(values[place])
    return takes


def _distance(plan: RulePlan, ref: FloatArray, stop: FloatArray, trail: FloatArray) -> FloatArray:
    """Distance from ref to the first stop, NaN without one. Shape (n,)."""
    nearer = np.fmax if plan.direction > 0 else np.fmin
    first = nearer(stop, trail)
    if plan.levels.trailing_fraction:
        first = nearer(first, ref * (1 - plan.direction * plan.levels.trailing_fraction))
    distance: FloatArray = np.abs(ref - first)
    return distance


def _target(aim: AimPlan, values: Values) -> TargetDecisions:
    return TargetDecisions(
        level=None if aim.level is None else values[aim.level],
        multiple=aim.multiple,
        program=None if aim.moving is None else aim.moving.on(values),
        fraction=aim.fraction,
    )


def closest(levels: Sequence[FloatArray], n: int, *, low: bool) -> FloatArray:
    """Lowest (or highest) of the levels that are not missing; missing where all are."""
    if not levels:
        return nothing(n)
    result = levels[0]
    for level in levels[1:]:
        result = np.fmin(result, level) if low else np.fmax(result, level)
    return result


def nothing(n: int) -> FloatArray:
    """A column without any level, shape (n,), that takes no memory."""
    return np.broadcast_to(np.float64(np.nan), (n,))

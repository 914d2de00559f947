"""Slots of a first message -> a plan; None when there is nothing to build from."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.offline.complete import named_family, parameter_notes
from copilot.offline.operands import Frame
from copilot.offline.pairing import read_pair
from copilot.offline.plan import Plan, tree_of
from copilot.offline.rules import RulesFound
from copilot.offline.scan import Scan
from copilot.offline.slots import Slots
from copilot.offline.sweeps import bind
from copilot.offline.texts import text as sentence
from copilot.offline.timeframes import nearest
from copilot.offline.tree import Fixed, Tree, join
from copilot.offline.usage import Idea, of_family, of_operands
from engine.language.reply import Assumption
from engine.language.spec import PositionSide
from engine.market import Timeframe

MONTH_END: Final = Fixed("trading_days_left_in_month < 1", "trading_days_left_in_month < 1")


def merge(earlier: Slots | None, later: Slots) -> Slots:
    """Two messages of a conversation that has no draft yet: the later one wins slot by slot."""
    if earlier is None:
        return later
    rules = later.rules if later.says_rules or later.rules.alone else earlier.rules
    if later.rules.filters is not None and rules.filters is None:
        rules = replace(rules, filters=later.rules.filters)
    return replace(
        later,
        text=f"{earlier.text} . {later.text}",
        rest=f"{earlier.rest} . {later.rest}",
        symbols=later.symbols or earlier.symbols,
        timeframe=later.timeframe or earlier.timeframe,
        timeframe_implied=later.timeframe_implied if later.timeframe else earlier.timeframe_implied,
        frame=later.frame if later.timeframe or not earlier.timeframe else earlier.frame,
        family=later.family or earlier.family,
        sides=later.sides if later.sides.sides else earlier.sides,
        rules=rules,
        stops=later.stops or earlier.stops,
        no_stop=later.no_stop or (earlier.no_stop and not later.stops),
        targets=later.targets or earlier.targets,
        sizing=later.sizing or earlier.sizing,
        cap=later.cap or earlier.cap,
        limits={**earlier.limits, **later.limits},
        sweeps=later.sweeps or earlier.sweeps,
        ranking=later.ranking or earlier.ranking,
        month_end_only=later.month_end_only or earlier.month_end_only,
    )


def is_concrete(slots: Slots) -> bool:
    """Whether a message says enough of an idea that its safe part is worth drafting."""
    rules = slots.rules
    if rules.entry_long or rules.entry_short or slots.ranking:
        return True
    named = [item for item in rules.alone if item.name != "close"]
    return bool(named) or (slots.family is not None and bool(slots.symbols or slots.timeframe))


def plan_from(slots: Slots) -> Plan | None:
    """The plan of a first message; None when it holds no idea at all."""
    plan = Plan(slots.language, family=slots.family)
    _frame(plan, slots)
    if slots.ranking is not None:
        plan.ranking = slots.ranking.section
        plan.family = (
            slots.family if slots.family in {"rotation", "momentum", "volatility"} else "rotation"
        )
        for place, value in slots.ranking.assumed:
            plan.assume(place, value, sentence("assume_rank", slots.language))
    elif not _pair(plan, slots) and not _entries(plan, slots):
        return None
    _beside(plan, slots)
    return plan


def _frame(plan: Plan, slots: Slots) -> None:
    plan.symbols = slots.symbols
    plan.timeframe = slots.timeframe
    if slots.timeframe_rejected:
        near = nearest(slots.timeframe_rejected)
        plan.timeframe = near
        why = sentence("assume_timeframe_near", slots.language, rejected=slots.timeframe_rejected)
        plan.assume("/timeframe", near.value, why)
    elif slots.timeframe is not None and slots.timeframe_implied:
        plan.assume(
            "/timeframe", slots.timeframe.value, sentence("assume_timeframe_unit", slots.language)
        )


def _pair(plan: Plan, slots: Slots) -> bool:
    found = read_pair(Scan(slots.rest), slots.symbols, Frame(slots.timeframe or Timeframe.D1))
    if found is None:
        return False
    plan.pair, plan.family = found.pair, "pairs"
    plan.sides = ("long", "short")
    plan.entries = {"long": found.entry, "short": found.entry.mirror()}
    plan.exits = {"long": found.exit, "short": found.exit.mirror()}
    for place, value in found.assumed:
        plan.assume(place, value, sentence("assume_pair", slots.language))
    return True


def _entries(plan: Plan, slots: Slots) -> bool:
    rules = slots.rules
    if rules.entry_long is None and rules.entry_short is None:
        if not _from_idea(plan, slots):
            return False
    else:
        if rules.entry_long is not None:
            plan.entries["long"] = rules.entry_long
        if rules.entry_short is not None:
            plan.entries["short"] = rules.entry_short
        _said_exits(plan, rules)
        _filtered(plan, rules.filters)
    parameter_notes(plan, [*plan.entries.values(), *plan.exits.values()])
    if slots.month_end_only:
        _at_month_end(plan)
    return True


def _said_exits(plan: Plan, rules: RulesFound) -> None:
    if rules.exit_long is not None:
        plan.exits["long"] = rules.exit_long
    if rules.exit_short is not None:
        plan.exits["short"] = rules.exit_short


def _filtered(plan: Plan, filters: Tree | None) -> None:
    if filters is None:
        return
    for side in list(plan.entries):
        extra = filters if side == "long" or len(plan.entries) == 1 else filters.mirror()
        plan.entries[side] = join("and", [plan.entries[side], extra]) or extra


def _from_idea(plan: Plan, slots: Slots) -> bool:
    """A rule for an idea without conditions: the usual use of what is named."""
    rules = slots.rules
    idea = of_operands(rules.alone, slots.family)
    if idea is None and slots.family is not None:
        idea = of_family(slots.family, Scan(slots.rest), slots.frame)
    if idea is None and rules.filters is not None:
        idea = Idea(rules.filters, assumed_entry=False)
        rules = replace(rules, filters=None)
    if idea is None:
        return False
    side: PositionSide = "short" if slots.sides.short_only else "long"
    plan.entries[side] = idea.entry if side == "long" else idea.entry.mirror()
    plan.family = plan.family or idea.family
    if idea.assumed_entry:
        plan.assume(
            "/rules/0/entry", plan.entries[side].render(), sentence("assume_entry", slots.language)
        )
    _said_exits(plan, rules)
    _idea_exit(plan, idea, side, slots)
    _filtered(plan, rules.filters)
    return True


def _idea_exit(plan: Plan, idea: Idea, side: PositionSide, slots: Slots) -> None:
    closes = slots.targets or any(
        stop.kind in {"trailing_pct", "trailing_atr", "chandelier", "trail_expr", "time_bars"}
        for stop in slots.stops
    )
    if side in plan.exits or idea.exit is None or (closes and idea.assumed_exit):
        return
    plan.exits[side] = idea.exit if side == "long" else idea.exit.mirror()
    if idea.assumed_exit:
        plan.assume(
            "/rules/0/exit", plan.exits[side].render(), sentence("assume_exit", slots.language)
        )


def _at_month_end(plan: Plan) -> None:
    for trees in (plan.entries, plan.exits):
        for side, tree in trees.items():
            trees[side] = join("and", [tree, MONTH_END]) or tree


def _beside(plan: Plan, slots: Slots) -> None:
    if slots.sides.sides:
        plan.sides = slots.sides.sides  # type: ignore[assignment]  # long and short are the only words
    plan.stops, plan.no_stop = list(slots.stops), slots.no_stop
    plan.targets = list(slots.targets)
    plan.sizing, plan.cap = slots.sizing, slots.cap
    plan.limits = dict(slots.limits)
    for stop in slots.stops:
        if stop.kind in {"atr", "trailing_atr"} and stop.period == 14 and "14" not in slots.text:  # noqa: PLR2004 - the usual period
            plan.assume("/stops/atr/period", "14", sentence("assume_atr", slots.language))
    if slots.sweeps:  # a bound parameter hides the indicator from whoever looks at the rule later
        plan.family = plan.family or named_family(plan)
    for sweep in slots.sweeps:
        plan.params.append(sweep.parameter)
        for trees in (plan.entries, plan.exits):
            for side, tree in trees.items():
                if trees is plan.entries or sweep.target != "level":
                    trees[side] = tree_of(bind(tree.render(), sweep))


def still_assumed(plan: Plan) -> tuple[Assumption, ...]:
    """The plan's assumptions in a fixed order, each field once."""
    return tuple(plan.assumptions[key] for key in sorted(plan.assumptions))

"""A later message changes an earlier plan: the later word wins, and what was taken back is gone."""

from __future__ import annotations

from copilot.offline.comparisons import Context
from copilot.offline.edit_beside import (
    change_limits,
    change_protection,
    change_sides,
    change_universe,
)
from copilot.offline.edit_conditions import change_conditions
from copilot.offline.edit_words import ADD, INSTEAD, NEW, REMOVE
from copilot.offline.plan import Plan
from copilot.offline.plan_conditions import all_conditions, main_condition
from copilot.offline.read import Base
from copilot.offline.scan import Scan
from copilot.offline.slots import Slots
from copilot.offline.taking_back import take_back


def base_of(plan: Plan) -> Base:
    """What a later message may leave out: chart, instrument, indicator, kind of average."""
    main = main_condition(plan)
    context = Context(entry=plan.entries.get("long") or plan.entries.get("short"))
    if main is not None:
        if main.left.kind not in {"price", "channel", "number"}:
            context.subject = main.left
        if main.right is not None and main.right.kind != "number":
            context.pair = main
        context.seen = [
            item for c in all_conditions(plan) for item in (c.left, c.right) if item is not None
        ]
    names = [
        c.left.name
        for c in all_conditions(plan)
        if c.left.name in {"ema", "sma", "wma", "hma", "kama", "dema", "tema"}
    ]
    return Base(plan.timeframe, plan.symbols, context, names[0] if names else "")


def starts_anew(plan: Plan, slots: Slots) -> bool:
    """Whether a message is a request of its own and not a change of the plan."""
    scan = Scan(slots.text)
    if scan.has(NEW):
        return True
    if scan.has(ADD) or scan.has(INSTEAD) or scan.has(REMOVE):
        return False
    whole = bool(slots.symbols) and bool(
        slots.rules.entry_long or slots.rules.entry_short or slots.ranking
    )
    other = bool(slots.symbols) and set(slots.symbols) != set(plan.symbols)
    return whole and other and slots.timeframe is not None


def apply(plan: Plan, slots: Slots) -> bool:
    """Change a plan by a later message; False when the message changes nothing."""
    before = repr(plan)
    scan = Scan(slots.text)
    take_back(plan, slots)
    change_universe(plan, slots, scan)
    change_sides(plan, slots)
    change_protection(plan, slots, scan)
    change_limits(plan, slots)
    change_conditions(plan, slots, scan)
    return repr(plan) != before

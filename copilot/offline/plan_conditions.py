"""Finding and changing conditions inside a plan."""

from __future__ import annotations

from collections.abc import Callable

from copilot.offline.plan import Plan
from copilot.offline.tree import (
    Condition,
    Joined,
    Tree,
    conditions,
)
from engine.language.spec import PositionSide

TreeChange = Callable[[Tree], Tree]
ConditionChange = Callable[[Condition], Condition]


def all_conditions(plan: Plan) -> list[Condition]:
    """Every plain comparison of the plan, entries first."""
    return [c for tree in (*plan.entries.values(), *plan.exits.values()) for c in conditions(tree)]


def main_condition(plan: Plan) -> Condition | None:
    """The comparison that a bare number speaks of: the entry's oscillator, else its first one."""
    found = [c for tree in plan.entries.values() for c in conditions(tree)]
    scaled = [c for c in found if c.left.kind in {"oscillator", "willr", "centred"}]
    every = scaled or found
    return every[0] if every else None


def keep_only(plan: Plan, side: PositionSide) -> None:
    """Drop the other side with everything that was said or assumed about it."""
    plan.sides = (side,)
    plan.entries = {key: tree for key, tree in plan.entries.items() if key == side}
    plan.exits = {key: tree for key, tree in plan.exits.items() if key == side}
    plan.said("/rules/0/side")
    plan.said("/rules/1")


def each(plan: Plan, change: TreeChange, *, entries_only: bool = False) -> None:
    """Change every entry, and every exit unless told otherwise."""
    for trees in (plan.entries,) if entries_only else (plan.entries, plan.exits):
        for side in trees:
            trees[side] = change(trees[side])


def mapped(tree: Tree, change: ConditionChange) -> Tree:
    """A tree with every plain comparison changed."""
    if isinstance(tree, Joined):
        return Joined(tree.word, tuple(mapped(item, change) for item in tree.items))
    return change(tree) if isinstance(tree, Condition) else tree

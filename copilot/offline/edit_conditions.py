"""Entry and exit conditions of a later message, put in the place of the earlier ones."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.edit_parameters import change_parameters
from copilot.offline.edit_words import ADD, INSTEAD
from copilot.offline.exits import default_exit
from copilot.offline.plan import Plan
from copilot.offline.scan import Scan
from copilot.offline.slots import Slots
from copilot.offline.tree import (
    Condition,
    Fixed,
    Joined,
    Tree,
    conditions,
    join,
)
from engine.language.spec import PositionSide

_AVERAGES: Final = frozenset({"sma", "ema", "wma", "hma", "kama", "dema", "tema"})
_Sided = tuple[tuple[PositionSide, Tree | None], ...]


def change_conditions(plan: Plan, slots: Slots, scan: Scan) -> None:
    """Put a message's conditions in their places; an exit that followed its entry still does."""
    natural = {side: plan.exits[side].render() for side in plan.entries if _follows(plan, side)}
    rules = slots.rules
    adding = scan.has(ADD) and not scan.has(INSTEAD)
    entries: _Sided = (("long", rules.entry_long), ("short", rules.entry_short))
    for side, entry in entries:
        if entry is not None:
            _entry(plan, side, entry, adding=adding, slots=slots)
    exits: _Sided = (("long", rules.exit_long), ("short", rules.exit_short))
    for side, out in exits:
        if out is not None:
            plan.exits[side] = _merged(plan.exits.get(side), out, adding=adding, word="or")
            plan.said(f"/rules/{0 if side == 'long' else 1}/exit")
    if rules.filters is not None:
        for side in list(plan.entries):
            extra = rules.filters if side == "long" else rules.filters.mirror()
            plan.entries[side] = _merged(plan.entries[side], extra, adding=True, word="and")
    change_parameters(plan, slots, scan)
    _refresh(plan, natural)
    if slots.ranking is not None:
        plan.ranking = slots.ranking.section


def _entry(plan: Plan, side: PositionSide, entry: Tree, *, adding: bool, slots: Slots) -> None:
    """A new entry: the same indicator's condition is replaced, `add` adds, else it is the rule."""
    old = plan.entries.get(side)
    if old is None:
        plan.entries[side] = entry
        plan.sides = tuple(dict.fromkeys([*plan.sides, side]))
    else:
        replaced = _same_operand(old, entry)
        if replaced is not None:
            plan.entries[side] = replaced
        elif adding or _continues(slots.text):
            plan.entries[side] = _merged(old, entry, adding=True, word="and")
        else:
            plan.entries[side] = entry
            plan.family = slots.family
    plan.said("/rules/0/entry")


def _continues(text: str) -> bool:
    return re.match(r"\W*(?:and|und|plus|but only|aber nur|only|nur|with|mit)\b", text) is not None


def _same_operand(old: Tree, new: Tree) -> Tree | None:
    """The old tree with the comparisons of the new one's indicators put in their place."""
    fresh = conditions(new)
    if not fresh or any(isinstance(item, Fixed) for item in _items(new)):
        return None
    result: Tree = old
    for item in fresh:
        changed = _swap_condition(result, item)
        if changed is None:
            return None
        result = changed
    return result


def _items(tree: Tree) -> tuple[Tree, ...]:
    return tree.items if isinstance(tree, Joined) else (tree,)


def _alike(old: Condition, new: Condition) -> bool:
    """The same indicator in the same kind of comparison, or two pairs of averages."""
    if old.left.name == new.left.name:
        return old.relation.startswith("cross") == new.relation.startswith("cross")
    if old.right is None or new.right is None:
        return False
    return {old.left.name, new.left.name, old.right.name, new.right.name} <= _AVERAGES


def _swap_condition(tree: Tree, new: Condition) -> Tree | None:
    if isinstance(tree, Joined):
        for place, item in enumerate(tree.items):
            changed = _swap_condition(item, new)
            if changed is not None:
                return Joined(tree.word, (*tree.items[:place], changed, *tree.items[place + 1 :]))
        return None
    return new if isinstance(tree, Condition) and _alike(tree, new) else None


def _merged(old: Tree | None, new: Tree, *, adding: bool, word: str) -> Tree:
    if old is None or not adding:
        return new
    return join("and" if word == "and" else "or", [old, new]) or new


def _follows(plan: Plan, side: PositionSide) -> bool:
    """Whether an exit is the natural end of the entry, so that it moves with it."""
    out = plan.exits.get(side)
    if out is None:
        return False
    natural = default_exit(plan.entries[side])
    return natural is not None and natural.render() == out.render()


def _refresh(plan: Plan, natural: dict[PositionSide, str]) -> None:
    """Exits that followed their entry before, and were not touched, follow it again."""
    for side, before in natural.items():
        untouched = side in plan.exits and plan.exits[side].render() == before
        fresh = default_exit(plan.entries[side]) if side in plan.entries and untouched else None
        if fresh is not None:
            plan.exits[side] = fresh

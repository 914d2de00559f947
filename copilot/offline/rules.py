"""Conditions of a text by side: entry and exit trees, before anything is assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from copilot.offline.clauses import assign, split
from copilot.offline.comparisons import Comparison, Context, joined
from copilot.offline.lexer import lex
from copilot.offline.operands import Frame
from copilot.offline.tree import OPPOSITE, Condition, Joined, Operand, Tree, conditions, join


@dataclass(frozen=True, slots=True)
class RulesFound:
    """What the text says about entries and exits; None where it says nothing.

    `alone` are operands that stand without a comparison, `filters` conditions that only restrict.
    """

    entry_long: Tree | None = None
    exit_long: Tree | None = None
    entry_short: Tree | None = None
    exit_short: Tree | None = None
    filters: Tree | None = None
    alone: tuple[Operand, ...] = ()
    seen: tuple[Operand, ...] = ()


_AVERAGES = frozenset({"sma", "ema", "wma", "hma", "kama", "dema", "tema", "rma", "vwma", "tenkan"})


def _is_pair(tree: Tree) -> bool:
    return (
        isinstance(tree, Condition)
        and tree.right is not None
        and tree.left.name in _AVERAGES
        and tree.right.name in _AVERAGES | {"kijun"}
    )


def _directed(comparison: Comparison, *, up: bool) -> Comparison:
    """An open crossing gets its direction from the side that it is for."""
    tree = comparison.tree
    if not comparison.open_cross or not isinstance(tree, Condition):
        return comparison
    return replace(
        comparison,
        tree=replace(tree, relation="cross_above" if up else "cross_below"),
        open_cross=False,
    )


def _triggered(comparisons: list[Comparison]) -> list[Comparison]:
    """`EMA 8 over EMA 34, in` is the crossing; beside another trigger it is a state."""
    alone = len(comparisons) == 1 and not comparisons[0].is_level
    if not alone or not _is_pair(comparisons[0].tree):
        return comparisons
    tree = comparisons[0].tree
    if isinstance(tree, Condition) and tree.relation in {">", "<"}:
        goes_up = tree.relation == ">"
        tree = replace(tree, relation="cross_above" if goes_up else "cross_below")
    return [replace(comparisons[0], tree=tree)]


def _levelled(comparison: Comparison, entry: Tree | None) -> Comparison:
    """`exit at 0` lies on the far side of the entry; without one, above."""
    tree = comparison.tree
    if not comparison.open_level or not isinstance(tree, Condition):
        return comparison
    for item in conditions(entry):
        numbers = item.right is not None and tree.right is not None and item.right.kind == "number"
        if numbers and item.left.text == tree.left.text and item.right and tree.right:
            above = tree.right.value > item.right.value
            return replace(
                comparison, tree=replace(tree, relation=">" if above else "<"), open_level=False
            )
        same = item.left.text == tree.left.text or (item.left.kind, tree.left.kind) == (
            "price",
            "price",
        )
        if same and item.relation in {"<", "<=", "cross_below"}:
            return replace(comparison, tree=replace(tree, relation=">"), open_level=False)
        if same and item.relation in {">", ">=", "cross_above"}:
            return replace(comparison, tree=replace(tree, relation="<"), open_level=False)
    return comparison


def _exits(comparisons: list[Comparison], entry: Tree | None, *, up: bool) -> Tree | None:
    return _tree([_levelled(item, entry) for item in comparisons], up=up, trigger=True)


def _tree(comparisons: list[Comparison], *, up: bool, trigger: bool) -> Tree | None:
    directed = [_directed(item, up=up) for item in comparisons]
    return joined(_triggered(directed) if trigger else directed)


def reverse(tree: Tree | None) -> Tree | None:
    """What `the other way round` means: crossings back, states left."""
    if isinstance(tree, Joined):
        crossings = [item for item in conditions(tree) if item.relation.startswith("cross")]
        if crossings:
            return replace(crossings[0], relation=OPPOSITE[crossings[0].relation])
        return tree.negate()
    if isinstance(tree, Condition) and tree.relation.startswith("cross"):
        return replace(tree, relation=OPPOSITE[tree.relation])
    return tree.negate() if tree is not None else None


def _line_cross(entry: Tree | None) -> Tree | None:
    """`leave when the lines cross`: the two lines of the entry, crossing back."""
    found = conditions(entry)
    for item in found:
        if item.relation.startswith("cross") and item.right is not None:
            return replace(item, relation=OPPOSITE[item.relation])
    lines = [item.left for item in found if item.left.kind in {"oscillator", "centred", "price"}]
    if len(lines) >= 2 and lines[0].text != lines[1].text:  # noqa: PLR2004 - two lines cross
        return Condition(lines[0], "cross_below", lines[1])
    return reverse(entry)


def read_rules(text: str, frame: Frame, context: Context | None = None) -> RulesFound:
    """Entry and exit conditions of normalised text, long and short.

    `context` holds the indicator and the pair of an earlier turn that `in at -2.5` speaks of.
    """
    roles = assign(split(lex(text, frame)), context)
    taken = roles.by_role
    filters = _tree(taken.get("filter", []), up=True, trigger=False)
    hold = _tree(taken.get("hold", []), up=True, trigger=False)
    held = "hold" in roles.cued or roles.else_cash
    if hold is None and held and not taken.get("entry"):
        hold, filters = filters, None
    entry_long = _tree(
        taken.get("entry", []), up=True, trigger=filters is None and not roles.else_cash
    )
    entry_short = _tree(taken.get("short", []), up=False, trigger=True)
    earlier = context.entry if context is not None else None
    exit_long = _exits(taken.get("exit", []), entry_long or entry_short or earlier, up=False)
    exit_short = _exits(taken.get("cover", []), entry_short, up=True)
    if exit_long and entry_long is None and entry_short is not None and exit_short is None:
        exit_long, exit_short = None, exit_long
    if hold is not None:
        entry_long = join("and", [item for item in (hold, entry_long) if item is not None])
        exit_long = exit_long or (hold.negate() if entry_long == hold else None)
    if roles.else_cash and exit_long is None and entry_long is not None:
        exit_long = entry_long.negate()
    if roles.reversed_exit and exit_long is None:
        exit_long = _line_cross(entry_long or earlier)
    if roles.reversed_short and entry_short is None:
        entry_short = reverse(entry_long or earlier)
        exit_long = exit_long or (entry_short if entry_long is not None else None)
        exit_short = exit_short or entry_long or earlier
    return RulesFound(
        entry_long, exit_long, entry_short, exit_short, filters,
        alone=tuple(operand for _, operand in roles.alone),
        seen=tuple(roles.context.seen),
    )  # fmt: skip

"""Replacement texts for problems; the checker tries each one before it offers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.language.nodes import Arithmetic, Comparison, Node, Number
from engine.language.problems import Edit, Problem
from engine.language.rendering import canonical, number_text
from engine.language.units import Unit

_ROUNDS: Final = 6
_USUAL: Final = {Unit.O: "50", Unit.R: "0", Unit.N: "0", Unit.D: "0", Unit.K: "1"}
_PLAIN: Final = frozenset({Unit.P, Unit.V})
_LARGEST_PERCENT: Final = 50


def as_condition(node: Node, unit: Unit) -> str:
    """A condition about a number: against its own average or a usual level."""
    text = canonical(node)
    if unit in _PLAIN:
        return f"{text} > sma({text},20)"
    return f"{text} > {_USUAL.get(unit, '0')}"


def as_number(node: Node) -> str:
    """A number instead of a condition: the left side of a comparison, else 1 or 0."""
    if isinstance(node, Comparison):
        return canonical(node.left)
    return f"where({canonical(node)},1,0)"


def comparable_edit(left: tuple[Node, Unit], right: tuple[Node, Unit]) -> Edit | None:
    """Replace the plainer side of a comparison by a usual level of the other side's unit."""
    kept, replaced = (
        (right, left) if left[1] in _PLAIN and right[1] not in _PLAIN else (left, right)
    )
    usual = _USUAL.get(kept[1])
    if usual is None:
        usual = f"sma({canonical(kept[0])},20)"
    return Edit(replaced[0].span, usual)


def percent_edit(node: Arithmetic, left: Unit) -> Edit | None:
    """`close + 5` read as five percent: `close*1.05`; None when the number is too large."""
    series, bare = (node.right, node.left) if left is Unit.C else (node.left, node.right)
    value = bare.value if isinstance(bare, Number) else 1
    if not 0 <= value <= _LARGEST_PERCENT:
        return None
    share = value / 100 if value >= 1 else value
    factor = 1 + share if node.sign == "+" else 1 - share
    scaled = Arithmetic("*", series, Number(round(factor, 6)), node.span)
    return Edit(node.span, canonical(scaled))


def whole_in(value: float, low: float, high: float) -> str:
    """The nearest whole number within bounds, the sign dropped."""
    return number_text(min(max(round(abs(value)), low), high))


def repaired(text: str, first: Problem, check: Callable[[str], tuple[Problem, ...]]) -> str | None:
    """The text after the first problem's replacement and as many more as it takes, if it is right.

    check: problems that refuse a text; the answer passes it without any.
    """
    problem: Problem | None = first
    for left in range(_ROUNDS - 1, -1, -1):
        if problem is None or problem.edit is None:
            return None
        text = problem.edit.apply(text)
        found = check(text)
        if not found:
            return text
        if len(found) > left:
            # A replacement repairs one problem: so many are not repaired in the rounds left.
            return None
        problem = next((item for item in found if item.edit is not None), None)
    return None

"""Adds to winners only: whether a condition can be true only while the position gains.

Sound, not complete: what is accepted is certain. The condition must hold several parts together
(`and`) one of which says it: `open_return > 0`, `open_r > 0.5`, or with rules of one side
`close > entry_price`, `close > entry_price*1.01`, `close - entry_price > 0.5*atr(20)`. The price
of the newest unit says it too, but only of a first add: a unit that was filled far below the
others lowers it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from engine.language.intervals import bounds
from engine.language.nodes import Arithmetic, Call, Comparison, Logic, Name, Node, Number
from engine.language.normal import normal
from engine.language.spec import PositionSide

_GAINS: Final = frozenset({"open_return", "open_r"})
_CLOSE: Final = Name("close")
_ENTRY: Final = Name("entry_price")


def only_winners(tree: Node, sides: Collection[PositionSide]) -> bool:
    """Whether this is true only while a position gains.

    Args:
        tree: resolved tree of the condition.
        sides: sides of the rules that it adds to.
    """
    return _says(normal(tree), sides)


def _says(tree: Node, sides: Collection[PositionSide]) -> bool:
    if isinstance(tree, Logic):
        parts = [_says(item, sides) for item in tree.items]
        return any(parts) if tree.word == "and" else all(parts)
    if not isinstance(tree, Comparison) or tree.sign not in {"<", "<="}:
        return False
    strict = tree.sign == "<"
    if _gain(tree.right) and _least(tree.left, strict=strict):
        return True
    if set(sides) == {"long"}:
        return _above(tree.right, tree.left, strict=strict)
    return set(sides) == {"short"} and _below(tree.left, tree.right, strict=strict)


def _gain(node: Node) -> bool:
    return isinstance(node, Name) and node.name in _GAINS


def _least(node: Node, *, strict: bool) -> bool:
    """Whether what exceeds this value is above zero."""
    low, _ = bounds(node)
    return low >= 0.0 if strict else low > 0.0


def _above(high: Node, low: Node, *, strict: bool) -> bool:
    """Whether `low < high` (`<=` unless strict) puts the close above the mean entry."""
    if high == _CLOSE:
        return _at_entry(low, 1, strict=strict)
    ahead = isinstance(high, Arithmetic) and high.sign == "-" and high.left == _CLOSE
    return (
        ahead
        and isinstance(high, Arithmetic)
        and high.right == _ENTRY
        and _least(low, strict=strict)
    )


def _below(low: Node, high: Node, *, strict: bool) -> bool:
    """Whether `low < high` (`<=` unless strict) puts the close below the mean entry."""
    if low == _CLOSE:
        return _at_entry(high, -1, strict=strict)
    if isinstance(high, Arithmetic) and high.sign == "-":
        return high.left == _ENTRY and high.right == _CLOSE and _least(low, strict=strict)
    return False


def _at_entry(node: Node, direction: int, *, strict: bool) -> bool:
    """Whether a price lies at the mean entry or on the gaining side of it; beyond unless strict."""
    if node == _ENTRY:
        return strict
    if isinstance(node, Call) and node.name == ("max" if direction > 0 else "min"):
        return any(_at_entry(part, direction, strict=strict) for part in node.args)
    if not isinstance(node, Arithmetic) or _ENTRY not in {node.left, node.right}:
        return False
    other = node.right if node.left == _ENTRY else node.left
    if node.sign == "*" and isinstance(other, Number):
        further = direction * (other.value - 1)
        return other.value > 0 and (further >= 0 if strict else further > 0)
    if node.sign == ("+" if direction > 0 else "-"):
        return (direction > 0 or node.left == _ENTRY) and _least(other, strict=strict)
    return False

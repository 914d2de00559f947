"""One bar at a time: the value of an expression that knows the open position.

What needs no trade state was worked out for all bars and is read from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from engine.data.bars import FloatArray
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Minus,
    Name,
    Node,
    Number,
)
from engine.language.rendering import canonical
from engine.language.warmup import constant_value

_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.nan,
}
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


class Point:
    """A bar with the values of the plan and, while a position is open, its trade state."""

    def __init__(
        self, values: Mapping[str, FloatArray], index: int, position: Mapping[str, float]
    ) -> None:
        """Values by canonical text; trade state by name, empty without a position."""
        self.values = values
        self.index = index
        self.position = position

    def of(self, node: Node) -> float:  # noqa: PLR0911 - one line per kind of node
        """Value of a node at the bar; NaN is missing."""
        known = self.values.get(canonical(node))
        if known is not None:
            return float(known[self.index])
        if isinstance(node, Number | Boolean):
            return float(node.value)
        if isinstance(node, Name):
            return float(self.position.get(node.name, math.nan))
        if isinstance(node, Minus):
            return -self.of(node.of)
        if isinstance(node, Arithmetic):
            return _ARITHMETIC[node.sign](self.of(node.left), self.of(node.right))
        if isinstance(node, Lag):
            return self._past(node)
        return self._call(node) if isinstance(node, Call) else math.nan

    def compared(self, node: Comparison) -> float:
        """1 or 0, NaN where a side is missing."""
        left, right = self.of(node.left), self.of(node.right)
        if math.isnan(left) or math.isnan(right):
            return math.nan
        return float(_COMPARE[node.sign](left, right))

    def _past(self, node: Lag) -> float:
        known = self.values.get(canonical(node.of))
        place = self.index - int(constant_value(node.bars))
        return math.nan if known is None or place < 0 else float(known[place])

    def _call(self, node: Call) -> float:
        given = [self.of(arg) for arg in node.args]
        if any(math.isnan(value) for value in given):
            return math.nan
        if node.name in {"min", "max"}:
            return min(given) if node.name == "min" else max(given)
        if node.name == "abs":
            return abs(given[0])
        return float((given[0] > 0) - (given[0] < 0)) if node.name == "sign" else math.nan

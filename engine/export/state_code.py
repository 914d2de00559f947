"""Expressions on the open position as Python for one close, as `engine/language/program.py` has it.

What needs no trade state is read from the columns that `indicators` gives.
"""

from __future__ import annotations

from typing import Final

from engine.export.python_code import Writer
from engine.language.nodes import (
    Arithmetic,
    Boolean,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Number,
)
from engine.language.program import knows_state

_CALLS: Final = {
    "where": "picked({0}, {1}, {2})", "min": "lesser({0}, {1})", "max": "greater({0}, {1})",
    "abs": "abs({0})", "sign": "signum({0})",
}  # fmt: skip


class StateWriter:
    """Writes trees as Python expressions of `values`, `bars`, `state`, `p` and `t`."""

    def __init__(self, writer: Writer) -> None:
        """`writer` keeps the columns that the expressions read."""
        self.writer = writer

    def code(self, tree: Node, lag: str = "") -> str:  # noqa: PLR0911 - one line per kind of node
        """The tree's value at close t, or `lag` bars before it."""
        if isinstance(tree, Number | Boolean):
            return repr(float(tree.value))
        if isinstance(tree, Name) and tree.name in self.writer.params:
            return f'float(p["{tree.name}"])'
        if not knows_state(tree):
            column = self.writer.read(tree)
            return f"past({column}, t - {lag})" if lag else f"past({column}, t)"
        if isinstance(tree, Name):
            return f'state("{tree.name}", {lag or 0})'
        if isinstance(tree, Lag):
            return self.code(tree.of, _later(lag, self._whole(tree.bars)))
        if isinstance(tree, Call):
            return self._call(tree, lag)
        return self._operation(tree, lag)

    def _operation(self, tree: Node, lag: str) -> str:
        if isinstance(tree, Minus | Not):
            inner = self.code(tree.of, lag)
            return f"-({inner})" if isinstance(tree, Minus) else f"(1.0 - {inner})"
        if isinstance(tree, Logic):
            join = "all_true" if tree.word == "and" else "any_true"
            first, *others = [self.code(item, lag) for item in tree.items]
            for other in others:
                first = f"{join}({first}, {other})"
            return first
        if isinstance(tree, Arithmetic):
            left, right = self.code(tree.left, lag), self.code(tree.right, lag)
            if tree.sign == "/":
                return f"quotient({left}, {right})"
            return f"sane({left} {tree.sign} {right})"
        if isinstance(tree, Comparison):
            left, right = self.code(tree.left, lag), self.code(tree.right, lag)
            return _compared(left, tree.sign, right)
        return "nan"

    def _call(self, tree: Call, lag: str) -> str:
        if tree.name in _CALLS:
            return _CALLS[tree.name].format(*[self.code(arg, lag) for arg in tree.args])
        first, second = tree.args
        now = self.code(first, lag)
        if tree.name in {"cross_above", "cross_below"}:
            before = _later(lag, "1")
            signs = (">", "<=") if tree.name == "cross_above" else ("<", ">=")
            here = _compared(now, signs[0], self.code(second, lag))
            there = _compared(self.code(first, before), signs[1], self.code(second, before))
            return f"all_true({here}, {there})"
        then = self.code(first, _later(lag, self._whole(second)))
        if tree.name in {"rising", "falling"}:
            return _compared(now, ">" if tree.name == "rising" else "<", then)
        if tree.name == "delta":
            return f"sane({now} - {then})"
        return f"sane(quotient({now}, {then}) - 1.0)"

    def _whole(self, tree: Node) -> str:
        if isinstance(tree, Name):
            return f'int(p["{tree.name}"])'
        return str(int(tree.value)) if isinstance(tree, Number) else "0"


def _later(lag: str, more: str) -> str:
    return f"({lag} + {more})" if lag else more


def _compared(left: str, sign: str, right: str) -> str:
    return f"compared_now({left}, {right}, holds={left} {sign} {right})"

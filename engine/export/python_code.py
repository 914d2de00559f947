"""Expressions as Python: one line of numpy per tree, in the order in which parts are needed.

The arithmetic is that of `engine/language/plan.py`, step by step, so values are equal bit for bit.
"""

from __future__ import annotations

from engine.export.operators import CALLS, SERIES
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
    Text,
)
from engine.language.operators import OPERATORS
from engine.language.rendering import canonical
from engine.language.signature import Kind


class Writer:
    """Lines of Python for trees; a tree that is already written is not written again.

    Operators and names must have been checked: what is not in the tables raises KeyError.
    """

    def __init__(self, params: dict[str, float]) -> None:
        """Start empty; params: the names that stand for parameters."""
        self.params = params
        self.lines: list[str] = []
        self.higher: dict[str, Writer] = {}
        """Writers of what is evaluated on higher timeframes."""
        self.places: dict[str, str] = {}
        """Canonical text -> variable, for everything that has a line of its own."""

    def add(self, tree: Node) -> str:
        """Variable that holds a tree's values inside `indicators`."""
        text = canonical(tree)
        if text not in self.places:
            code = self._code(tree)
            if code.isidentifier():
                return code
            name = f"v{len(self.lines) + 1}"
            self.lines.append(f"{name} = finite({code})  # {text}")
            self.places[text] = name
        return self.places[text]

    def add_kept(self, tree: Node) -> str:
        """Text under which a tree's values are kept; bar series get a line of their own too."""
        text, name = canonical(tree), self.add(tree)
        self.places.setdefault(text, name)
        return text

    def read(self, tree: Node) -> str:
        """Where `decide` finds the same values: by their text, or among the bars."""
        name = self.add(tree)
        text = canonical(tree)
        return f"values[{text!r}]" if text in self.places else f'bars["{name.rstrip("_")}"]'

    def _code(self, tree: Node) -> str:  # noqa: PLR0911 - one line per kind of node
        if isinstance(tree, Call):
            return self._call(tree)
        if isinstance(tree, Lag):
            return f"lagged({self.add(tree.of)}, {self._whole(tree.bars)})"
        if isinstance(tree, Logic):
            return self._logic(tree)
        if isinstance(tree, Comparison):
            left, right = self.add(tree.left), self.add(tree.right)
            return f"compared({left} {tree.sign} {right}, {left}, {right})"
        if isinstance(tree, Arithmetic):
            return f"{self.add(tree.left)} {tree.sign} {self.add(tree.right)}"
        if isinstance(tree, Not):
            return f"1 - {self.add(tree.of)}"
        if isinstance(tree, Minus):
            return f"-{self.add(tree.of)}"
        return self._leaf(tree)

    def _leaf(self, tree: Number | Boolean | Name | Text) -> str:
        if isinstance(tree, Name) and tree.name not in self.params:
            return SERIES[tree.name]
        if isinstance(tree, Boolean):
            return f"np.full(n, {float(tree.value)})"
        return f"np.full(n, {self._real(tree)})"

    def _logic(self, tree: Logic) -> str:
        join = "both" if tree.word == "and" else "either"
        first, *others = [self.add(item) for item in tree.items]
        for other in others:
            first = f"{join}({first}, {other})"
        return first

    def _call(self, tree: Call) -> str:
        if tree.name == "htf" and isinstance(tree.args[0], Text):
            frame = tree.args[0].value
            inner = self.higher.setdefault(frame, Writer(self.params))
            found = inner.add_kept(tree.args[1])
            return f"seen(values_{frame}.get({found!r}, close[:0]), rows_{frame})"
        arguments = []
        for arg, given in zip(OPERATORS[tree.name].args, tree.args, strict=True):
            if arg.kind is Kind.WINDOW:
                arguments.append(self._whole(given))
            elif arg.kind is Kind.NUMBER:
                arguments.append(self._real(given))
            elif isinstance(given, Text):
                arguments.append(f'"{given.value}"')
            else:
                arguments.append(self.add(given))
        return CALLS[tree.name].format(*arguments)

    def _constant(self, node: Node, kind: type[int | float]) -> str:
        if isinstance(node, Minus):
            return f"-{self._constant(node.of, kind)}"
        if isinstance(node, Name):
            return f'{kind.__name__}(p["{node.name}"])'
        return repr(kind(node.value)) if isinstance(node, Number) else "0"

    def _whole(self, node: Node) -> str:
        return self._constant(node, int)

    def _real(self, node: Node) -> str:
        return self._constant(node, float)

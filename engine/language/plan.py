"""Evaluation plan: a resolved tree as a list of array steps; equal parts are computed once.

Values are float64 arrays of shape (n,); conditions are 1, 0 and NaN (missing), three-valued as
Kleene has it. Whatever is not finite becomes missing after every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.indicators.statistics import both, compared, either
from engine.indicators.windows import lagged
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
from engine.language.operators import OPERATORS, SERIES_BY_NAME
from engine.language.rendering import canonical
from engine.language.signature import Argument, Kind
from engine.language.warmup import constant_value

Inputs = Sequence[FloatArray]

_ARITHMETIC: Final[dict[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
}  # fmt: skip
_COMPARE: Final[dict[str, Callable[[FloatArray, FloatArray], np.ndarray]]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


class Step(NamedTuple):
    """One value: its canonical text, where its inputs stand, and how it is computed."""

    text: str
    inputs: tuple[int, ...]
    compute: Callable[[Bars, Inputs], FloatArray]


def _finite(values: FloatArray) -> FloatArray:
    bad = ~np.isfinite(values)
    return np.where(bad, np.nan, values) if bad.any() else values


class Plan:
    """Steps in an order in which every input comes before its use."""

    def __init__(self) -> None:
        """Start empty."""
        self.steps: list[Step] = []
        self._places: dict[str, int] = {}

    def add(self, tree: Node) -> int:
        """Place of a tree's value; a tree that is already there is not added again."""
        text = canonical(tree)
        if text not in self._places:
            step = self._step(tree, text)
            self._places[text] = len(self.steps)
            self.steps.append(step)
        return self._places[text]

    def run(self, bars: Bars) -> list[FloatArray]:
        """Every step's values on these bars, in the order of the steps."""
        values: list[FloatArray] = []
        with np.errstate(all="ignore"):
            for step in self.steps:
                inputs = [values[place] for place in step.inputs]
                values.append(_finite(step.compute(bars, inputs)))
        return values

    def _step(self, tree: Node, text: str) -> Step:  # noqa: PLR0911 - one line per kind of node
        if isinstance(tree, Call):
            return self._call(tree, text)
        if isinstance(tree, Lag):
            bars = int(constant_value(tree.bars))
            return Step(text, (self.add(tree.of),), lambda _b, x: lagged(x[0], bars))
        if isinstance(tree, Logic):
            return self._logic(tree, text)
        if isinstance(tree, Comparison):
            compare = _COMPARE[tree.sign]
            return Step(
                text, (self.add(tree.left), self.add(tree.right)),
                lambda _b, x: compared(compare(x[0], x[1]), x[0], x[1]),
            )  # fmt: skip
        if isinstance(tree, Arithmetic):
            join = _ARITHMETIC[tree.sign]
            places = (self.add(tree.left), self.add(tree.right))
            return Step(text, places, lambda _b, x: join(x[0], x[1]))
        if isinstance(tree, Not):
            return Step(text, (self.add(tree.of),), lambda _b, x: 1 - x[0])
        if isinstance(tree, Minus):
            return Step(text, (self.add(tree.of),), lambda _b, x: -x[0])
        return self._leaf(tree, text)

    def _leaf(self, tree: Number | Boolean | Name | Text, text: str) -> Step:
        if isinstance(tree, Name):
            read = SERIES_BY_NAME[tree.name].read
            if read is not None:
                return Step(text, (), lambda b, _x: read(b))
        value = float(tree.value) if isinstance(tree, Number | Boolean) else float("nan")
        return Step(text, (), lambda b, _x: np.full(len(b), value))

    def _logic(self, tree: Logic, text: str) -> Step:
        join = both if tree.word == "and" else either
        places = tuple(self.add(item) for item in tree.items)

        def compute(_bars: Bars, inputs: Inputs) -> FloatArray:
            """Join the conditions from the left, three-valued."""
            result = inputs[0]
            for other in inputs[1:]:
                result = join(result, other)
            return result

        return Step(text, places, compute)

    def _call(self, tree: Call, text: str) -> Step:
        operator = OPERATORS[tree.name]
        kernel = operator.kernel
        if kernel is None:
            return Step(text, (), lambda b, _x: np.full(len(b), np.nan))
        fixed: list[Argument | None] = []
        places: list[int] = []
        for arg, given in zip(operator.args, tree.args, strict=True):
            if arg.kind is Kind.WINDOW:
                fixed.append(int(constant_value(given)))
            elif arg.kind is Kind.NUMBER:
                fixed.append(float(constant_value(given)))
            elif isinstance(given, Text):
                fixed.append(given.value)
            else:
                fixed.append(None)
                places.append(self.add(given))

        def compute(bars: Bars, inputs: Inputs) -> FloatArray:
            """Call the kernel with series and constants in their places."""
            series = iter(inputs)
            return kernel(bars, *(next(series) if item is None else item for item in fixed))

        return Step(text, tuple(places), compute)

"""Evaluation plan: a resolved tree as a list of array steps; equal parts are computed once.

Values are float64 arrays of shape (n,) on one instrument's own bars; conditions are 1, 0 and NaN
(missing), three-valued as Kleene has it. What is not finite becomes missing at the step that
makes it. Arguments of `htf`, `sym` and the ranks are plans of their own, run once per panel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.indicators.statistics import both, compared, either
from engine.indicators.windows import lagged
from engine.language.elsewhere import Of, Setting
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
    children,
)
from engine.language.operators import OPERATORS, SERIES_BY_NAME
from engine.language.rendering import canonical
from engine.language.signature import Argument, Kind, Operator
from engine.language.view import View
from engine.language.warmup import constant_value

Inputs = Sequence[FloatArray]
Compute = Callable[[View, Inputs], FloatArray]

_ARITHMETIC: Final[dict[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
}  # fmt: skip
_COMPARE: Final[dict[str, Callable[..., BoolArray]]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


CONDITIONS: Final = frozenset({
    "cross_above", "cross_below", "rising", "falling", "any_of", "all_of",
})  # fmt: skip
"""Operators whose values are never out of range."""


class Step(NamedTuple):
    """One value: its canonical text, where its inputs stand, and how it is computed."""

    text: str
    inputs: tuple[int, ...]
    compute: Compute


def finite(values: FloatArray) -> FloatArray:
    """Infinite values are missing; one pass where there are none."""
    bad = np.isinf(values)
    return np.where(bad, np.nan, values) if bad.any() else values


class Plan:
    """Steps in an order in which every input comes before its use."""

    def __init__(self, setting: Setting | None = None) -> None:
        """Start empty; the setting says which pair and which universe the expressions mean."""
        self.setting = setting or Setting()
        self.steps: list[Step] = []
        self._places: dict[str, int] = {}
        self._elsewhere: Plan | None = None

    def add(self, tree: Node) -> int:
        """Place of a tree's value; a tree that is already there is not added again."""
        text = canonical(tree)
        if text not in self._places:
            step = self._step(tree, text)
            self._places[text] = len(self.steps)
            self.steps.append(step)
        return self._places[text]

    def run(self, where: View | Bars) -> list[FloatArray]:
        """Every step's values on the own bars, in the order of the steps.

        Bars alone are a panel of one: other symbols are missing there.
        """
        view = View.of(where) if isinstance(where, Bars) else where
        values: list[FloatArray] = []
        with np.errstate(all="ignore"):
            for step in self.steps:
                values.append(step.compute(view, [values[place] for place in step.inputs]))
        return values

    def once(self, view: View) -> list[FloatArray]:
        """As `run`, worked out only once for each instrument of the view's panel."""
        return view.memo.once(
            (self, len(self.steps), view.place),
            lambda: self.run(view) if len(view.bars) else [np.zeros(0)] * len(self.steps),
        )

    def _step(self, tree: Node, text: str) -> Step:
        if isinstance(tree, Call):
            return self._call(tree, text)
        if isinstance(tree, Lag):
            bars = int(constant_value(tree.bars))
            return Step(text, (self.add(tree.of),), lambda _v, x: lagged(x[0], bars))
        if isinstance(tree, Logic):
            return self._logic(tree, text)
        if isinstance(tree, Comparison | Arithmetic | Not | Minus):
            return Step(text, tuple(self.add(part) for part in children(tree)), pointwise(tree))
        return Step(text, (), self._leaf(tree))

    def _leaf(self, tree: Number | Boolean | Name | Text) -> Compute:
        if isinstance(tree, Name):
            series, setting = SERIES_BY_NAME[tree.name], self.setting
            if series.pair is not None:
                kernel = series.pair
                return lambda view, _x: finite(kernel(view, setting))
            read = series.read
            return lambda view, _x: read(view.bars)
        value = float(tree.value) if isinstance(tree, Number | Boolean) else float("nan")
        # One number seen n times: a constant costs no memory.
        return lambda view, _x: np.broadcast_to(np.float64(value), len(view.bars))

    def _logic(self, tree: Logic, text: str) -> Step:
        join = both if tree.word == "and" else either
        places = tuple(self.add(item) for item in tree.items)

        def compute(_view: View, inputs: Inputs) -> FloatArray:
            """Join the conditions from the left, three-valued."""
            result = inputs[0]
            for other in inputs[1:]:
                result = join(result, other)
            return result

        return Step(text, places, compute)

    def _call(self, tree: Call, text: str) -> Step:
        operator = OPERATORS[tree.name]
        if operator.elsewhere:
            return Step(text, (), self._elsewhere_call(tree, operator))
        kernel = operator.kernel
        condition = tree.name in CONDITIONS
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

        def compute(view: View, inputs: Inputs) -> FloatArray:
            """Call the kernel with series and constants in their places."""
            series = iter(inputs)
            arguments = (next(series) if item is None else item for item in fixed)
            result: FloatArray = kernel(view.bars, *arguments)
            # Conditions are 1, 0 or missing; only numbers can run out of range.
            return result if condition else finite(result)

        return Step(text, tuple(places), compute)

    def _elsewhere_call(self, tree: Call, operator: Operator) -> Compute:
        """An operator whose argument is evaluated on other bars of the panel."""
        if self._elsewhere is None:
            self._elsewhere = Plan(self.setting)
        inner = self._elsewhere
        place = inner.add(tree.args[-1])
        word = next((arg.value for arg in tree.args if isinstance(arg, Text)), None)
        kernel, last = operator.kernel, self.setting if word is None else word
        of: Of = lambda view: inner.once(view)[place]  # noqa: E731 - one value of the inner plan
        return lambda view, _x: kernel(view, of, last)


def pointwise(tree: Comparison | Arithmetic | Not | Minus) -> Compute:
    """A comparison, a sign or arithmetic on the values of its parts."""
    if isinstance(tree, Comparison):
        return _comparing(tree)
    if isinstance(tree, Arithmetic):
        join = _ARITHMETIC[tree.sign]
        return lambda _v, x: finite(join(x[0], x[1]))
    return (lambda _v, x: 1 - x[0]) if isinstance(tree, Not) else (lambda _v, x: -x[0])


def _comparing(tree: Comparison) -> Compute:
    """A comparison; beside a constant only the other side can be missing."""
    compare = _COMPARE[tree.sign]
    if isinstance(tree.right, Number):
        right = float(tree.right.value)
        return lambda _v, x: compared(compare(x[0], right), x[0])
    if isinstance(tree.left, Number):
        left = float(tree.left.value)
        return lambda _v, x: compared(compare(left, x[1]), x[1])
    return lambda _v, x: compared(compare(x[0], x[1]), x[0], x[1])

"""A plan whose parameters stay open: equal parts of many parameter sets are worked out once.

It has the interface of `Plan` (`add` gives a place), so rules are planned on it as on any other;
`at` gives the values of one point of the sweep. A part that depends on fewer parameters than the
whole sweep is remembered, within a bound of memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators.statistics import both, either
from engine.indicators.windows import lagged
from engine.language.elsewhere import Setting
from engine.language.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Lag,
    Logic,
    Minus,
    Name,
    Node,
    Not,
    Text,
    children,
    walk,
)
from engine.language.operators import OPERATORS
from engine.language.plan import CONDITIONS, Plan, finite, pointwise
from engine.language.program import replaced
from engine.language.rendering import canonical
from engine.language.resolve import number_of
from engine.language.signature import Kind
from engine.language.view import View
from engine.language.warmup import constant_value, warmup_of

Point = Mapping[str, float]
KEPT_BYTES: Final = 24 * 1024 * 1024


class SweepPlan:
    """Places of expressions whose numbers may be parameters."""

    def __init__(self, params: frozenset[str], setting: Setting | None = None) -> None:
        """`params` are the names that vary."""
        self.params = params
        self.fixed = Plan(setting)
        self.nodes: list[Node] = []
        self.names: list[tuple[str, ...]] = []
        self._places: dict[str, int] = {}

    def add(self, tree: Node) -> int:
        """Place of a tree's value."""
        text = canonical(tree)
        if text not in self._places:
            self._places[text] = len(self.nodes)
            self.nodes.append(tree)
            found = {node.name for node in walk(tree) if isinstance(node, Name)}
            self.names.append(tuple(sorted(found & self.params)))
            if not self.names[-1]:
                self.fixed.add(tree)
            for part in children(tree):
                if not isinstance(part, Text):
                    self.add(part)
        return self._places[text]

    def place(self, tree: Node) -> int:
        """Place of a tree that was added."""
        return self._places[canonical(tree)]

    def on(self, view: View) -> SweepValues:
        """What the plan gives on these bars, point by point."""
        return SweepValues(self, view)


class SweepValues(Sequence[FloatArray]):
    """Values of a sweep plan on one instrument; `at` chooses the point, indexing reads a place."""

    def __init__(self, plan: SweepPlan, view: View) -> None:
        """Work out what depends on no parameter."""
        self.plan, self.view = plan, view
        known = plan.fixed.run(view)
        self._fixed = {
            place: known[plan.fixed.add(tree)]
            for place, (tree, names) in enumerate(zip(plan.nodes, plan.names, strict=True))
            if not names
        }
        self._parts = [
            [plan.place(part) for part in children(tree) if not isinstance(part, Text)]
            for place, tree in enumerate(plan.nodes)
        ]  # fmt: skip
        self._series = {
            id(part): plan.place(part)
            for tree in plan.nodes
            for part in children(tree)
            if not isinstance(part, Text)
        }
        self._warm: dict[tuple[int, tuple[float, ...]], int] = {}
        self._kept: OrderedDict[tuple[int, tuple[float, ...]], FloatArray] = OrderedDict()
        self._most = max(1, KEPT_BYTES // (8 * max(1, len(view.bars))))
        self._point: Point = {}
        self._here: dict[int, FloatArray] = {}

    def at(self, point: Point) -> SweepValues:
        """The same values with the parameters of this point."""
        self._point, self._here = point, {}
        return self

    def warmup(self, place: int) -> int:
        """Bars that a place needs before its value at the chosen point may be used."""
        names = self.plan.names[place]
        key = (place, tuple(self._point[name] for name in names))
        if key not in self._warm:
            self._warm[key] = self._needs(place)
        return self._warm[key]

    def _needs(self, place: int) -> int:
        tree = self.plan.nodes[place]
        plain = not isinstance(tree, Call) or OPERATORS[tree.name].elsewhere
        if plain and not isinstance(tree, Logic | Comparison | Arithmetic):
            numbers = {name: number_of(value) for name, value in self._point.items()}
            frame, calendar = self.view.bars.timeframe, self.view.bars.instrument.calendar
            return warmup_of(replaced(tree, numbers), frame, calendar)
        inner = max((self.warmup(part) for part in self._parts[place]), default=0)
        if isinstance(tree, Call):
            kinds = zip(OPERATORS[tree.name].args, tree.args, strict=True)
            numbers_of = tuple(
                self._number(given) for arg, given in kinds
                if arg.kind in {Kind.WINDOW, Kind.NUMBER}
            )  # fmt: skip
            return inner + OPERATORS[tree.name].own(numbers_of, self.view.bars.timeframe)
        return inner

    def __len__(self) -> int:
        """Number of places."""
        return len(self.plan.nodes)

    def __getitem__(self, place: int) -> FloatArray:  # type: ignore[override]  # no slices
        """Value of a place at the chosen point."""
        found = self._fixed.get(place)
        if found is None:
            found = self._here.get(place)
        if found is None:
            found = self._here[place] = self._value(place)
        return found

    def _value(self, place: int) -> FloatArray:
        names = self.plan.names[place]
        if len(names) == len(self.plan.params) and len(names) > 1:
            return self._compute(place)
        key = (place, tuple(self._point[name] for name in names))
        if key not in self._kept:
            self._kept[key] = self._compute(place)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return self._kept[key]

    def _number(self, tree: Node) -> float:
        """A constant or a parameter at the chosen point."""
        return self._point[tree.name] if isinstance(tree, Name) else constant_value(tree)

    def _compute(self, place: int) -> FloatArray:
        tree, parts = self.plan.nodes[place], self._parts[place]
        with np.errstate(all="ignore"):
            if isinstance(tree, Call):
                return self._call(tree)
            if isinstance(tree, Lag):
                return lagged(self[parts[0]], int(self._number(tree.bars)))
            if isinstance(tree, Logic):
                join = both if tree.word == "and" else either
                result = self[parts[0]]
                for part in parts[1:]:
                    result = join(result, self[part])
                return result
            return self._pointwise(tree, parts)

    def _pointwise(self, tree: Node, parts: Sequence[int]) -> FloatArray:
        if isinstance(tree, Comparison | Arithmetic | Minus | Not):
            return pointwise(tree)(self.view, [self[part] for part in parts])
        value = self._number(tree)
        return np.broadcast_to(np.float64(value), (len(self.view.bars),))

    def _call(self, tree: Call) -> FloatArray:
        operator = OPERATORS[tree.name]
        if operator.elsewhere:
            numbers = {name: number_of(value) for name, value in self._point.items()}
            plan = Plan(self.plan.fixed.setting)
            return plan.run(self.view)[plan.add(replaced(tree, numbers))]
        arguments: list[object] = []
        for arg, given in zip(operator.args, tree.args, strict=True):
            if arg.kind is Kind.WINDOW:
                arguments.append(int(self._number(given)))
            elif arg.kind is Kind.NUMBER:
                arguments.append(float(self._number(given)))
            elif isinstance(given, Text):
                arguments.append(given.value)
            else:
                arguments.append(self[self._series[id(given)]])
        result: FloatArray = operator.kernel(self.view.bars, *arguments)
        # Conditions are 1, 0 or missing; only numbers can run out of range.
        return result if tree.name in CONDITIONS else finite(result)

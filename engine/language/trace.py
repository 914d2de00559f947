"""Why long, why flat: each comparison of the rules with its values at one bar.

`nearest_flip` answers what would have to change least: of the comparisons that alone would turn
the rule, the one whose gap is smallest, measured in the gap's own usual step from bar to bar.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.errors import InputError
from engine.indicators.windows import lagged
from engine.language.compiler import CompiledSpec
from engine.language.nodes import Call, Comparison, Logic, Node, Not
from engine.language.phrasing import Language, Phraser
from engine.language.point import Point
from engine.language.rendering import canonical
from engine.language.view import View
from engine.language.warmup import constant_value
from engine.signals import RuleValue

_MEMORY: Final = 100
_TEXT: Final = 600
_TWO_SIDED: Final = frozenset({"cross_above", "cross_below"})
_AGAINST_PAST: Final = frozenset({"rising", "falling"})


class Flip(NamedTuple):
    """The comparison nearest to turning a rule's condition.

    Attributes:
        path: JSON pointer of the condition.
        value: the comparison with its values.
        distance: gap in units of the gap's mean step per bar, at least 0.
    """

    path: str
    value: RuleValue
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Atom:
    """A condition without parts: comparison, crossing or another condition operator."""

    node: Node
    left: FloatArray | None
    right: FloatArray | None
    known: FloatArray

    def at(self, index: int) -> tuple[float | None, float | None, bool | None]:
        """Left value, right value and truth at a bar, None where missing."""
        truth = float(self.known[index])
        return _value(self.left, index), _value(self.right, index), _definite(truth)


def _definite(truth: float) -> bool | None:
    return None if math.isnan(truth) else truth == 1


def _value(values: FloatArray | None, index: int) -> float | None:
    found = math.nan if values is None else float(values[index])
    return found if math.isfinite(found) else None


class _Tracer:
    """Values of a compiled spec where it is evaluated, by canonical text."""

    def __init__(self, compiled: CompiledSpec, where: Bars | View) -> None:
        bars = where if isinstance(where, Bars) else where.bars
        values = (
            compiled.plan_values(where) if isinstance(where, Bars) else compiled.plan.run(where)
        )
        texts = (step.text for step in compiled.plan.steps)
        self.rows = len(bars)
        self.values: Mapping[str, FloatArray] = dict(zip(texts, values, strict=True))

    def atoms(self, node: Node) -> Iterator[_Atom]:
        """The conditions without parts of a tree, from the left."""
        if isinstance(node, Logic):
            for item in node.items:
                yield from self.atoms(item)
        elif isinstance(node, Not):
            yield from self.atoms(node.of)
        else:
            yield self._atom(node)

    def _atom(self, node: Node) -> _Atom:
        known = self.values.get(canonical(node), np.broadcast_to(np.nan, self.rows))
        if isinstance(node, Comparison):
            return _Atom(node, self._of(node.left), self._of(node.right), known)
        if isinstance(node, Call) and node.name in _TWO_SIDED:
            return _Atom(node, self._of(node.args[0]), self._of(node.args[1]), known)
        if isinstance(node, Call) and node.name in _AGAINST_PAST:
            now = self._of(node.args[0])
            past = lagged(now, int(constant_value(node.args[1])))
            return _Atom(node, now, past, known)
        return _Atom(node, None, None, known)

    def _of(self, node: Node) -> FloatArray:
        # Trade state is no column: its value at a bar is told by the position (`Point`).
        known = self.values.get(canonical(node))
        return np.broadcast_to(np.nan, self.rows) if known is None else known


def _check(bars: Bars, index: int) -> int:
    if not -len(bars) <= index < len(bars):
        raise InputError(
            "INDEX_OUT_OF_RANGE", "there is no such bar", value=index,
            hint=f"0 to {len(bars) - 1}, or -1 for the last bar",
        )  # fmt: skip
    return index % len(bars)


def _conditions(compiled: CompiledSpec) -> Iterator[tuple[str, Node]]:
    """Conditions in the order in which they are told: entries, exits, then the rest."""
    rules, regimes = range(len(compiled.spec.rules)), range(len(compiled.spec.regimes))
    paths = [f"/rules/{place}/{role}" for role in ("entry", "exit") for place in rules]
    paths += [f"/regimes/{place}/{role}" for place in regimes for role in ("when", "until")]
    paths += ["/cross_section/eligible", "/pyramiding/add_when"]
    for path in paths:
        if path in compiled.trees:
            yield path, compiled.trees[path]


def _levels(compiled: CompiledSpec) -> Iterator[Node]:
    """Prices and scores that a decision names: order prices, the ranking's score, a weight."""
    rules = range(len(compiled.spec.rules))
    paths = [f"/rules/{place}/order/price" for place in rules]
    for path in (*paths, "/cross_section/score", "/sizing/expr"):
        if path in compiled.trees:
            yield compiled.trees[path]


def _rule_value(atom: _Atom, point: Point, phraser: Phraser) -> RuleValue:
    left, right, holds = atom.at(point.index)
    if holds is None and isinstance(atom.node, Comparison):
        left, right = _shown(point.of(atom.node.left)), _shown(point.of(atom.node.right))
        holds = _definite(point.compared(atom.node))
    text = phraser.say(atom.node)[:_TEXT]
    return RuleValue(text=text, left=left, right=right, holds=holds)


def _shown(value: float) -> float | None:
    return value if math.isfinite(value) else None


def explain(
    compiled: CompiledSpec,
    where: Bars | View,
    index: int,
    language: Language,
    position: Mapping[str, float] | None = None,
) -> tuple[RuleValue, ...]:
    """Every comparison of the spec with its values at a bar, then the levels it names.

    Entries come first, then exits, regimes and the rest. index: bar, -1 is the last one; `holds`
    is None where a value is missing. position: trade state by name (`bars_held` ...) while one is
    open; without it what asks for the position is missing. A level has no right side.

    Raises:
        InputError: INDEX_OUT_OF_RANGE, TIMEFRAME_MISMATCH.
    """
    bars = where if isinstance(where, Bars) else where.bars
    tracer, phraser = _Tracer(compiled, where), Phraser(language)
    point = Point(tracer.values, _check(bars, index), position or {})
    conditions = [
        _rule_value(atom, point, phraser)
        for _, tree in _conditions(compiled)
        for atom in tracer.atoms(tree)
    ]
    levels = [
        RuleValue(
            text=phraser.say(tree)[:_TEXT], left=_shown(point.of(tree)), right=None, holds=None
        )
        for tree in _levels(compiled)
    ]
    return (*conditions, *levels)


def _outcome(node: Node, known: Mapping[int, float], counter: Iterator[int]) -> float:
    """Kleene value of a condition from the values of its atoms, in the order of `atoms`."""
    if isinstance(node, Logic):
        parts = [_outcome(item, known, counter) for item in node.items]
        decisive = 0.0 if node.word == "and" else 1.0
        if decisive in parts:
            return decisive
        return math.nan if any(math.isnan(part) for part in parts) else 1.0 - decisive
    if isinstance(node, Not):
        return 1.0 - _outcome(node.of, known, counter)
    return known[next(counter)]


def _turns(tree: Node, known: Mapping[int, float], place: int) -> bool:
    """Whether turning one atom turns the whole condition."""
    before = _outcome(tree, known, iter(range(len(known))))
    turned = {**known, place: 0.0 if known[place] == 1 else 1.0}
    after = _outcome(tree, turned, iter(range(len(known))))
    return (before == 1) != (after == 1)


def _distance(atom: _Atom, index: int) -> float:
    """Gap between the sides over the mean step of that gap in the last 100 bars."""
    if atom.left is None or atom.right is None:
        return math.inf
    start = max(0, index - _MEMORY)
    gap = atom.left[start : index + 1] - atom.right[start : index + 1]
    if len(gap) == 0 or not math.isfinite(gap[-1]):
        return math.inf
    steps = np.abs(np.diff(gap))
    steps = steps[np.isfinite(steps)]
    usual = float(np.mean(steps)) if len(steps) else 0.0
    if usual == 0.0:
        return 0.0 if gap[-1] == 0 else math.inf
    return abs(float(gap[-1])) / usual


def nearest_flip(
    compiled: CompiledSpec,
    where: Bars | View,
    index: int,
    language: Language,
    path: str = "/rules/0/entry",
) -> Flip | None:
    """The comparison nearest to turning the condition at `path`; None when none alone does.

    Raises:
        InputError: INDEX_OUT_OF_RANGE, TIMEFRAME_MISMATCH, PATH_UNKNOWN.
    """
    place = _check(where if isinstance(where, Bars) else where.bars, index)
    tree = compiled.trees.get(path)
    if tree is None:
        hint = f"one of {', '.join(found for found, _ in _conditions(compiled))}"
        raise InputError("PATH_UNKNOWN", "no condition stands there", value=path, hint=hint)
    tracer = _Tracer(compiled, where)
    atoms = list(tracer.atoms(tree))
    known = {n: float(atom.known[place]) for n, atom in enumerate(atoms)}
    turning = [
        (_distance(atom, place), n) for n, atom in enumerate(atoms) if _turns(tree, known, n)
    ]
    if not turning:
        return None
    distance, best = min(turning)
    value = _rule_value(atoms[best], Point(tracer.values, place, {}), Phraser(language))
    return Flip(path, value, distance)

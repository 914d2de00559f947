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
from engine.language.rendering import canonical
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
    """Values of a compiled spec on some bars, by canonical text."""

    def __init__(self, compiled: CompiledSpec, bars: Bars) -> None:
        values = compiled.plan_values(bars)
        texts = (step.text for step in compiled.plan.steps)
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
        known = self.values[canonical(node)]
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
        return self.values[canonical(node)]


def _check(bars: Bars, index: int) -> int:
    if not -len(bars) <= index < len(bars):
        raise InputError(
            "INDEX_OUT_OF_RANGE", "there is no such bar", value=index,
            hint=f"0 to {len(bars) - 1}, or -1 for the last bar",
        )  # fmt: skip
    return index % len(bars)


def _conditions(compiled: CompiledSpec) -> Iterator[tuple[str, Node]]:
    for role in ("entry", "exit"):
        for place in range(len(compiled.spec.rules)):
            path = f"/rules/{place}/{role}"
            if path in compiled.trees:
                yield path, compiled.trees[path]


def _rule_value(atom: _Atom, index: int, phraser: Phraser) -> RuleValue:
    left, right, holds = atom.at(index)
    text = phraser.say(atom.node)[:_TEXT]
    return RuleValue(text=text, left=left, right=right, holds=holds)


def explain(
    compiled: CompiledSpec, bars: Bars, index: int, language: Language
) -> tuple[RuleValue, ...]:
    """Every comparison of the rules with its values at a bar: entries first, then exits.

    index: bar, -1 is the last one. `holds` is None where a value is missing.

    Raises:
        InputError: INDEX_OUT_OF_RANGE, TIMEFRAME_MISMATCH.
    """
    place = _check(bars, index)
    tracer, phraser = _Tracer(compiled, bars), Phraser(language)
    return tuple(
        _rule_value(atom, place, phraser)
        for _, tree in _conditions(compiled)
        for atom in tracer.atoms(tree)
    )


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
    compiled: CompiledSpec, bars: Bars, index: int, language: Language, path: str = "/rules/0/entry"
) -> Flip | None:
    """The comparison nearest to turning the condition at `path`; None when none alone does.

    Raises:
        InputError: INDEX_OUT_OF_RANGE, TIMEFRAME_MISMATCH, PATH_UNKNOWN.
    """
    place = _check(bars, index)
    tree = compiled.trees.get(path)
    if tree is None:
        hint = f"one of {', '.join(found for found, _ in _conditions(compiled))}"
        raise InputError("PATH_UNKNOWN", "no condition stands there", value=path, hint=hint)
    atoms = list(_Tracer(compiled, bars).atoms(tree))
    known = {n: float(atom.known[place]) for n, atom in enumerate(atoms)}
    turning = [
        (_distance(atom, place), n) for n, atom in enumerate(atoms) if _turns(tree, known, n)
    ]
    if not turning:
        return None
    distance, best = min(turning)
    return Flip(path, _rule_value(atoms[best], place, Phraser(language)), distance)

"""Warm-up: bars before a value has forgotten where its history began, from the tree alone.

NaN-free is not converged: a recursive average is within 1e-4 of its long-history value only after
its own number of bars. warm(f(x)) = warm(x) + own(f); of several inputs the longest counts.
"""

from __future__ import annotations

from typing import Final

from engine.language.nodes import Call, Lag, Minus, Node, Number, children
from engine.language.operators import OPERATORS
from engine.language.signature import Kind
from engine.market import Timeframe

STATEFUL_REGIME_BARS: Final = 500
"""A regime that remembers (until, min_bars above 1) needs this much more."""


def constants_of(call: Call) -> tuple[float, ...]:
    """Windows and numbers of a resolved call, from the left."""
    kinds = (arg.kind for arg in OPERATORS[call.name].args)
    return tuple(
        constant_value(given)
        for kind, given in zip(kinds, call.args, strict=True)
        if kind in {Kind.WINDOW, Kind.NUMBER}
    )


def constant_value(node: Node) -> float:
    """Value of a constant in a resolved tree (a number or minus a number)."""
    if isinstance(node, Minus):
        return -constant_value(node.of)
    return node.value if isinstance(node, Number) else 0.0


def warmup_of(tree: Node, timeframe: Timeframe) -> int:
    """Bars before a resolved, type-checked tree may be used."""
    if isinstance(tree, Lag):
        return warmup_of(tree.of, timeframe) + int(constant_value(tree.bars))
    inner = max((warmup_of(part, timeframe) for part in children(tree)), default=0)
    if isinstance(tree, Call):
        return inner + OPERATORS[tree.name].own(constants_of(tree), timeframe)
    return inner

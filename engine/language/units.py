"""The unit algebra: every number is a price, a volume, an oscillator ... and says so.

Counts and dimensionless series are not wildcards; only a bare constant (or parameter) may stand
on one side of a comparison with anything.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from engine.language.nodes import ArithmeticSign


class Unit(StrEnum):
    """What a value measures."""

    P = "P"
    D = "D"
    V = "V"
    O = "O"  # noqa: E741 - the letter of the design's table
    R = "R"
    N = "N"
    K = "K"
    B = "B"
    C = "c"


WORDS: Final[dict[Unit, str]] = {
    Unit.P: "a price",
    Unit.D: "a price difference",
    Unit.V: "a volume",
    Unit.O: "an oscillator 0..100",
    Unit.R: "a ratio of one",
    Unit.N: "a dimensionless number",
    Unit.K: "a count",
    Unit.B: "a condition",
    Unit.C: "a constant",
}
"""How a message names a unit."""

_BESIDE_CONSTANTS: Final = frozenset({Unit.O, Unit.R, Unit.N, Unit.D, Unit.K})
_MIXABLE: Final = frozenset({Unit.R, Unit.N, Unit.K})
_SCALABLE: Final = frozenset({Unit.P, Unit.D, Unit.V, Unit.O})


def comparable(left: Unit, right: Unit) -> bool:
    """Same unit, or one side a constant; conditions are never compared."""
    if Unit.B in {left, right}:
        return False
    return left is right or Unit.C in {left, right}


def equatable(left: Unit, right: Unit) -> bool:
    """`==` and `!=` stand only between counts, or a count and a constant."""
    return {left, right} <= {Unit.K, Unit.C}


def joined(left: Unit, right: Unit) -> Unit | None:
    """Unit of a choice between two values (where, min, max), None when they do not fit."""
    if not comparable(left, right):
        return None
    if left is Unit.C:
        return Unit.N if right is Unit.C else right
    return left


def _sum(sign: ArithmeticSign, left: Unit, right: Unit) -> Unit | None:
    if left is right:
        return Unit.D if left is Unit.P and sign == "-" else left
    pair = {left, right}
    if pair == {Unit.P, Unit.D}:
        return Unit.P if left is Unit.P or sign == "+" else None
    if Unit.C in pair:
        other = right if left is Unit.C else left
        return other if other in _BESIDE_CONSTANTS else None
    return Unit.N if pair <= _MIXABLE else None


def _product(left: Unit, right: Unit) -> Unit:
    for scale in (Unit.C, Unit.K, Unit.R):
        if left is scale:
            return right
        if right is scale:
            return left
    return Unit.N


def _quotient(left: Unit, right: Unit) -> Unit:
    if right is Unit.C:
        return left
    if left is right or (left, right) in {(Unit.P, Unit.D), (Unit.D, Unit.P)}:
        return Unit.R
    if right is Unit.R and left in _SCALABLE:
        return left
    return Unit.N


def arithmetic(sign: ArithmeticSign, left: Unit, right: Unit) -> Unit | None:
    """Unit of `left sign right`; None when the two cannot be added or subtracted.

    Conditions must be refused before: they take part in no arithmetic.
    """
    if sign in "+-":
        return _sum(sign, left, right)
    return _product(left, right) if sign == "*" else _quotient(left, right)


def kept(unit: Unit) -> Unit:
    """Unit of an average, an extreme or a quantile of a series: its own."""
    return Unit.N if unit is Unit.C else unit


def difference(unit: Unit) -> Unit:
    """Unit of a difference or a deviation of a series: price becomes price difference."""
    return Unit.D if unit is Unit.P else kept(unit)

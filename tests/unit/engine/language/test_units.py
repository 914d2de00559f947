"""The unit algebra, cell by cell."""

from __future__ import annotations

import itertools

import pytest

from engine.language.units import Unit, arithmetic, comparable, equatable, joined

P, D, V, O, R, N, K, B, C = (  # noqa: E741 - the letters of the table
    Unit.P, Unit.D, Unit.V, Unit.O, Unit.R, Unit.N, Unit.K, Unit.B, Unit.C,
)  # fmt: skip
NUMBERS = (P, D, V, O, R, N, K, C)


def test_like_compares_with_like_or_a_constant() -> None:
    """Counts and dimensionless series are no wildcards; conditions are never compared."""
    for left, right in itertools.product(NUMBERS, NUMBERS):
        assert comparable(left, right) == (left is right or C in {left, right})
    assert not comparable(B, B)
    assert not comparable(B, C)


def test_equality_is_for_counts() -> None:
    """Floats are never compared for equality."""
    assert equatable(K, K)
    assert equatable(K, C)
    assert not equatable(P, C)
    assert not equatable(O, O)


@pytest.mark.parametrize(
    ("sign", "left", "right", "unit"),
    [
        ("-", P, P, D), ("+", P, P, P), ("+", P, D, P), ("-", P, D, P), ("+", D, P, P),
        ("-", D, P, None), ("+", V, V, V), ("+", O, C, O), ("-", C, O, O), ("+", D, C, D),
        ("+", P, C, None), ("-", V, C, None), ("+", C, P, None), ("+", R, N, N), ("+", K, R, N),
        ("+", P, O, None), ("-", V, P, None), ("+", C, C, C),
        ("*", P, C, P), ("*", K, D, D), ("*", R, P, P), ("*", P, V, N), ("*", O, O, N),
        ("*", R, R, R), ("*", K, R, R), ("*", C, C, C),
        ("/", P, C, P), ("/", P, P, R), ("/", P, D, R), ("/", D, P, R), ("/", V, R, V),
        ("/", P, V, N), ("/", C, P, N), ("/", N, K, N), ("/", K, K, R), ("/", C, C, C),
    ],
)  # fmt: skip
def test_arithmetic_of_units(sign: str, left: Unit, right: Unit, unit: Unit | None) -> None:
    """Sums need one unit, products and quotients make new ones."""
    assert arithmetic(sign, left, right) is unit  # type: ignore[arg-type]  # one of + - * /


def test_choices_share_a_unit() -> None:
    """A constant takes the other's unit, two constants are dimensionless."""
    assert joined(P, C) is P
    assert joined(C, V) is V
    assert joined(C, C) is N
    assert joined(P, V) is None

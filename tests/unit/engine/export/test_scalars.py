"""Arithmetic on the open position in exported files: that of our bar loop, missing values too."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.backtest.stack import arithmetic, chosen, one_operand, two_operands
from engine.export import scalars
from engine.language import program

NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.just(math.nan), st.sampled_from([0.0, 1.0, -1.0]))
CONDITIONS = st.sampled_from([0.0, 1.0, math.nan])


def same(one: float, other: float) -> bool:
    """Equal numbers, or both missing."""
    return one == other or (math.isnan(one) and math.isnan(other))


@given(NUMBERS, NUMBERS)
def test_numbers_are_those_of_the_loop(x: float, y: float) -> None:
    """Four operations, extremes, sign and comparisons agree with the stack machine."""
    assert same(scalars.quotient(x, y), two_operands(program.DIVIDE, x, y))
    assert same(scalars.sane(x + y), two_operands(program.ADD, x, y))
    assert same(scalars.sane(x * y), two_operands(program.MULTIPLY, x, y))
    assert same(scalars.lesser(x, y), two_operands(program.MIN, x, y))
    assert same(scalars.greater(x, y), two_operands(program.MAX, x, y))
    assert same(scalars.signum(x), one_operand(program.SIGN, x))
    less = scalars.compared_now(x, y, holds=x < y)
    assert same(less, two_operands(program.LESS, x, y))


@given(CONDITIONS, CONDITIONS, NUMBERS, NUMBERS)
def test_conditions_are_three_valued(a: float, b: float, x: float, y: float) -> None:
    """And, or and choice follow Kleene, as in the stack machine."""
    assert same(scalars.all_true(a, b), two_operands(program.AND, a, b))
    assert same(scalars.any_true(a, b), two_operands(program.OR, a, b))
    assert same(scalars.picked(a, x, y), chosen(a, x, y))


def test_what_is_not_finite_is_missing() -> None:
    """Overflow and division by zero give no number; before the first bar there is none either."""
    assert math.isnan(scalars.sane(math.inf))
    assert math.isnan(scalars.quotient(1.0, 0.0))
    assert math.isnan(arithmetic(program.DIVIDE, 1.0, 0.0))
    column = np.array([3.0, 4.0])
    assert scalars.past(column, 1) == 4.0
    assert math.isnan(scalars.past(column, -1))

"""Arithmetic on the open position at one close, for exported files: plain numbers, NaN is missing.

The rules are those of `engine/backtest/stack.py`: conditions are 1, 0 and NaN, three-valued, and
what is not finite is missing. The text of these functions is copied into the files.
"""

from __future__ import annotations

from math import nan

from engine.data.bars import FloatArray


def past(column: FloatArray, t: int) -> float:
    """The column's value at bar t, missing before the first bar."""
    return float(column[t]) if t >= 0 else nan


def sane(x: float) -> float:
    """The number, missing when it is not finite."""
    return x if x - x == 0.0 else nan


def quotient(x: float, y: float) -> float:
    """X over y, missing when y is zero."""
    return nan if y == 0.0 else sane(x / y)


def compared_now(x: float, y: float, *, holds: bool) -> float:
    """A comparison as 1 or 0, missing beside a missing value."""
    return nan if x - y != x - y else float(holds)


def all_true(x: float, y: float) -> float:
    """Both: a definite false decides."""
    return 0.0 if x == 0.0 or y == 0.0 else x + y - 1.0


def any_true(x: float, y: float) -> float:
    """Either: a definite true decides."""
    return 1.0 if x == 1.0 or y == 1.0 else x + y


def picked(condition: float, x: float, y: float) -> float:
    """X where true, y where false, missing where the condition is missing."""
    if condition != condition:  # noqa: PLR0124 - NaN
        return condition
    return x if condition == 1.0 else y


def lesser(x: float, y: float) -> float:
    """The smaller one, missing beside a missing value."""
    return nan if x - y != x - y else min(x, y)


def greater(x: float, y: float) -> float:
    """The larger one, missing beside a missing value."""
    return nan if x - y != x - y else max(x, y)


def signum(x: float) -> float:
    """1, 0 or -1; missing stays missing."""
    if x != x:  # noqa: PLR0124 - NaN
        return x
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0

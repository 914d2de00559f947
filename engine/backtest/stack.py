"""Runs a program on the open position at one close: a small stack machine over floats."""

from __future__ import annotations

import math

from engine.backtest.layout import (
    DIRECTION,
    ENTRY,
    ENTRY_BAR,
    HELD,
    HIGHEST,
    LOWEST,
    NEWEST,
    NO_BAR,
    POS_WIDTH,
    RISK,
    UNITS,
    WON_LONG,
    WON_SHORT,
    Machine,
)
from engine.language.program import (
    ABS,
    ADD,
    AND,
    COLUMN,
    CONSTANT,
    DIVIDE,
    EQUAL,
    LAG_STEP,
    LESS,
    LESS_EQUAL,
    MAX,
    MIN,
    MULTIPLY,
    NEARER_ABOVE,
    NEARER_BELOW,
    NEGATE,
    NOT,
    NOT_EQUAL,
    OR,
    SIGN,
    STATE,
    SUBTRACT,
    WHERE,
)


def position_state(m: Machine, s: int, t: int, which: int) -> float:  # noqa: PLR0911 - a table
    """Trade state number `which` (`program.STATES`) of the open position at this close."""
    p = s * POS_WIDTH
    pos, close = m.pos, m.close[s * m.n + t]
    if which == 0:
        return pos[p + ENTRY]
    if which == 1:
        return pos[p + NEWEST]
    if which == 2:
        return pos[p + HIGHEST]
    if which == 3:
        return pos[p + LOWEST]
    if which == 4:
        return pos[p + HELD]
    gain = pos[p + DIRECTION] * (close - pos[p + ENTRY])
    if which == 5:
        return gain / pos[p + ENTRY]
    if which == 6:
        return gain / pos[p + RISK] if pos[p + RISK] > 0.0 else math.nan
    if which == 7:
        return pos[p + UNITS]
    if which == 8:
        return pos[p + DIRECTION]
    return pos[p + WON_LONG] if pos[p + DIRECTION] > 0.0 else pos[p + WON_SHORT]


def read_state(m: Machine, s: int, t: int, argument: int) -> float:
    """Trade state now or some bars ago; missing before the position was open."""
    which, lag = argument % LAG_STEP, argument // LAG_STEP
    if lag == 0:
        return position_state(m, s, t, which)
    back = own_bars_ago(m, s, t, lag) if m.symbols > 1 else t - lag
    if back < m.pos[s * POS_WIDTH + ENTRY_BAR]:
        return math.nan
    return m.past[which * m.n * m.symbols + s * m.n + back]


def own_bars_ago(m: Machine, s: int, t: int, lag: int) -> int:
    """The time of an instrument's own bar so many of them before t, -1 when there is none."""
    while lag > 0 and t >= 0:
        t -= 1
        if t >= 0 and not m.marks[s * m.n + t] & NO_BAR:
            lag -= 1
    return t


def run_program(m: Machine, begin: int, end: int, s: int, t: int) -> float:
    """Value of program rows begin..end (end excluded) at close t: a number, 1, 0 or NaN."""
    stack, top = m.stack, -1
    for row in range(begin, end):
        op, argument = m.code[2 * row], m.code[2 * row + 1]
        if op <= STATE:
            top += 1
            if op == CONSTANT:
                stack[top] = m.constants[argument]
            elif op == COLUMN:
                stack[top] = m.levels[argument * m.n * m.symbols + s * m.n + t]
            else:
                stack[top] = read_state(m, s, t, argument)
        elif op in (NEGATE, NOT, ABS, SIGN):
            stack[top] = one_operand(op, stack[top])
        elif op == WHERE:
            top -= 2
            stack[top] = chosen(stack[top], stack[top + 1], stack[top + 2])
        else:
            top -= 1
            stack[top] = two_operands(op, stack[top], stack[top + 1])
    return stack[0]


def one_operand(op: int, x: float) -> float:
    """Negation, logical not, size or sign."""
    if op == NEGATE:
        return -x
    if op == NOT:
        return 1.0 - x
    if op == ABS:
        return abs(x)
    if x != x:
        return x
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0


def chosen(condition: float, x: float, y: float) -> float:
    """X where the condition is true, y where it is false, missing where it is missing."""
    if condition != condition:
        return condition
    return x if condition == 1.0 else y


def two_operands(op: int, x: float, y: float) -> float:  # noqa: PLR0911 - a table
    """An operation on two values; missing wherever the language says so."""
    if op in (NEARER_BELOW, NEARER_ABOVE):
        if x != x or y != y:
            return y if x != x else x
        return max(x, y) if op == NEARER_BELOW else min(x, y)
    if op in (AND, OR):
        decisive = 0.0 if op == AND else 1.0
        if x == decisive or y == decisive:  # noqa: PLR1714 - NaN is in every tuple of itself
            return decisive
        return x + y - 1.0 if op == AND else x + y
    if x != x or y != y:
        return math.nan
    if op <= DIVIDE:
        return arithmetic(op, x, y)
    return compared(op, x, y)


def arithmetic(op: int, x: float, y: float) -> float:
    """The four operations; what is not finite is missing."""
    if op == ADD:
        value = x + y
    elif op == SUBTRACT:
        value = x - y
    elif op == MULTIPLY:
        value = x * y
    elif y == 0.0:
        return math.nan
    else:
        value = x / y
    return value if value - value == 0.0 else math.nan


def compared(op: int, x: float, y: float) -> float:
    """A comparison as 1 or 0, the smaller or the larger of two numbers."""
    if op == MIN:
        return min(x, y)
    if op == MAX:
        return max(x, y)
    if op == LESS:
        true = x < y
    elif op == LESS_EQUAL:
        true = x <= y
    elif op == EQUAL:
        true = x == y
    else:
        true = op == NOT_EQUAL and x != y
    return 1.0 if true else 0.0

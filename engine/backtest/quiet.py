"""Stretches of bars in which nothing happens, passed over without visiting each bar's phases."""

from __future__ import annotations

from engine.backtest.layout import (
    DIRECTION,
    EARLIEST,
    ENTRY_BAR,
    HALTED,
    HELD,
    HIGHEST,
    KEEP,
    LEAVE,
    LEAVE_COLUMN,
    LIVE,
    LOWEST,
    MOVING,
    NEAR,
    ORDER_WIDTH,
    POS_WIDTH,
    RUIN_AT,
    RULE,
    RULE_WIDTH,
    STOP_AT,
    TIME_BARS,
    TRAIL_COLUMN,
    TRAILED,
    UNTIL,
    Machine,
)
from engine.backtest.matching import tighter


def skip(m: Machine, t: int) -> int:
    """First bar at or after t in which something can happen; n when nothing will.

    One instrument without working orders: while flat only a decided entry matters, in a position
    that needs no program only its levels, an exit and an opposite entry.
    """
    if m.orders[LIVE] != 0.0 or m.pos[LEAVE] != 0.0:
        return t
    if m.pos[DIRECTION] == 0.0:
        return next_want(m, max(t, int(m.pos[EARLIEST])))
    if m.rules[int(m.pos[RULE]) * RULE_WIDTH + MOVING] > 1.0:
        return t
    return next_event(m, t)


def next_want(m: Machine, t: int) -> int:
    """First bar at or after t whose close decides a market entry; n when none does."""
    wants, n = m.wants, m.n
    if m.acct[HALTED] != 0.0:
        return n
    if m.terms.variants > 1:
        return t
    # Eight at a time: most closes decide nothing.
    while t + 8 <= n and (
        wants[t] | wants[t + 1] | wants[t + 2] | wants[t + 3]
        | wants[t + 4] | wants[t + 5] | wants[t + 6] | wants[t + 7]
    ) == 0:  # fmt: skip
        t += 8
    while t < n and wants[t] == 0:
        t += 1
    return t


def next_event(m: Machine, t: int) -> int:
    """First bar at or after t that touches a level, decides an exit or an opposite entry.

    A trailing column and a trailing fraction move the stop on the way.
    """
    pos, r, n = m.pos, int(m.pos[RULE]) * RULE_WIDTH, m.n
    direction, stop, ruin, near = int(pos[DIRECTION]), pos[STOP_AT], pos[RUIN_AT], pos[NEAR]
    last = n - 1
    if m.rules[r + TIME_BARS] > 0.0:
        last = min(last, int(pos[ENTRY_BAR] + m.rules[r + TIME_BARS]) - 1)
    leaves, trails = int(m.rules[r + LEAVE_COLUMN]) * n, int(m.rules[r + TRAIL_COLUMN]) * n
    keep = m.rules[r + KEEP]
    lows, highs, marks, wants, leave = m.low, m.high, m.marks, m.wants, m.leave
    lowest, highest, trailed = pos[LOWEST], pos[HIGHEST], pos[TRAILED]
    pos[HELD] -= t
    while t < last:
        low, high = lows[t], highs[t]
        guard = tighter(direction, stop, ruin)
        below, above = (guard, near) if direction > 0 else (near, guard)
        if low <= below or high >= above or marks[t] or wants[t] * direction < 0:
            break
        if leaves >= 0 and leave[leaves + t]:
            break
        lowest, highest = min(lowest, low), max(highest, high)
        level = stop
        if trails >= 0:
            level = tighter(direction, level, m.levels[trails + t])
        if keep > 0.0:
            level = tighter(direction, level, (highest if direction > 0 else lowest) * keep)
        if level != stop and level == level:
            trailed = 1.0
        stop = level
        t += 1
    pos[LOWEST], pos[HIGHEST], pos[STOP_AT], pos[TRAILED] = lowest, highest, stop, trailed
    pos[HELD] += t
    return t


def stand_still(m: Machine, s: int, t: int) -> None:
    """No bar of its own: cool-down and the life of working orders do not count this one."""
    if m.pos[s * POS_WIDTH + EARLIEST] > t:
        m.pos[s * POS_WIDTH + EARLIEST] += 1.0
    for slot in range(1, m.slots):
        m.orders[(s * m.slots + slot) * ORDER_WIDTH + UNTIL] += 1.0

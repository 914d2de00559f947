"""The close of a bar: extremes, trailing levels, and what is decided for the next bar."""

from __future__ import annotations

import math

from engine.backtest.closing import equity_at_close, halt
from engine.backtest.layout import (
    ADD_STOP,
    ADDING,
    AIM_FROM,
    AIM_TO,
    AIM_WIDTH,
    BREAKEVEN,
    CLOSE_ORDER,
    CUTS,
    DAY_LOSSES,
    DAY_START,
    DAY_TRADES,
    DIRECTION,
    EARLIEST,
    ENTRY,
    EXIT_FROM,
    EXIT_TO,
    HALTED,
    HELD,
    HIGHEST,
    KEEP,
    LAST_EQUITY,
    LEAVE,
    LEAVE_COLUMN,
    LEVELS,
    LIVE,
    LOWEST,
    MAX_TARGETS,
    MOVING,
    NEW_DAY,
    NEW_WEEK,
    NO_BAR,
    ORDER_KIND,
    ORDER_WIDTH,
    PEAK,
    POS_WIDTH,
    QUANTITY,
    RESIZE,
    RISK,
    RULE,
    RULE_WIDTH,
    SIDE,
    SIZE_TO,
    STEPS_WIDTH,
    STOP_AT,
    TARGET_FROM,
    TARGET_TO,
    TIME_BARS,
    TRAIL_COLUMN,
    TRAIL_FROM,
    TRAIL_TO,
    TRAILED,
    UNIT_RISK,
    UNITS,
    UNTIL,
    WEEK_TRADES,
    WON_LONG,
    WON_SHORT,
    Machine,
)
from engine.backtest.matching import tighter
from engine.backtest.opening import find_near
from engine.backtest.orders import (
    FINE,
    QUANTITY_TOO_SMALL,
    STOP_WRONG_SIDE,
    capped,
    large_enough,
    on_grid,
)
from engine.backtest.placing import account_fault, column, drop, first_stop, fitted, place
from engine.backtest.reasons import DRAWDOWN, REBALANCED, REGIME, SIGNAL, TIME
from engine.backtest.stack import position_state, run_program
from engine.language.program import STATES


def begin_bar(m: Machine, t: int) -> None:
    """A new local day or week: counts begin again. The marks of the first instrument decide."""
    if m.marks[t] & NEW_DAY:
        m.acct[DAY_START] = m.acct[LAST_EQUITY]
        m.acct[DAY_TRADES] = m.acct[DAY_LOSSES] = 0.0
    if m.marks[t] & NEW_WEEK:
        m.acct[WEEK_TRADES] = 0.0


def account_close(m: Machine, t: int) -> None:
    """Mark the account; a drawdown limit that is reached ends the run flat."""
    equity = equity_at_close(m, t)
    m.acct[LAST_EQUITY] = equity
    m.acct[PEAK] = max(m.acct[PEAK], equity)
    limit = m.terms.max_drawdown
    if limit <= 0.0 or m.acct[HALTED] != 0.0 or equity > (1.0 - limit) * m.acct[PEAK]:
        return
    halt(m)
    for s in range(m.symbols):
        if m.pos[s * POS_WIDTH + DIRECTION] != 0.0:
            m.pos[s * POS_WIDTH + LEAVE] = DRAWDOWN


def mark_position(m: Machine, s: int, t: int) -> None:
    """Extremes since the entry, levels that move, and the exit decided at this close."""
    p, i, pos = s * POS_WIDTH, s * m.n + t, m.pos
    r = int(pos[p + RULE]) * RULE_WIDTH
    high, low = m.high[i], m.low[i]
    if pos[p + HELD] == 0.0 and m.rules[r + ORDER_KIND] == CLOSE_ORDER:
        high = low = m.close[i]  # filled at this close: the rest of the bar was before
    pos[p + HIGHEST], pos[p + LOWEST] = max(pos[p + HIGHEST], high), min(pos[p + LOWEST], low)
    pos[p + HELD] += 1.0
    if m.terms.history:
        for which in range(len(STATES)):
            m.past[which * m.n * m.symbols + i] = position_state(m, s, t, which)
    if m.rules[r + MOVING] != 0.0:
        move_stop(m, s, t, r)
        move_targets(m, s, t, r)
    if pos[p + LEAVE] == 0.0:
        pos[p + LEAVE] = leaving(m, s, t, r)


def move_stop(m: Machine, s: int, t: int, r: int) -> None:
    """Ratchet the stop at this close; it is live from the next bar on."""
    p, i, pos = s * POS_WIDTH, s * m.n + t, m.pos
    direction = int(pos[p + DIRECTION])
    level = tighter(direction, pos[p + STOP_AT], column(m, int(m.rules[r + TRAIL_COLUMN]), i))
    if m.rules[r + KEEP] > 0.0:
        best = pos[p + HIGHEST] if direction > 0 else pos[p + LOWEST]
        level = tighter(direction, level, best * m.rules[r + KEEP])
    if m.rules[r + TRAIL_TO] > m.rules[r + TRAIL_FROM]:
        moved = run_program(m, int(m.rules[r + TRAIL_FROM]), int(m.rules[r + TRAIL_TO]), s, t)
        level = tighter(direction, level, moved)
    if level != pos[p + STOP_AT] and level == level:
        pos[p + TRAILED] = 1.0
    reward = direction * (m.close[i] - pos[p + ENTRY])
    if m.rules[r + BREAKEVEN] > 0.0 and reward >= m.rules[r + BREAKEVEN] * pos[p + RISK]:
        level = tighter(direction, level, pos[p + ENTRY])
    pos[p + STOP_AT] = level


def move_targets(m: Machine, s: int, t: int, r: int) -> None:
    """Work out the targets that follow an expression again; a missing value keeps the old one.

    What was taken stays taken.
    """
    p, moved = s * POS_WIDTH, False
    first = int(m.rules[r + TARGET_FROM])
    for k in range(min(int(m.rules[r + TARGET_TO]) - first, MAX_TARGETS)):
        a = (first + k) * AIM_WIDTH
        done = math.isinf(m.pos[p + LEVELS + k])
        if done or m.aims[a + AIM_TO] <= m.aims[a + AIM_FROM]:
            continue
        level = run_program(m, int(m.aims[a + AIM_FROM]), int(m.aims[a + AIM_TO]), s, t)
        if level == level:
            m.pos[p + LEVELS + k] = level
            moved = True
    if moved:
        find_near(m, s)


def leaving(m: Machine, s: int, t: int, r: int) -> float:
    """Market exit decided at this close, 0 for none. The fill bar counts as one held."""
    leave = int(m.rules[r + LEAVE_COLUMN])
    flag = m.leave[leave * m.n * m.symbols + s * m.n + t] if leave >= 0 else 0
    if flag == 1:
        return SIGNAL
    begin, end = int(m.rules[r + EXIT_FROM]), int(m.rules[r + EXIT_TO])
    if end > begin and run_program(m, begin, end, s, t) == 1.0:
        return SIGNAL
    held = m.pos[s * POS_WIDTH + HELD]
    if m.rules[r + TIME_BARS] > 0.0 and held >= m.rules[r + TIME_BARS]:
        return TIME
    return REGIME if flag else 0.0


def expire(m: Machine, s: int, t: int) -> None:
    """Take away orders whose last bar this was."""
    for slot in range(1, m.slots):
        o = (s * m.slots + slot) * ORDER_WIDTH
        if m.orders[o + LIVE] != 0.0 and m.orders[o + UNTIL] <= t:
            m.orders[o + LIVE] = 0.0


def decide(m: Machine, s: int, t: int) -> None:  # noqa: C901 - what a close may decide
    """Entries, adds and re-sizings decided at this close."""
    i, p, cells = s * m.n + t, s * POS_WIDTH, m.n * m.symbols
    if m.acct[HALTED] != 0.0 or (m.symbols > 1 and m.marks[i] & NO_BAR):
        return
    direction = int(m.pos[p + DIRECTION])
    if m.terms.ranked:
        if m.marks[i] & RESIZE:
            follow_weight(m, s, t)
        return
    if t >= m.pos[p + EARLIEST]:
        variant = 0
        if m.terms.variants > 1:
            variant = int(m.pos[p + WON_LONG] + 2.0 * m.pos[p + WON_SHORT])
        want = m.wants[variant * cells + i]
        if want * direction < 0 or (want != 0 and direction == 0):
            place(m, s, t, abs(want) - 1)
        for slot in range(1, m.slots):
            rule = m.place[(variant * (m.slots - 1) + slot - 1) * cells + i]
            if rule > 0 and m.rules[(rule - 1) * RULE_WIDTH + SIDE] != direction:
                place(m, s, t, rule - 1)
    if direction != 0 and m.pos[p + LEAVE] == 0.0:
        if m.terms.max_units > 1:
            decide_add(m, s, t)
        if m.terms.weight_column >= 0 and m.marks[i] & RESIZE:
            resize(m, s, t, abs(column(m, m.terms.weight_column, i)), m.terms.band)


def decide_add(m: Machine, s: int, t: int) -> None:
    """Another unit with the first one's risk, if the spec asks for one and the limit is not met."""
    p, i, pos = s * POS_WIDTH, s * m.n + t, m.pos
    if pos[p + UNITS] >= m.terms.max_units:
        return
    wanted = m.terms.add_column >= 0 and column(m, m.terms.add_column, i) == 1.0
    if not wanted and m.terms.add_to > m.terms.add_from:
        wanted = run_program(m, m.terms.add_from, m.terms.add_to, s, t) == 1.0
    if not wanted:
        return
    ref, g = m.close[i], s * STEPS_WIDTH
    stop, _ = first_stop(m, int(pos[p + RULE]), i, ref)
    away = pos[p + DIRECTION] * (ref - stop)
    fault = account_fault(m, s, t)
    if fault == FINE and (away <= 0.0 or away < m.steps[g + 4]):
        fault = STOP_WRONG_SIDE
    if fault != FINE:
        drop(m, fault)
        return
    risk = ref if pos[p + RISK] != pos[p + RISK] else away if away == away else pos[p + RISK]
    room = m.terms.max_fraction * equity_at_close(m, t) / ref - pos[p + QUANTITY]
    most = max(min(room, m.steps[g + 2]), 0.0)
    quantity, cut = capped(pos[p + UNIT_RISK] / risk, most)
    quantity = on_grid(quantity, m.steps[g], 1e-6)
    if not large_enough(quantity, ref, m.steps[g + 1], m.steps[g + 3]):
        drop(m, QUANTITY_TOO_SMALL)
        return
    m.acct[CUTS] += 1.0 if cut else 0.0
    pos[p + ADDING], pos[p + ADD_STOP] = quantity, stop


def resize(m: Machine, s: int, t: int, weight: float, band: float) -> None:
    """Bring a position back to its weight at the next open when it is off by more than the band."""
    p, i, pos = s * POS_WIDTH, s * m.n + t, m.pos
    equity = equity_at_close(m, t)
    if weight != weight or equity <= 0.0:
        return
    weight = min(weight, m.terms.max_fraction)
    held = pos[p + QUANTITY] * m.close[i] / equity
    if abs(held - weight) <= band * weight:
        return
    quantity, _ = fitted(m, s, weight * equity / m.close[i], equity, m.close[i])
    pos[p + SIZE_TO] = quantity if quantity > 0.0 else math.nan


def follow_weight(m: Machine, s: int, t: int) -> None:
    """Hold a ranked weight: leave at 0, turn, enter or re-size. Missing: nothing is decided."""
    p, i = s * POS_WIDTH, s * m.n + t
    weight = column(m, m.terms.weight_column, i)
    direction = int(m.pos[p + DIRECTION])
    if weight != weight:
        return
    if weight * direction > 0.0:
        resize(m, s, t, abs(weight), m.terms.band)
    elif weight == 0.0:
        if direction != 0:
            m.pos[p + LEAVE] = REBALANCED
    else:
        if direction != 0:
            m.pos[p + LEAVE] = REBALANCED
        if t >= m.pos[p + EARLIEST]:
            place(m, s, t, 0 if weight > 0.0 else 1)

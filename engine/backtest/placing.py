"""From a decision to an order: its levels, its size, and why there is none."""

from __future__ import annotations

import math

from engine.backtest.closing import equity_at_close
from engine.backtest.layout import (
    AIM_COLUMN,
    AIM_WIDTH,
    CUT,
    DAY_START,
    DECIDED,
    DIRECTION,
    DROPS,
    KEEP,
    LEAVE,
    LIVE,
    MAX_LOSS,
    MULTIPLE,
    ORDER_RISK,
    ORDER_STOP,
    ORDER_TRAILS,
    ORDER_WIDTH,
    POS_WIDTH,
    PRICE,
    PRICE_COLUMN,
    RULE_WIDTH,
    SIDE,
    SLOT,
    STEPS_WIDTH,
    STOP_COLUMN,
    TARGET_FROM,
    TARGET_TO,
    TRAIL_COLUMN,
    UNITS_WANTED,
    UNTIL,
    VALID,
    Machine,
)
from engine.backtest.matching import tighter
from engine.backtest.orders import (
    CORRELATED,
    DAILY_LOSS,
    FINE,
    POSITIONS_FULL,
    QUANTITY_TOO_SMALL,
    RISK_PER_TRADE,
    SIZE_UNKNOWN,
    STOP_MISSING,
    STOP_WRONG_SIDE,
    TARGET_WRONG_SIDE,
    WEIGHT,
    capped,
    large_enough,
    on_grid,
    wanted_quantity,
)

CORRELATION_BARS = 60


def column(m: Machine, number: int, i: int) -> float:
    """Cell i of a level column, NaN when there is no such column."""
    return m.levels[number * m.n * m.symbols + i] if number >= 0 else math.nan


def drop(m: Machine, code: int) -> None:
    """Count an order that was not carried out."""
    m.acct[DROPS + code] += 1.0


def ref_of(m: Machine, rule: int, i: int) -> float:
    """Expected entry price of a rule's order decided in cell i."""
    r = rule * RULE_WIDTH
    if m.rules[r + PRICE_COLUMN] >= 0.0:
        return column(m, int(m.rules[r + PRICE_COLUMN]), i)
    return m.close[i]


def first_stop(m: Machine, rule: int, i: int, ref: float) -> tuple[float, bool]:
    """Tightest protective level of an entry decided in cell i, and whether it is a trailing one."""
    r = rule * RULE_WIDTH
    direction = int(m.rules[r + SIDE])
    fixed = column(m, int(m.rules[r + STOP_COLUMN]), i)
    trail = column(m, int(m.rules[r + TRAIL_COLUMN]), i)
    if m.rules[r + KEEP] > 0.0:
        trail = tighter(direction, trail, ref * m.rules[r + KEEP])
    level = tighter(direction, fixed, trail)
    return level, level == trail


def aim_level(m: Machine, aim: int, i: int, ref: float, risk: float, direction: int) -> float:
    """Target price that an entry decided in cell i fixes, NaN when it moves later."""
    a = aim * AIM_WIDTH
    if m.aims[a + MULTIPLE] > 0.0:
        return ref + direction * m.aims[a + MULTIPLE] * risk
    return column(m, int(m.aims[a + AIM_COLUMN]), i)


def fault_of(m: Machine, s: int, i: int, rule: int, ref: float, stop: float) -> int:
    """Why no order comes of a decision: levels on the wrong side of ref; FINE when they fit."""
    r = rule * RULE_WIDTH
    direction = int(m.rules[r + SIDE])
    away = direction * (ref - stop)
    if away <= 0.0 or away < m.steps[s * STEPS_WIDTH + 4]:
        return STOP_WRONG_SIDE
    if m.terms.kind == RISK_PER_TRADE and not m.terms.ranked and stop != stop:
        return STOP_MISSING
    for aim in range(int(m.rules[r + TARGET_FROM]), int(m.rules[r + TARGET_TO])):
        if direction * (aim_level(m, aim, i, ref, abs(ref - stop), direction) - ref) <= 0.0:
            return TARGET_WRONG_SIDE
    return FINE


def place(m: Machine, s: int, t: int, rule: int) -> None:
    """Turn a rule's entry decided at close t into an order for the next bars, or drop it."""
    i, r = s * m.n + t, rule * RULE_WIDTH
    direction, slot = int(m.rules[r + SIDE]), int(m.rules[r + SLOT])
    ref = ref_of(m, rule, i)
    stop, trails = first_stop(m, rule, i, ref)
    fault = account_fault(m, s, t)
    if fault == FINE:
        fault = fault_of(m, s, i, rule, ref, stop)
    if fault != FINE:
        drop(m, fault)
        return
    equity = equity_at_close(m, t)
    kind, value = m.terms.kind, m.terms.value
    if m.terms.ranked or kind == WEIGHT:
        kind, value = WEIGHT, abs(column(m, m.terms.weight_column, i))
    if value != value:
        drop(m, SIZE_UNKNOWN)
        return
    wanted = wanted_quantity(kind, value, equity, ref, stop)
    quantity, cut = fitted(m, s, wanted, equity, ref)
    if quantity <= 0.0:
        drop(m, QUANTITY_TOO_SMALL)
        return
    if m.rules[r + MAX_LOSS] > 0.0:
        most = ref - direction * m.rules[r + MAX_LOSS] * equity / quantity
        trails = trails and tighter(direction, stop, most) == stop
        stop = tighter(direction, stop, most)
        if direction * (ref - stop) < m.steps[s * STEPS_WIDTH + 4]:
            drop(m, STOP_WRONG_SIDE)
            return
    o = (s * m.slots + slot) * ORDER_WIDTH
    m.orders[o + LIVE], m.orders[o + PRICE] = rule + 1.0, ref
    # In bars of the common timeline; `loop.stand_still` gives back those that are not its own.
    m.orders[o + UNTIL] = t + m.rules[r + VALID]
    m.orders[o + UNITS_WANTED], m.orders[o + CUT] = quantity, 1.0 if cut else 0.0
    m.orders[o + ORDER_STOP], m.orders[o + ORDER_RISK] = stop, abs(ref - stop)
    m.orders[o + ORDER_TRAILS] = 1.0 if trails else 0.0
    m.orders[o + DECIDED] = t


def fitted(m: Machine, s: int, wanted: float, equity: float, ref: float) -> tuple[float, bool]:
    """Units on the grid within the cap on position value, 0.0 when too small; and whether cut."""
    g = s * STEPS_WIDTH
    most = min(m.terms.max_fraction * equity / ref, m.steps[g + 2])
    quantity, cut = capped(wanted, most)
    quantity = on_grid(quantity, m.steps[g], 1e-6)
    if not large_enough(quantity, ref, m.steps[g + 1], m.steps[g + 3]):
        return 0.0, cut
    return quantity, cut


def account_fault(m: Machine, s: int, t: int) -> int:
    """Why the account takes no further entry at this close; FINE when it does."""
    if m.terms.max_daily_loss > 0.0 and m.acct[DAY_START] > 0.0:
        lost = 1.0 - equity_at_close(m, t) / m.acct[DAY_START]
        if lost >= m.terms.max_daily_loss:
            return DAILY_LOSS
    if m.terms.max_positions > 0 and busy(m, s) >= m.terms.max_positions:
        return POSITIONS_FULL
    if m.terms.max_correlation > 0.0 and too_alike(m, s, t):
        return CORRELATED
    return FINE


def busy(m: Machine, s: int) -> int:
    """Other instruments that are held, and not left at the next open, or about to be."""
    count = 0
    for other in range(m.symbols):
        if other != s and taken(m, other):
            count += 1
    return count


def taken(m: Machine, s: int) -> bool:
    """Whether an instrument will be held after the next open, as far as is decided."""
    p = s * POS_WIDTH
    held = m.pos[p + DIRECTION] != 0.0 and m.pos[p + LEAVE] == 0.0
    return held or m.orders[s * m.slots * ORDER_WIDTH + LIVE] != 0.0


def held_elsewhere(m: Machine, s: int) -> int:
    """Other instruments that are held now."""
    count = 0
    for other in range(m.symbols):
        if other != s and m.pos[other * POS_WIDTH + DIRECTION] != 0.0:
            count += 1
    return count


def too_alike(m: Machine, s: int, t: int) -> bool:
    """Whether an instrument that is or will be held has moved with this one: 60 log returns."""
    for other in range(m.symbols):
        if other == s or not taken(m, other):
            continue
        if abs(correlation(m, s, other, t)) > m.terms.max_correlation:
            return True
    return False


def correlation(m: Machine, one: int, two: int, t: int) -> float:
    """Pearson correlation of the last 60 log returns, 1 when there are fewer (the safe side)."""
    if t < CORRELATION_BARS:
        return 1.0
    sx = sy = sxx = syy = sxy = 0.0
    for k in range(t - CORRELATION_BARS + 1, t + 1):
        x = math.log(m.close[one * m.n + k] / m.close[one * m.n + k - 1])
        y = math.log(m.close[two * m.n + k] / m.close[two * m.n + k - 1])
        sx, sy = sx + x, sy + y
        sxx, syy, sxy = sxx + x * x, syy + y * y, sxy + x * y
    vx = sxx - sx * sx / CORRELATION_BARS
    vy = syy - sy * sy / CORRELATION_BARS
    if vx <= 0.0 or vy <= 0.0:
        return 0.0
    return (sxy - sx * sy / CORRELATION_BARS) / math.sqrt(vx * vy)

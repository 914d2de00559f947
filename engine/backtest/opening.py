"""Money in: from a decision to an order, from an order to a position."""

from __future__ import annotations

import math

from engine.backtest.closing import (
    close_part,
    impact_at,
    note_ruin,
    write_book,
)
from engine.backtest.layout import (
    ABSENT,
    ADD_STOP,
    ADDING,
    CASH,
    CLOSED,
    CUT,
    CUTS,
    DAY_LOSSES,
    DAY_TRADES,
    DECIDED,
    DIRECTION,
    ENTRY,
    ENTRY_BAR,
    FEES,
    FIRST_STOP,
    FUNDING,
    HELD,
    HIGHEST,
    INITIAL,
    LEAVE,
    LEVELS,
    LIMIT_ORDER,
    LIVE,
    LOWEST,
    MAX_TARGETS,
    NEAR,
    NEWEST,
    ORDER_KIND,
    ORDER_RISK,
    ORDER_STOP,
    ORDER_TRAILS,
    ORDER_WIDTH,
    POS_WIDTH,
    PRICE,
    QUANTITY,
    RISK,
    RULE,
    RULE_WIDTH,
    SIDE,
    SIZE_TO,
    STEPS_WIDTH,
    STOP_AT,
    TARGET_FROM,
    TARGET_TO,
    TRADE_PNL,
    TRADED,
    TRAILED,
    UNIT_RISK,
    UNITS,
    UNITS_WANTED,
    WAITS,
    WEEK_TRADES,
    Machine,
)
from engine.backtest.matching import tighter
from engine.backtest.orders import (
    BAR_ABSENT,
    FINE,
    LOSSES_PER_DAY,
    OUTSIDE_HOURS,
    POSITIONS_FULL,
    QUANTITY_TOO_SMALL,
    TRADES_PER_DAY,
    TRADES_PER_WEEK,
    large_enough,
    on_grid,
)
from engine.backtest.placing import aim_level, drop, held_elsewhere
from engine.backtest.reasons import REVERSE


def fill_fault(m: Machine, s: int, t: int) -> int:
    """Why no entry is filled in bar t; FINE when one may be."""
    if m.marks[s * m.n + t] & CLOSED:
        return OUTSIDE_HOURS
    if m.terms.max_day_trades > 0 and m.acct[DAY_TRADES] >= m.terms.max_day_trades:
        return TRADES_PER_DAY
    if m.terms.max_week_trades > 0 and m.acct[WEEK_TRADES] >= m.terms.max_week_trades:
        return TRADES_PER_WEEK
    if m.terms.max_day_losses > 0 and m.acct[DAY_LOSSES] >= m.terms.max_day_losses:
        return LOSSES_PER_DAY
    if m.terms.max_positions > 0 and held_elsewhere(m, s) >= m.terms.max_positions:
        return POSITIONS_FULL
    return FINE


def buying_power(m: Machine, s: int, t: int, price: float) -> float:
    """Quote currency that further positions may be worth now: no more than leverage x equity.

    Other instruments count at the open of this bar.
    """
    cash, gross = m.acct[CASH], 0.0
    for other in range(m.symbols):
        p = other * POS_WIDTH
        if m.pos[p + DIRECTION] == 0.0:
            continue
        value = m.pos[p + QUANTITY] * (price if other == s else m.open[other * m.n + t])
        cash += m.pos[p + DIRECTION] * value
        gross += value
    return m.terms.leverage * cash - gross


def affordable(m: Machine, s: int, t: int, quantity: float, price: float) -> tuple[float, bool]:
    """Units that the account pays for at this price, taker fee included; and whether cut."""
    most = buying_power(m, s, t, price) / (price * (1.0 + m.terms.taker))
    if quantity <= most:
        return quantity, False
    g = s * STEPS_WIDTH
    fewer = on_grid(max(most, 0.0), m.steps[g], 0.0)
    if not large_enough(fewer, price, m.steps[g + 1], m.steps[g + 3]):
        return 0.0, True
    return fewer, True


def fill_entry(m: Machine, s: int, t: int, slot: int, raw: float, rate: float) -> bool:
    """Fill the order of a slot at raw price `raw`; True when a position came of it.

    An opposite position is closed at the same price first. Limit orders (maker rate) have no
    impact; `rate` is the fee as a fraction.
    """
    p, o = s * POS_WIDTH, (s * m.slots + slot) * ORDER_WIDTH
    rule = int(m.orders[o + LIVE]) - 1
    direction = int(m.rules[rule * RULE_WIDTH + SIDE])
    fault = fill_fault(m, s, t)
    if fault != FINE:
        drop(m, fault)
        m.orders[o + LIVE] = 0.0
        return False
    limit = m.rules[rule * RULE_WIDTH + ORDER_KIND] == LIMIT_ORDER
    if m.pos[p + DIRECTION] != 0.0:
        reason = int(m.pos[p + LEAVE]) if m.pos[p + LEAVE] != 0.0 else REVERSE
        close_part(m, s, t, m.pos[p + QUANTITY], raw, reason, limit)
    price = raw if limit else raw * (1.0 + direction * impact_at(m, s * m.n + t))
    quantity, cut = affordable(m, s, t, m.orders[o + UNITS_WANTED], price)
    m.orders[o + LIVE] = 0.0
    if quantity <= 0.0:
        drop(m, QUANTITY_TOO_SMALL)
        return False
    m.acct[CUTS] += 1.0 if cut or m.orders[o + CUT] != 0.0 else 0.0
    m.acct[DAY_TRADES] += 1.0
    m.acct[WEEK_TRADES] += 1.0
    take(m, s, t, direction, quantity, price, rate)
    start_position(m, s, t, rule, o)
    return True


def take(
    m: Machine, s: int, t: int, direction: int, quantity: float, price: float, rate: float
) -> None:
    """Book a fill that opens or enlarges a position."""
    p, pos = s * POS_WIDTH, m.pos
    fee = quantity * price * rate
    held = pos[p + QUANTITY] if pos[p + DIRECTION] != 0.0 else 0.0
    worth = held * pos[p + ENTRY] if held > 0.0 else 0.0
    pos[p + ENTRY] = price if held <= 0.0 else (worth + quantity * price) / (held + quantity)
    pos[p + FEES] = fee if held <= 0.0 else pos[p + FEES] + fee
    pos[p + DIRECTION], pos[p + QUANTITY] = direction, held + quantity
    pos[p + NEWEST] = price
    m.acct[CASH] -= direction * quantity * price + fee
    m.acct[TRADED] += quantity * price
    note_ruin(m, s)
    write_book(m, s, t)


def start_position(m: Machine, s: int, t: int, rule: int, o: int) -> None:
    """Set up what a new position remembers; the order in row `o` says what was planned."""
    p, pos, r = s * POS_WIDTH, m.pos, rule * RULE_WIDTH
    direction, decided = int(m.rules[r + SIDE]), s * m.n + int(m.orders[o + DECIDED])
    stop, risk, ref = m.orders[o + ORDER_STOP], m.orders[o + ORDER_RISK], m.orders[o + PRICE]
    pos[p + RULE], pos[p + ENTRY_BAR], pos[p + UNITS] = rule, t, 1.0
    pos[p + HIGHEST], pos[p + LOWEST] = -math.inf, math.inf
    pos[p + STOP_AT], pos[p + FIRST_STOP], pos[p + RISK] = stop, stop, risk
    pos[p + TRAILED] = m.orders[o + ORDER_TRAILS]
    pos[p + FUNDING] = pos[p + TRADE_PNL] = pos[p + LEAVE] = pos[p + ADDING] = 0.0
    pos[p + HELD] = 0.0
    pos[p + SIZE_TO] = math.nan
    quantity = pos[p + QUANTITY]
    pos[p + INITIAL] = quantity
    pos[p + UNIT_RISK] = quantity * (risk if risk > 0.0 else ref)
    first, last = int(m.rules[r + TARGET_FROM]), int(m.rules[r + TARGET_TO])
    for k in range(MAX_TARGETS):
        level = math.nan
        if first + k < last:
            level = aim_level(m, first + k, decided, ref, risk, direction)
        pos[p + LEVELS + k] = level
    find_near(m, s)
    for slot in range(1, m.slots):
        other = (s * m.slots + slot) * ORDER_WIDTH
        live = int(m.orders[other + LIVE])
        if live and m.rules[(live - 1) * RULE_WIDTH + SIDE] == direction:
            m.orders[other + LIVE] = 0.0


def find_near(m: Machine, s: int) -> None:
    """Note the live target that comes first."""
    p = s * POS_WIDTH
    near = math.nan
    for k in range(MAX_TARGETS):
        # The target nearer to the price is the "tighter" one for the opposite direction.
        near = tighter(-int(m.pos[p + DIRECTION]), near, m.pos[p + LEVELS + k])
    m.pos[p + NEAR] = near


def fill_market(m: Machine, s: int, t: int) -> None:
    """Market orders at the open of bar t: the entry of slot 0, a pending add, a re-sizing up."""
    p, o, i = s * POS_WIDTH, s * m.slots * ORDER_WIDTH, s * m.n + t
    if m.marks[i] & WAITS:
        return
    absent = m.marks[i] & ABSENT
    if m.orders[o + LIVE] != 0.0:
        if absent:
            drop(m, BAR_ABSENT)
            m.orders[o + LIVE] = 0.0
        else:
            fill_entry(m, s, t, 0, m.open[i], m.terms.taker)
    if m.pos[p + ADDING] > 0.0:
        if absent:
            drop(m, BAR_ABSENT)
        elif m.pos[p + DIRECTION] != 0.0:
            fill_add(m, s, t)
        m.pos[p + ADDING] = 0.0


def fill_add(m: Machine, s: int, t: int) -> None:
    """Fill a pending add at the open; the stop moves to the newest unit's if the spec says so."""
    p, pos, i = s * POS_WIDTH, m.pos, s * m.n + t
    direction = int(pos[p + DIRECTION])
    price = m.open[i] * (1.0 + direction * impact_at(m, i))
    fault = fill_fault(m, s, t)
    if fault != FINE:
        drop(m, fault)
        return
    quantity, cut = affordable(m, s, t, pos[p + ADDING], price)
    if quantity <= 0.0:
        drop(m, QUANTITY_TOO_SMALL)
        return
    m.acct[CUTS] += 1.0 if cut else 0.0
    take(m, s, t, direction, quantity, price, m.terms.taker)
    pos[p + UNITS] += 1.0
    if m.terms.latest:
        pos[p + STOP_AT] = tighter(direction, pos[p + STOP_AT], pos[p + ADD_STOP])

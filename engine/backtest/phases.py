"""Phases of a bar that concern the whole position: dues, the open, the close, ruin."""

from __future__ import annotations

import math

from engine.backtest.closing import close_all, close_part, halt, note_ruin, write_book
from engine.backtest.layout import (
    ABSENT,
    CASH,
    CLOSE_ORDER,
    DECIDED,
    DIRECTION,
    ENTRY,
    ENTRY_BAR,
    FLAT,
    FUNDING,
    HALTED,
    INITIAL,
    LEAVE,
    LIVE,
    NO_BAR,
    ORDER_KIND,
    ORDER_WIDTH,
    POS_WIDTH,
    QUANTITY,
    RULE_WIDTH,
    SIZE_TO,
    STEPS_WIDTH,
    WAITS,
    Machine,
)
from engine.backtest.opening import affordable, fill_entry, take
from engine.backtest.orders import BAR_ABSENT
from engine.backtest.placing import drop
from engine.backtest.reasons import DRAWDOWN, HOURS, OPEN_END, REBALANCED, RESIZED, RUIN


def pay_dues(m: Machine, s: int, t: int) -> None:
    """Funding of an event in this bar and a short's borrow, on the notional at the open."""
    p, i = s * POS_WIDTH, s * m.n + t
    if m.marks[i] & NO_BAR:
        return
    direction = m.pos[p + DIRECTION]
    rate = direction * m.funding[i] if len(m.funding) > 1 else 0.0
    if direction < 0.0:
        rate += m.terms.borrow * m.steps[s * STEPS_WIDTH + 5]
    if rate == 0.0:
        return
    due = m.pos[p + QUANTITY] * m.open[i] * rate
    m.acct[CASH] -= due
    m.pos[p + FUNDING] += due
    note_ruin(m, s)
    write_book(m, s, t)


def leave_at_open(m: Machine, s: int, t: int) -> None:
    """A pending market exit or re-sizing down, at the open; dropped when nothing trades.

    An exit that ends the run is kept until something trades.
    """
    p, i, pos = s * POS_WIDTH, s * m.n + t, m.pos
    if m.marks[i] & WAITS:
        return
    if m.marks[i] & FLAT and pos[p + LEAVE] == 0.0:
        pos[p + LEAVE] = HOURS
    if pos[p + LEAVE] != 0.0:
        if m.marks[i] & ABSENT:
            drop(m, BAR_ABSENT)
            pos[p + LEAVE] = DRAWDOWN if m.acct[HALTED] != 0.0 else 0.0
        else:
            close_all(m, s, t, m.open[i], int(pos[p + LEAVE]))
        return
    smaller = pos[p + QUANTITY] - pos[p + SIZE_TO]
    if smaller > 0.0 and not m.marks[i] & ABSENT:
        pos[p + SIZE_TO] = math.nan
        reason = REBALANCED if m.terms.ranked else RESIZED
        close_part(m, s, t, smaller, m.open[i], reason, False)


def grow(m: Machine, s: int, t: int) -> None:
    """A pending re-sizing up, at the open."""
    p, i, pos = s * POS_WIDTH, s * m.n + t, m.pos
    if m.marks[i] & WAITS:
        return
    more = pos[p + SIZE_TO] - pos[p + QUANTITY]
    pos[p + SIZE_TO] = math.nan
    if not more > 0.0 or pos[p + DIRECTION] == 0.0 or m.marks[i] & ABSENT:
        return
    direction = int(pos[p + DIRECTION])
    price = m.open[i] * (1.0 + direction * m.impact[i * m.terms.varying])
    quantity, _ = affordable(m, s, t, more, price)
    if quantity > 0.0:
        take(m, s, t, direction, quantity, price, m.terms.taker)
        pos[p + INITIAL] += quantity


def fill_at_close(m: Machine, s: int, t: int) -> None:
    """Entries placed for the close of this bar, unless one was filled in it before."""
    i = s * m.n + t
    for slot in range(1, m.slots):
        o = (s * m.slots + slot) * ORDER_WIDTH
        live = int(m.orders[o + LIVE])
        if live == 0 or m.rules[(live - 1) * RULE_WIDTH + ORDER_KIND] != CLOSE_ORDER:
            continue
        if m.orders[o + DECIDED] >= t or m.pos[s * POS_WIDTH + ENTRY_BAR] == t:
            continue
        if m.marks[i] & ABSENT:
            drop(m, BAR_ABSENT)
            m.orders[o + LIVE] = 0.0
        else:
            fill_entry(m, s, t, slot, m.close[i], m.terms.taker)


def check_ruin(m: Machine, t: int) -> None:
    """Several instruments: all go to their worst price of the bar together, until nothing is left.

    Each is closed at its price on that way; what a gap of the opens has cost beyond that is debt.
    """
    first = last = m.acct[CASH]
    for s in range(m.symbols):
        value = m.pos[s * POS_WIDTH + DIRECTION] * m.pos[s * POS_WIDTH + QUANTITY]
        if value != 0.0:
            begin, worst = way_down(m, s, t)
            first, last = first + value * begin, last + value * worst
    if last > 0.0:
        return
    share = first / (first - last) if first > 0.0 else 0.0
    for s in range(m.symbols):
        if m.pos[s * POS_WIDTH + DIRECTION] != 0.0:
            begin, worst = way_down(m, s, t)
            close_all(m, s, t, begin + share * (worst - begin), RUIN)
    m.acct[CASH] = min(m.acct[CASH], 0.0)
    halt(m)


def way_down(m: Machine, s: int, t: int) -> tuple[float, float]:
    """Where a position stands in bar t when it is first held there, and its worst price."""
    p, i = s * POS_WIDTH, s * m.n + t
    begin = m.pos[p + ENTRY] if m.pos[p + ENTRY_BAR] == t else m.open[i]
    return begin, m.low[i] if m.pos[p + DIRECTION] > 0.0 else m.high[i]


def mark_open(m: Machine) -> None:
    """Write what is still held as open trades at the last close."""
    for s in range(m.symbols):
        p = s * POS_WIDTH
        if m.pos[p + DIRECTION] != 0.0:
            last = m.close[s * m.n + m.n - 1]
            close_part(m, s, m.n - 1, m.pos[p + QUANTITY], last, OPEN_END, False)

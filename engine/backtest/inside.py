"""What happens inside a bar: stops and targets of a position, stop and limit entries.

Order: what the open has already passed, then the stop, then targets. A position entered inside
the bar can be stopped in it but reaches no target in it; after an exit inside a bar that leaves
the position flat no entry is filled in it, and one entry at most is filled in a bar. Of two
opposite entry orders the one nearer to the open fills, at equal distance none. An opposite entry
order and a stop or target of the position: the nearer one on the same side of the open; on
different sides the one against the position.
"""

from __future__ import annotations

import math

from engine.backtest.closing import close_all, close_part, halt
from engine.backtest.layout import (
    ABSENT,
    AIM_WIDTH,
    CLOSE_ORDER,
    CLOSED,
    DECIDED,
    DIRECTION,
    ENTRY_BAR,
    FRACTION,
    INITIAL,
    LEVELS,
    LIMIT_ORDER,
    LIVE,
    MAX_TARGETS,
    NEAR,
    ORDER_KIND,
    ORDER_WIDTH,
    POS_WIDTH,
    PRICE,
    QUANTITY,
    RUIN_AT,
    RULE,
    RULE_WIDTH,
    SIDE,
    STEPS_WIDTH,
    STOP_AT,
    STOP_ORDER,
    TARGET_FROM,
    TARGET_TO,
    TRAILED,
    Machine,
)
from engine.backtest.matching import (
    NOTHING,
    STOP,
    TARGET,
    limit_order,
    protective_exit,
    stop_order,
    tighter,
)
from engine.backtest.opening import fill_entry, find_near
from engine.backtest.orders import on_grid
from engine.backtest.reasons import RUIN, TRAILING


def inside(m: Machine, s: int, t: int) -> None:
    """Everything between the open and the close of bar t for one instrument."""
    p = s * POS_WIDTH
    if m.marks[s * m.n + t] & ABSENT:
        return
    held = m.pos[p + DIRECTION] != 0.0
    if m.slots == 1:
        if held:
            leave_inside(m, s, t)
        return
    if held:
        leave_or_turn(m, s, t)
    else:
        enter_inside(m, s, t, nearest_order(m, s, t, 0))
    if m.pos[p + DIRECTION] == 0.0 and (held or m.pos[p + ENTRY_BAR] == t):
        forget_close_orders(m, s)


def leave_or_turn(m: Machine, s: int, t: int) -> None:
    """The position's own exits and the opposite working orders, in the order they are reached."""
    p = s * POS_WIDTH
    while m.pos[p + DIRECTION] != 0.0:
        slot = 0
        if m.pos[p + ENTRY_BAR] != t:
            slot = nearest_order(m, s, t, -int(m.pos[p + DIRECTION]))
        if slot > 0 and reverses(m, s, t, order_price(m, s, t, slot)):
            enter_inside(m, s, t, slot)
            if m.pos[p + ENTRY_BAR] == t:
                return
            continue  # it was dropped: the position stands as it was
        if not leaves_more(m, s, t):
            return


def forget_close_orders(m: Machine, s: int) -> None:
    """Out inside the bar: what was to be entered at its close is not, the next open is first."""
    for slot in range(1, m.slots):
        o = (s * m.slots + slot) * ORDER_WIDTH
        live = int(m.orders[o + LIVE])
        if live and m.rules[(live - 1) * RULE_WIDTH + ORDER_KIND] == CLOSE_ORDER:
            m.orders[o + LIVE] = 0.0


def order_price(m: Machine, s: int, t: int, slot: int) -> float:
    """Raw price at which a working stop or limit entry is done in bar t, NaN when it is not."""
    i, o = s * m.n + t, (s * m.slots + slot) * ORDER_WIDTH
    live = int(m.orders[o + LIVE])
    if live == 0 or m.orders[o + DECIDED] >= t:
        return math.nan
    r = (live - 1) * RULE_WIDTH
    kind, side = m.rules[r + ORDER_KIND], int(m.rules[r + SIDE])
    if kind == STOP_ORDER:
        return stop_order(side, m.orders[o + PRICE], m.open[i], m.high[i], m.low[i])
    if kind == LIMIT_ORDER:
        return limit_order(
            side, m.orders[o + PRICE], m.open[i], m.high[i], m.low[i], m.terms.through
        )
    return math.nan


def nearest_order(m: Machine, s: int, t: int, only: int) -> int:
    """Slot of the working order that fills first, 0 for none; `only`: one direction, 0 = any."""
    i, found, best, side_found = s * m.n + t, 0, math.inf, 0
    if m.marks[i] & CLOSED:
        return 0
    for slot in range(1, m.slots):
        price = order_price(m, s, t, slot)
        if price != price:
            continue
        live = int(m.orders[(s * m.slots + slot) * ORDER_WIDTH + LIVE])
        side = int(m.rules[(live - 1) * RULE_WIDTH + SIDE])
        if only not in (0, side):
            continue
        distance = abs(price - m.open[i])
        if distance < best:
            found, best, side_found = slot, distance, side
        elif distance == best and side != side_found:
            found = 0
    return found


def planned_exit(m: Machine, s: int, t: int) -> tuple[float, int]:
    """The position's next exit in this bar as raw price and event (matching), NOTHING for none."""
    i, p = s * m.n + t, s * POS_WIDTH
    direction = int(m.pos[p + DIRECTION])
    guard = tighter(direction, m.pos[p + STOP_AT], m.pos[p + RUIN_AT])
    return protective_exit(
        direction, guard, m.pos[p + NEAR], m.open[i], m.high[i], m.low[i], m.terms.through
    )


def reverses(m: Machine, s: int, t: int, price: float) -> bool:
    """Whether an opposite entry order at this price comes before the position's own exit."""
    open_ = m.open[s * m.n + t]
    exit_price, event = planned_exit(m, s, t)
    if event == NOTHING:
        return True
    if exit_price == open_:
        return False
    against = int(m.pos[s * POS_WIDTH + DIRECTION]) * (price - open_) < 0.0
    if price == open_:
        return True
    if (event == STOP) == against:
        return abs(price - open_) < abs(exit_price - open_)
    return against


def enter_inside(m: Machine, s: int, t: int, slot: int) -> None:
    """Fill a working entry; the new position may be stopped in the same bar."""
    if slot == 0:
        return
    i, p, o = s * m.n + t, s * POS_WIDTH, (s * m.slots + slot) * ORDER_WIDTH
    raw = order_price(m, s, t, slot)
    limit = m.rules[(int(m.orders[o + LIVE]) - 1) * RULE_WIDTH + ORDER_KIND] == LIMIT_ORDER
    if not fill_entry(m, s, t, slot, raw, m.terms.maker if limit else m.terms.taker):
        return
    if raw == m.open[i]:
        leave_inside(m, s, t)
        return
    direction = int(m.pos[p + DIRECTION])
    guard = tighter(direction, m.pos[p + STOP_AT], m.pos[p + RUIN_AT])
    beyond = m.low[i] <= guard if direction > 0 else m.high[i] >= guard
    if beyond:
        close_stopped(m, s, t, guard)


def close_stopped(m: Machine, s: int, t: int, raw: float) -> None:
    """Close at a protective level: the stop, a trailing one, or ruin."""
    p = s * POS_WIDTH
    stop, direction = m.pos[p + STOP_AT], int(m.pos[p + DIRECTION])
    guard = tighter(direction, stop, m.pos[p + RUIN_AT])
    if guard != stop:
        close_all(m, s, t, raw, RUIN)
        halt(m)
    else:
        close_all(m, s, t, raw, TRAILING if m.pos[p + TRAILED] != 0.0 else STOP)


def leave_inside(m: Machine, s: int, t: int) -> None:
    """Stops and targets of the open position in bar t."""
    p = s * POS_WIDTH
    while m.pos[p + DIRECTION] != 0.0 and leaves_more(m, s, t):
        pass


def leaves_more(m: Machine, s: int, t: int) -> bool:
    """Take the position's next exit in this bar; True after a target, others may follow it."""
    price, event = planned_exit(m, s, t)
    if event == TARGET:
        take_target(m, s, t, price)
        return True
    if event == STOP:
        close_stopped(m, s, t, price)
    return False


def take_target(m: Machine, s: int, t: int, price: float) -> None:
    """Close the nearest target's share of the initial size; the last full share closes the rest."""
    p, pos = s * POS_WIDTH, m.pos
    first = int(m.rules[int(pos[p + RULE]) * RULE_WIDTH + TARGET_FROM])
    last = int(m.rules[int(pos[p + RULE]) * RULE_WIDTH + TARGET_TO])
    hit, left, shares = 0, 0, 0.0
    for k in range(min(last - first, MAX_TARGETS)):
        shares += m.aims[(first + k) * AIM_WIDTH + FRACTION]
        left += 0 if math.isinf(pos[p + LEVELS + k]) else 1
        if pos[p + LEVELS + k] == pos[p + NEAR]:
            hit = k
    fraction = m.aims[(first + hit) * AIM_WIDTH + FRACTION]
    quantity = on_grid(fraction * pos[p + INITIAL], m.steps[s * STEPS_WIDTH], 1e-6)
    if left == 1 and shares > 1.0 - 1e-9:
        quantity = pos[p + QUANTITY]
    pos[p + LEVELS + hit] = pos[p + DIRECTION] * math.inf
    find_near(m, s)
    quantity = min(quantity, pos[p + QUANTITY])
    if quantity > 0.0:
        close_part(m, s, t, quantity, price, TARGET, True)

"""The bar loop: one function that any run goes through, plain or compiled.

Decide at close t on data up to t; within bar t+1: funding and borrow, market exits at the open,
market entries, what happens inside the bar, orders for the close, mark, decide.
"""

from __future__ import annotations

from engine.backtest.inside import inside
from engine.backtest.layout import (
    BOOK_WIDTH,
    BOOKED,
    DIRECTION,
    LIVE,
    LOG_WIDTH,
    LOGGED,
    MAX_TARGETS,
    NO_BAR,
    POS_WIDTH,
    Machine,
)
from engine.backtest.marking import account_close, begin_bar, decide, expire, mark_position
from engine.backtest.opening import fill_market
from engine.backtest.phases import check_ruin, fill_at_close, grow, leave_at_open, pay_dues
from engine.backtest.quiet import skip, stand_still

ROWS_PER_BAR = MAX_TARGETS + 12
"""More rows than one instrument can write in one bar, in the log and in the books."""


def advance(m: Machine, t: int) -> int:
    """Run from bar t on; the bar to go on with (n when done, earlier when the log is full)."""
    quiet = (
        m.symbols == 1
        and m.slots == 1
        and not m.terms.tracked
        and not m.terms.history
        and m.terms.weight_column < 0
        and m.terms.max_units <= 1
        and m.terms.variants == 1
        and m.terms.borrow == 0.0
        and len(m.funding) == 1
    )
    room = len(m.log) // LOG_WIDTH - ROWS_PER_BAR * m.symbols
    pages = len(m.books) // BOOK_WIDTH - ROWS_PER_BAR * m.symbols
    while t < m.n:
        if m.acct[LOGGED] > room or m.acct[BOOKED] > pages:
            return t
        if quiet:
            t = skip(m, t)
            if t >= m.n:
                break
            if m.pos[DIRECTION] == 0.0 and m.orders[LIVE] == 0.0:
                decide(m, 0, t)  # flat with nothing pending: the close alone matters
                t += 1
                continue
        bar(m, t)
        t += 1
    return t


def bar(m: Machine, t: int) -> None:  # noqa: C901 - the order of a bar, one line each
    """Everything that happens in one bar, over all instruments."""
    if m.terms.tracked:
        begin_bar(m, t)
    for s in range(m.symbols):
        if m.pos[s * POS_WIDTH + DIRECTION] != 0.0:
            pay_dues(m, s, t)
            leave_at_open(m, s, t)
    for s in range(m.symbols):
        fill_market(m, s, t)
        grow(m, s, t)
    for s in range(m.symbols):
        inside(m, s, t)
    if m.symbols > 1:
        check_ruin(m, t)
    for s in range(m.symbols):
        if m.marks[s * m.n + t] & NO_BAR:
            stand_still(m, s, t)
        else:
            end_bar(m, s, t)
    if m.terms.tracked:
        account_close(m, t)
    for s in range(m.symbols):
        decide(m, s, t)


def end_bar(m: Machine, s: int, t: int) -> None:
    """The close of an instrument's own bar."""
    if m.slots > 1:
        fill_at_close(m, s, t)
        expire(m, s, t)
    if m.pos[s * POS_WIDTH + DIRECTION] != 0.0:
        mark_position(m, s, t)

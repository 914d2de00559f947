"""Money out: what the account is worth, and closing a position or a part of it."""

from __future__ import annotations

import math

from engine.backtest.layout import (
    ADDING,
    BOOK_BAR,
    BOOK_CASH,
    BOOK_SYMBOL,
    BOOK_UNITS,
    BOOK_WIDTH,
    BOOKED,
    CASH,
    DAY_LOSSES,
    DIRECTION,
    EARLIEST,
    ENTRY,
    ENTRY_BAR,
    FEES,
    FIRST_STOP,
    FUNDING,
    HALTED,
    HIGHEST,
    LEAVE,
    LIVE,
    LOG_ENTRY,
    LOG_ENTRY_BAR,
    LOG_EXIT,
    LOG_EXIT_BAR,
    LOG_FEES,
    LOG_FUNDING,
    LOG_MAE,
    LOG_MFE,
    LOG_PNL,
    LOG_QUANTITY,
    LOG_REASON,
    LOG_RISK,
    LOG_RULE,
    LOG_SIDE,
    LOG_STOP,
    LOG_SYMBOL,
    LOG_WIDTH,
    LOGGED,
    LOWEST,
    ORDER_WIDTH,
    POS_WIDTH,
    QUANTITY,
    RISK,
    RUIN_AT,
    RULE,
    SIZE_TO,
    TRADE_PNL,
    TRADED,
    WON_LONG,
    WON_SHORT,
    Machine,
)
from engine.backtest.matching import TARGET, ruin_price
from engine.backtest.reasons import OPEN_END, RUIN


def equity_at_close(m: Machine, t: int) -> float:
    """Account value marked at close t, quote currency."""
    value = m.acct[CASH]
    for s in range(m.symbols):
        p = s * POS_WIDTH
        if m.pos[p + DIRECTION] != 0.0:
            value += m.pos[p + DIRECTION] * m.pos[p + QUANTITY] * m.close[s * m.n + t]
    return value


def impact_at(m: Machine, i: int) -> float:
    """Half the spread plus slippage in cell i, a fraction of one."""
    return m.impact[i * m.terms.varying]


def write_book(m: Machine, s: int, t: int) -> None:
    """Note cash and position after a change at bar t."""
    b = int(m.acct[BOOKED]) * BOOK_WIDTH
    p = s * POS_WIDTH
    m.books[b + BOOK_BAR] = t
    m.books[b + BOOK_SYMBOL] = s
    m.books[b + BOOK_UNITS] = m.pos[p + DIRECTION] * m.pos[p + QUANTITY]
    m.books[b + BOOK_CASH] = m.acct[CASH]
    m.acct[BOOKED] += 1.0


def note_ruin(m: Machine, s: int) -> None:
    """Work out again at which price a lone position ruins the account; NaN for never."""
    p = s * POS_WIDTH
    m.pos[p + RUIN_AT] = math.nan
    if m.symbols == 1:
        direction = int(m.pos[p + DIRECTION])
        m.pos[p + RUIN_AT] = ruin_price(direction, m.acct[CASH], m.pos[p + QUANTITY])


def halt(m: Machine) -> None:
    """Nothing is entered any more: every order is taken away."""
    m.acct[HALTED] = 1.0
    for place in range(m.symbols * m.slots):
        m.orders[place * ORDER_WIDTH + LIVE] = 0.0


def close_part(
    m: Machine, s: int, t: int, quantity: float, raw: float, reason: int, limit: bool
) -> None:
    """Close `quantity` units at raw price `raw` and book it; all of it leaves the account flat.

    A limit fill pays the maker fee and no impact. Marking an open trade at the end of the run
    costs nothing; a ruined account has nothing left to pay costs with.
    """
    p, i = s * POS_WIDTH, s * m.n + t
    pos, acct = m.pos, m.acct
    direction = int(pos[p + DIRECTION])
    price, rate = raw, 0.0
    if limit:
        rate = m.terms.maker
    elif reason not in (RUIN, OPEN_END):
        price = raw * (1.0 - direction * impact_at(m, i))
        rate = m.terms.taker
    fee = quantity * price * rate
    write_trade(m, s, t, quantity, price, fee, reason)
    if reason == OPEN_END:
        return
    acct[CASH] += direction * quantity * price - fee
    acct[TRADED] += quantity * price
    if reason == RUIN and m.symbols == 1:
        acct[CASH] = min(acct[CASH], 0.0)
    pos[p + QUANTITY] -= quantity
    if pos[p + QUANTITY] <= 0.0:
        end_trade(m, s, t)
    else:
        note_ruin(m, s)
    write_book(m, s, t)


def write_trade(
    m: Machine, s: int, t: int, quantity: float, price: float, fee: float, reason: int
) -> None:
    """One row of the trade log; entry fees and funding go with the share that is closed."""
    p, pos, log = s * POS_WIDTH, m.pos, m.log
    row = int(m.acct[LOGGED]) * LOG_WIDTH
    direction, entry = pos[p + DIRECTION], pos[p + ENTRY]
    whole = quantity == pos[p + QUANTITY]
    share = 1.0 if whole else quantity / pos[p + QUANTITY]
    paid, funded = pos[p + FEES] * share, pos[p + FUNDING] * share
    pnl = direction * quantity * (price - entry) - (paid + fee) - funded
    low, high = min(pos[p + LOWEST], price), max(pos[p + HIGHEST], price)
    if reason == TARGET and direction > 0:
        low = min(low, m.low[s * m.n + t])
    elif reason == TARGET:
        high = max(high, m.high[s * m.n + t])
    down, up = low / entry - 1.0, high / entry - 1.0
    log[row + LOG_SYMBOL], log[row + LOG_RULE] = s, pos[p + RULE]
    log[row + LOG_SIDE], log[row + LOG_REASON] = direction, reason
    log[row + LOG_ENTRY_BAR], log[row + LOG_EXIT_BAR] = pos[p + ENTRY_BAR], t
    log[row + LOG_ENTRY], log[row + LOG_EXIT] = entry, price
    log[row + LOG_QUANTITY], log[row + LOG_PNL] = quantity, pnl
    log[row + LOG_FEES], log[row + LOG_FUNDING] = paid + fee, funded
    log[row + LOG_STOP], log[row + LOG_RISK] = pos[p + FIRST_STOP], pos[p + RISK]
    log[row + LOG_MAE] = min(down if direction > 0 else -up, 0.0) + 0.0
    log[row + LOG_MFE] = max(up if direction > 0 else -down, 0.0) + 0.0
    m.acct[LOGGED] += 1.0
    pos[p + FEES] -= paid
    pos[p + FUNDING] -= funded
    pos[p + TRADE_PNL] += pnl


def end_trade(m: Machine, s: int, t: int) -> None:
    """The position is gone: flat, cool-down, result of the last trade of this side."""
    p, pos = s * POS_WIDTH, m.pos
    won = 1.0 if pos[p + TRADE_PNL] > 0.0 else 0.0
    if pos[p + DIRECTION] > 0.0:
        pos[p + WON_LONG] = won
    else:
        pos[p + WON_SHORT] = won
    if pos[p + TRADE_PNL] < 0.0:
        m.acct[DAY_LOSSES] += 1.0
    if m.terms.cooldown > 0:
        pos[p + EARLIEST] = t + m.terms.cooldown + 1.0
    pos[p + DIRECTION] = 0.0
    pos[p + QUANTITY] = 0.0
    pos[p + LEAVE] = 0.0
    pos[p + ADDING] = 0.0
    pos[p + SIZE_TO] = math.nan
    pos[p + TRADE_PNL] = 0.0
    if m.symbols == 1 and m.acct[CASH] <= 0.0:
        halt(m)


def close_all(m: Machine, s: int, t: int, raw: float, reason: int) -> None:
    """Close everything that is held of an instrument."""
    close_part(m, s, t, m.pos[s * POS_WIDTH + QUANTITY], raw, reason, False)

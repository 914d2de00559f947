"""One parameter set after the other through the bar loop, with figures and no objects.

Plain functions, compiled like the loop itself: a set costs a few passes over the bars and
allocates nothing.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence, Sequence

from engine.backtest.layout import (
    ACCOUNT_WIDTH,
    BOOK_BAR,
    BOOK_CASH,
    BOOK_UNITS,
    BOOK_WIDTH,
    BOOKED,
    CASH,
    DAY_START,
    LAST_EQUITY,
    LIVE,
    LOG_PNL,
    LOG_REASON,
    LOG_WIDTH,
    LOGGED,
    PEAK,
    POS_WIDTH,
    SIZE_TO,
    Machine,
)
from engine.backtest.loop import advance
from engine.backtest.phases import mark_open
from engine.backtest.reasons import OPEN_END

TOTAL_RETURN = 0
CAGR = 1
VOLATILITY = 2
SHARPE = 3
SORTINO = 4
CALMAR = 5
MAX_DRAWDOWN = 6
EXPOSURE_TIME = 7
TRADES = 8
WIN_RATE = 9
PROFIT_FACTOR = 10
EXPECTANCY = 11
FIGURES = (
    "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "max_drawdown",
    "exposure_time", "trades", "win_rate", "profit_factor", "expectancy",
)  # fmt: skip
"""Figures of a set in order; NaN where a figure is undefined."""

DONE = 1
LOG_FULL = 0


def signals(
    enter: Sequence[float],
    leave: Sequence[float],
    first: int,
    want: int,
    wants: MutableSequence[int],
    leaves: MutableSequence[int],
) -> None:
    """Conditions of one rule as flags: only a definite true from bar `first` on, exits first.

    `want` is +-(rule + 1); with a rule of each side an entry that meets another cancels both.
    """
    for t in range(len(wants)):
        leaves[t] = (leave[t] == 1.0) & (t >= first)
    for t in range(len(wants)):
        if (enter[t] == 1.0) & (leave[t] != 1.0) & (t >= first):
            wants[t] += want


def cancel(wants: MutableSequence[int], both: int) -> None:
    """Two opposite entries at one close, whose numbers add up to `both`, are none."""
    for t in range(len(wants)):
        if wants[t] == both:
            wants[t] = 0


def run_set(  # one set: run, state, day ends, annualisation, what comes out
    m: Machine,
    start: float,
    day_ends: Sequence[int],
    per_year: float,
    years: float,
    out: MutableSequence[float],
    daily: MutableSequence[float],
) -> int:
    """Run one set from scratch; figures into `out`, daily net returns into `daily`.

    Returns DONE, or LOG_FULL when there are more trades than the log has room for.
    """
    reset(m, start)
    if advance(m, 0) < m.n:
        return LOG_FULL
    mark_open(m)
    curve_figures(m, start, day_ends, per_year, out, daily)
    trade_figures(m, out)
    growth = 1.0 + out[TOTAL_RETURN]
    out[CAGR] = -1.0
    if growth > 0.0:
        out[CAGR] = growth ** (1.0 / years) - 1.0
    out[CALMAR] = out[CAGR] / out[MAX_DRAWDOWN] if out[MAX_DRAWDOWN] > 1e-15 else math.nan
    return DONE


def reset(m: Machine, start: float) -> None:
    """Flat, with all the money and an empty log."""
    for k in range(POS_WIDTH):
        m.pos[k] = 0.0
    m.pos[SIZE_TO] = math.nan
    m.orders[LIVE] = 0.0
    for k in range(ACCOUNT_WIDTH):
        m.acct[k] = 0.0
    for k in (CASH, PEAK, DAY_START, LAST_EQUITY):
        m.acct[k] = start


def curve_figures(
    m: Machine,
    start: float,
    day_ends: Sequence[int],
    per_year: float,
    out: MutableSequence[float],
    daily: MutableSequence[float],
) -> None:
    """Figures of the equity curve, in one pass over the bars; day_ends: last bar of each day."""
    cash, units, book, booked = start, 0.0, 0, int(m.acct[BOOKED])
    due = int(m.books[BOOK_BAR]) if booked > 0 else m.n
    peak, low, deepest, held = start, start, 0.0, 0
    before, day = start, 0
    equity = start
    t = 0
    while t < m.n:
        while t == due:
            row = book * BOOK_WIDTH
            cash, units = m.books[row + BOOK_CASH], m.books[row + BOOK_UNITS]
            book += 1
            due = int(m.books[book * BOOK_WIDTH + BOOK_BAR]) if book < booked else m.n
        equity = cash
        if units == 0.0:  # nothing moves until the next booking or the end of a day
            t = min(due, day_ends[day] + 1) - 1
        else:
            held += 1
            equity += units * m.close[t]
        if equity >= peak:
            peak = low = equity
        elif equity < low:
            low = equity
            deepest = max(deepest, 1.0 - equity / peak)
        if t == day_ends[day]:
            daily[day] = equity / before - 1.0 if before > 0.0 else 0.0
            before = equity
            day += 1
        t += 1
    out[TOTAL_RETURN] = equity / start - 1.0
    out[MAX_DRAWDOWN], out[EXPOSURE_TIME] = deepest, held / m.n
    day_figures(daily, day, per_year, out)


def day_figures(
    daily: Sequence[float], days: int, per_year: float, out: MutableSequence[float]
) -> None:
    """Volatility, Sharpe and Sortino of daily returns."""
    total = down = largest = 0.0
    for k in range(days):
        total += daily[k]
        down += min(daily[k], 0.0) ** 2
        largest = max(largest, abs(daily[k]))
    mean, squares = total / days, 0.0
    for k in range(days):
        squares += (daily[k] - mean) ** 2
    sigma = math.sqrt(squares / (days - 1)) if days > 1 else 0.0
    moves = sigma > 1e-12 * max(largest, 1e-15)
    down = math.sqrt(down / days)
    scale = math.sqrt(per_year)
    out[VOLATILITY] = sigma * scale if moves else math.nan
    out[SHARPE] = mean / sigma * scale if moves else math.nan
    out[SORTINO] = mean / down * scale if down > 1e-15 else math.nan


def trade_figures(m: Machine, out: MutableSequence[float]) -> None:
    """Figures of closed trades."""
    count = wins = 0
    gained = lost = 0.0
    for row in range(int(m.acct[LOGGED])):
        if m.log[row * LOG_WIDTH + LOG_REASON] == OPEN_END:
            continue
        pnl = m.log[row * LOG_WIDTH + LOG_PNL]
        count += 1
        wins += pnl > 0.0
        gained += max(pnl, 0.0)
        lost -= min(pnl, 0.0)
    out[TRADES] = count
    out[WIN_RATE] = wins / count if count else math.nan
    out[PROFIT_FACTOR] = gained / lost if lost > 0.0 else math.nan
    out[EXPECTANCY] = (gained - lost) / count if count else math.nan

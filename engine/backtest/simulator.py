"""The only backtest: bars and decisions in, trades and curves out; same input, same bytes.

`simulate` and `simulate_panel` are internal doors: they write no trial. Whoever evaluates a
strategy on registered bars goes through `runner.run_trial`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from engine.backtest.build import grown, machine_of
from engine.backtest.compiled import loop_for
from engine.backtest.costs import CostModel
from engine.backtest.layout import (
    BOOK_BAR,
    BOOK_CASH,
    BOOK_SYMBOL,
    BOOK_UNITS,
    BOOK_WIDTH,
    BOOKED,
    CUTS,
    DROPS,
    LEAVE,
    LIVE,
    LOG_WIDTH,
    LOGGED,
    ORDER_WIDTH,
    POS_WIDTH,
    RULE_WIDTH,
    SIDE,
    TRADED,
    Machine,
)
from engine.backtest.orders import DROP_CODES
from engine.backtest.result import BacktestResult, TradeLog
from engine.data.bars import Bars, FloatArray
from engine.data.panel import Panel, panel_of
from engine.errors import InputError
from engine.language.decisions import Decisions

DEFAULT_EQUITY = 10_000.0


def simulate(
    bars: Bars,
    decisions: Decisions,
    costs: CostModel,
    *,
    start_equity: float = DEFAULT_EQUITY,
    grid: bool = True,
) -> BacktestResult:
    """Run decisions over one instrument's bars on one account that starts flat.

    Decided at close t, done from bar t+1 on; stop and target prices are fixed from ref. A market
    order whose bar traded nothing is dropped, never carried. A trade that is open at the end
    stays open and is marked at the last close.

    Args:
        bars: one instrument's bars.
        decisions: same length as the bars.
        costs: fees, spread, slippage, limit rule.
        start_equity: quote currency, above zero.
        grid: False switches price and quantity steps off (scale invariance tests).

    Raises:
        InputError: EQUITY_INVALID, DECISIONS_SHAPE, SIZING_VALUE, SHORT_NOT_POSSIBLE,
            SIDE_MISSING or TARGETS_TOO_MANY.
    """
    return simulate_panel(
        panel_of([bars]), (decisions,), costs, start_equity=start_equity, grid=grid
    )


def simulate_panel(
    panel: Panel,
    each: Sequence[Decisions],
    costs: CostModel,
    *,
    start_equity: float = DEFAULT_EQUITY,
    grid: bool = True,
) -> BacktestResult:
    """Run one spec's decisions over several instruments on one account.

    Args:
        panel: the instruments on one timeline.
        each: decisions of the same rules per instrument, on its own bars.
        costs: as in `simulate`.
        start_equity: quote currency of the account.
        grid: as in `simulate`.

    Raises:
        InputError: as in `simulate`.
    """
    _check(panel, each, start_equity)
    loop = loop_for(len(panel) * len(panel.each))
    m = machine_of(panel, tuple(each), costs, start_equity, grid=grid, compiled=loop.compiled)
    t = loop.advance(m, 0)
    while t < m.n:
        m = grown(m, compiled=loop.compiled)
        t = loop.advance(m, t)
    loop.mark_open(m)
    return result_of(panel, m, tuple(rule.rule for rule in each[0].rules), start_equity)


def _check(panel: Panel, each: Sequence[Decisions], start_equity: float) -> None:
    if not (start_equity > 0.0 and math.isfinite(start_equity)):
        raise InputError(
            "EQUITY_INVALID",
            "the account needs money to start with",
            value=start_equity,
            hint="give a finite amount above zero",
        )
    if not each or not each[0].rules:
        raise InputError(
            "SIDE_MISSING", "there is no rule to run", hint="add a long or a short rule"
        )
    for bars, decisions in zip(panel.each, each, strict=True):
        _check_one(bars, decisions)


def _check_one(bars: Bars, decisions: Decisions) -> None:
    for rule in decisions.rules:
        columns = (rule.enter, rule.exit, rule.stop, rule.trail)
        if any(len(column) != len(bars) for column in columns):
            raise InputError(
                "DECISIONS_SHAPE",
                f"decisions and bars differ in length: {len(rule.enter)} and {len(bars)}",
                value=len(rule.enter),
                hint="decide on the same bars that are run",
            )
        traded = decisions.warmup < len(bars) or bool(rule.enter.any())
        if traded and rule.direction < 0 and not bars.instrument.shorts_allowed:
            raise InputError(
                "SHORT_NOT_POSSIBLE",
                f"{bars.instrument.symbol} cannot be sold short on {bars.instrument.venue}",
                value=bars.instrument.symbol,
                hint="remove the short rules, or use an instrument that can be borrowed",
            )


def result_of(
    panel: Panel, m: Machine, rules: tuple[str, ...], start_equity: float
) -> BacktestResult:
    """What a machine that has run to its end comes to."""
    rows = int(m.acct[LOGGED])
    table = np.array(m.log[: rows * LOG_WIDTH], dtype=np.float64).reshape(rows, LOG_WIDTH)
    books = np.array(m.books[: int(m.acct[BOOKED]) * BOOK_WIDTH], dtype=np.float64)
    books = books.reshape(-1, BOOK_WIDTH)
    cash = _steps(books[:, BOOK_BAR], books[:, BOOK_CASH], m.n, start_equity)
    position, value = _positions(m, books)
    equity = np.add(cash, value, out=cash)
    for curve in (position, value, equity):
        curve.setflags(write=False)
    drops = {
        code: int(m.acct[DROPS + number])
        for number, code in enumerate(DROP_CODES)
        if m.acct[DROPS + number]
    }
    return BacktestResult(
        time=panel.time,
        equity=equity,
        position=position,
        value=value,
        log=TradeLog(table, panel.symbols, rules),
        start_equity=start_equity,
        orders_cut=int(m.acct[CUTS]),
        orders_dropped=sum(drops.values()),
        bar_ms=panel.timeframe.seconds * 1000,
        drops=tuple(sorted(drops.items())),
        pending=_pending(panel, m),
        traded=float(m.acct[TRADED]),
    )


def _steps(bars: FloatArray, values: FloatArray, n: int, start: float) -> FloatArray:
    """A curve that holds each value from its bar on, the last one of a bar. Shape (n,)."""
    edges = np.concatenate(([0.0], bars, [float(n)])).astype(np.int64)
    curve: FloatArray = np.repeat(np.concatenate(([start], values)), np.diff(edges))
    return curve


def _positions(m: Machine, books: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Signed units, shape (n,) or (s, n), and the value of all positions, shape (n,)."""
    close = np.asarray(m.close)
    if m.symbols == 1:
        units = _steps(books[:, BOOK_BAR], books[:, BOOK_UNITS], m.n, 0.0)
        return units, units * close
    held = np.empty((m.symbols, m.n))
    for s in range(m.symbols):
        own = books[books[:, BOOK_SYMBOL] == s]
        held[s] = _steps(own[:, BOOK_BAR], own[:, BOOK_UNITS], m.n, 0.0)
    return held, (held * close.reshape(m.symbols, m.n)).sum(axis=0)


def _pending(panel: Panel, m: Machine) -> tuple[str, ...]:
    """What was decided at the last close and not done, with the symbol if there are several."""
    orders = []
    for s, symbol in enumerate(panel.symbols):
        suffix = f" {symbol}" if m.symbols > 1 else ""
        if m.pos[s * POS_WIDTH + LEAVE]:
            orders.append(f"exit{suffix}")
        for slot in range(m.slots):
            live = int(m.orders[(s * m.slots + slot) * ORDER_WIDTH + LIVE])
            if live:
                side = m.rules[(live - 1) * RULE_WIDTH + SIDE]
                orders.append(f"enter_{'long' if side > 0 else 'short'}{suffix}")
    return tuple(orders)

"""The only backtest: bars and decisions in, trades and curves out; same input, same bytes.

`simulate` is an internal door: it writes no trial. Whoever evaluates a strategy on registered
bars goes through `runner.run_trial`.
"""

from __future__ import annotations

import math

import numpy as np

from engine.backtest.account import Deal, Tally, run
from engine.backtest.costs import CostModel
from engine.backtest.matching import TARGET
from engine.backtest.orders import DROP_CODES
from engine.backtest.plans import following, least_distance, sides_of, tape_of, terms_of, wants_of
from engine.backtest.result import BacktestResult, Trade
from engine.backtest.ride import END, REASONS
from engine.data.bars import Bars, FloatArray
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
    """Run decisions over bars on one account that starts flat.

    Decided at close t, done from bar t+1 on; stop and target prices are fixed from close(t). An
    order whose bar traded nothing is dropped, never carried. A trade that is open at the end
    stays open and is marked at the last close.

    Args:
        bars: one instrument's bars.
        decisions: same length as the bars.
        costs: fees, spread, slippage, limit rule.
        start_equity: quote currency, above zero.
        grid: False switches price and quantity steps off (scale invariance tests).

    Raises:
        InputError: EQUITY_INVALID, DECISIONS_SHAPE, SIZING_NOT_AVAILABLE, SIZING_VALUE,
            SHORT_NOT_POSSIBLE or SIDE_MISSING.
    """
    _check(bars, decisions, start_equity)
    terms = terms_of(decisions, costs, bars.instrument, grid=grid)
    least = least_distance(bars.instrument) if grid else 0.0
    sides = sides_of(decisions, bars, terms, least)
    wants = wants_of(decisions, len(bars))
    deals, tally = run(tape_of(bars, wants), sides, terms, following(wants), start_equity)
    return _result(bars, deals, tally, start_equity)


def _check(bars: Bars, decisions: Decisions, start_equity: float) -> None:
    if not (start_equity > 0.0 and math.isfinite(start_equity)):
        raise InputError(
            "EQUITY_INVALID",
            "the account needs money to start with",
            value=start_equity,
            hint="give a finite amount above zero",
        )
    for side in (decisions.long, decisions.short):
        if side is None:
            continue
        columns = (side.enter, side.exit, side.stop, side.target, side.trail)
        if any(len(column) != len(bars) for column in columns):
            raise InputError(
                "DECISIONS_SHAPE",
                f"decisions and bars differ in length: {len(side.enter)} and {len(bars)}",
                value=len(side.enter),
                hint="decide on the same bars that are run",
            )


def _result(bars: Bars, deals: list[Deal], tally: Tally, start_equity: float) -> BacktestResult:
    position, cash = _curves(deals, len(bars), start_equity)
    value = position * bars.close
    equity = cash + value
    exposure = np.divide(value, equity, out=np.zeros(len(bars)), where=equity > 0.0)
    for curve in (position, equity, exposure):
        curve.setflags(write=False)
    drops = {code: count for code, count in zip(DROP_CODES, tally.dropped, strict=True) if count}
    return BacktestResult(
        time=bars.time,
        equity=equity,
        position=position,
        exposure=exposure,
        trades=tuple(_trade(bars, deal) for deal in deals),
        start_equity=start_equity,
        orders_cut=tally.cut,
        orders_dropped=sum(drops.values()),
        bar_ms=bars.timeframe.seconds * 1000,
        drops=tuple(sorted(drops.items())),
        pending=_pending(tally),
        traded=math.fsum(_traded(deal) for deal in deals),
    )


def _curves(deals: list[Deal], n: int, start_equity: float) -> tuple[FloatArray, FloatArray]:
    """Signed units and cash at each close, from the deals in order. Shapes (n,)."""
    position = np.zeros(n)
    cash = np.full(n, start_equity)
    nexts = [deal.entry_bar for deal in deals[1:]] + [n]
    for deal, flat_until in zip(deals, nexts, strict=False):
        until = n if deal.event == END else deal.exit_bar
        position[deal.entry_bar : until] = deal.direction * deal.quantity
        cash[deal.entry_bar : until] = deal.cash_open
        cash[until:flat_until] = deal.cash_closed
    return position, cash


def _trade(bars: Bars, deal: Deal) -> Trade:
    mae, mfe = _excursions(bars, deal)
    gain = deal.direction * deal.quantity * (deal.exit_price - deal.entry_price)
    fees = deal.entry_fee + deal.exit_fee
    return Trade(
        side="long" if deal.direction > 0 else "short",
        entry_bar=deal.entry_bar,
        exit_bar=deal.exit_bar,
        entry_price=deal.entry_price,
        exit_price=deal.exit_price,
        quantity=deal.quantity,
        pnl=gain - fees,
        fees=fees,
        stop_price=deal.stop,
        exit_reason=REASONS[deal.event],
        mae=mae,
        mfe=mfe,
    )


def _excursions(bars: Bars, deal: Deal) -> tuple[float, float]:
    """Worst and best move as signed fractions of the entry price.

    Whole bars up to the exit bar. Of the exit bar only what is sure to have happened: the exit
    price, and the bar's worst price before a target (the pessimistic reading).
    """
    whole = slice(deal.entry_bar, deal.exit_bar + (deal.event == END))
    low = float(bars.low[whole].min(initial=deal.exit_price))
    high = float(bars.high[whole].max(initial=deal.exit_price))
    if deal.event == TARGET and deal.direction > 0:
        low = min(low, float(bars.low[deal.exit_bar]))
    elif deal.event == TARGET:
        high = max(high, float(bars.high[deal.exit_bar]))
    down, up = low / deal.entry_price - 1.0, high / deal.entry_price - 1.0
    worst, best = (down, up) if deal.direction > 0 else (-up, -down)
    return min(worst, 0.0) + 0.0, max(best, 0.0) + 0.0  # no minus zero


def _traded(deal: Deal) -> float:
    exit_notional = 0.0 if deal.event == END else deal.quantity * deal.exit_price
    return deal.quantity * deal.entry_price + exit_notional


def _pending(tally: Tally) -> tuple[str, ...]:
    orders = ["exit"] if tally.pending_exit else []
    if tally.pending_entry:
        orders.append("enter_long" if tally.pending_entry > 0 else "enter_short")
    return tuple(orders)

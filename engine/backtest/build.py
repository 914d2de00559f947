"""A run as one `Machine`: over lists for plain Python, over arrays for the compiled loop."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.backtest.costs import CostModel
from engine.backtest.layout import (
    ACCOUNT_WIDTH,
    BOOK_WIDTH,
    CASH,
    DAY_START,
    LAST_EQUITY,
    LOG_WIDTH,
    ORDER_WIDTH,
    PEAK,
    POS_WIDTH,
    SIZE_TO,
    Machine,
    Terms,
)
from engine.backtest.orders import FIXED_FRACTION, FIXED_NOTIONAL, RISK_PER_TRADE, WEIGHT
from engine.backtest.tables import Tables
from engine.backtest.tape import funding_of, impact_of, marks_of, prices, steps_of
from engine.data.panel import Panel
from engine.errors import InputError
from engine.language.decisions import Decisions
from engine.language.program import MAX_DEPTH, STATES
from engine.language.spec import Sizing
from engine.market import bars_per_year

Ready = Callable[[NDArray[Any]], Any]

FIRST_ROWS: Final = 1024
_KINDS: Final = {
    "fixed_fraction": FIXED_FRACTION,
    "fixed_notional": FIXED_NOTIONAL,
    "risk_per_trade": RISK_PER_TRADE,
}


def machine_of(  # noqa: PLR0913 - a market, decisions, costs, money and two switches
    panel: Panel,
    each: tuple[Decisions, ...],
    costs: CostModel,
    start_equity: float,
    *,
    grid: bool,
    compiled: bool,
) -> Machine:
    """Everything that a run reads and changes.

    Raises:
        InputError: SIZING_VALUE, TARGETS_TOO_MANY.
    """
    tables = Tables(panel, each)
    n, symbols = len(panel), len(panel.each)
    terms = terms_of(panel, each[0], costs, tables, grid=grid)
    pos = np.zeros(symbols * POS_WIDTH)
    pos[SIZE_TO::POS_WIDTH] = math.nan
    acct = np.zeros(ACCOUNT_WIDTH)
    acct[[CASH, PEAK, DAY_START, LAST_EQUITY]] = start_equity
    ready: Ready = fixed if compiled else _as_lists
    open_: Ready = np.ascontiguousarray if compiled else _as_lists
    return Machine(
        n=n,
        symbols=symbols,
        slots=tables.slots,
        terms=terms,
        open=ready(prices(panel, "open")),
        high=ready(prices(panel, "high")),
        low=ready(prices(panel, "low")),
        close=ready(prices(panel, "close")),
        marks=ready(marks_of(panel, each)),
        wants=ready(tables.wants()),
        place=ready(tables.place()),
        leave=ready(tables.leave()),
        levels=ready(tables.columns.joined()),
        funding=ready(funding_of(panel)),
        impact=ready(impact_of(panel, costs)),
        rules=ready(np.array(tables.rules)),
        aims=ready(np.array(tables.aims or [0.0])),
        code=ready(np.array(tables.code or [0], dtype=np.int64)),
        constants=ready(np.array(tables.constants or [0.0])),
        steps=ready(np.array(steps_of(panel, grid=grid))),
        pos=open_(pos),
        orders=open_(np.zeros(symbols * tables.slots * ORDER_WIDTH)),
        acct=open_(acct),
        log=open_(np.zeros(FIRST_ROWS * LOG_WIDTH)),
        books=open_(np.zeros(2 * FIRST_ROWS * BOOK_WIDTH)),
        stack=open_(np.zeros(MAX_DEPTH + 2)),
        past=open_(np.full(len(STATES) * n * symbols if terms.history else 1, math.nan)),
    )


def _as_lists(values: NDArray[Any]) -> Any:  # noqa: ANN401 - a list of whatever stands in it
    return values.tolist()


def fixed(values: NDArray[Any]) -> Any:  # noqa: ANN401 - an array of whatever stands in it
    """The array as one that is only read: the compiler knows one kind of input, not two."""
    shown = np.ascontiguousarray(values).view()
    shown.setflags(write=False)
    return shown


def grown(m: Machine, *, compiled: bool) -> Machine:
    """The same run with twice the room for trades and bookings."""
    ready: Ready = np.ascontiguousarray if compiled else _as_lists
    log, books = np.asarray(m.log), np.asarray(m.books)
    return m._replace(
        log=ready(np.concatenate((log, np.zeros(len(log))))),
        books=ready(np.concatenate((books, np.zeros(len(books))))),
    )


def terms_of(
    panel: Panel, decisions: Decisions, costs: CostModel, tables: Tables, *, grid: bool
) -> Terms:
    """Sizing, costs and limits as plain numbers.

    Raises:
        InputError: SIZING_VALUE.
    """
    sizing, limits, adds = decisions.sizing, decisions.limits, decisions.adds
    day_counts = limits.max_trades_per_day, limits.max_trades_per_week, limits.max_losses_per_day
    bars = panel.each[0]
    per_year = bars_per_year(bars.timeframe, bars.instrument.calendar)
    return Terms(
        kind=_KINDS.get(sizing.kind, WEIGHT),
        value=_value(sizing),
        max_fraction=sizing.max_position_frac,
        leverage=limits.max_leverage,
        weight_column=tables.weight,
        band=sizing.band_frac,
        ranked=decisions.ranked,
        taker=costs.taker,
        maker=costs.maker,
        borrow=costs.borrow_bps_year / 10_000 / per_year,
        varying=int(costs.varying),
        through=costs.limit_fill == "through",
        grid=grid,
        cooldown=limits.cooldown_bars,
        max_positions=limits.max_positions,
        max_drawdown=limits.max_drawdown,
        max_daily_loss=limits.max_daily_loss,
        max_day_trades=limits.max_trades_per_day,
        max_week_trades=limits.max_trades_per_week,
        max_day_losses=limits.max_losses_per_day,
        max_correlation=limits.max_correlation,
        max_units=0 if adds is None else adds.max_units,
        latest=adds is not None and adds.latest,
        add_column=tables.add_column,
        add_from=tables.add_program[0],
        add_to=tables.add_program[1],
        variants=tables.variants,
        tracked=any(day_counts) or limits.max_drawdown > 0.0 or limits.max_daily_loss > 0.0,
        history=tables.lagged,
    )


def _value(sizing: Sizing) -> float:
    if sizing.kind not in _KINDS:
        return 0.0
    if sizing.value is None or not sizing.value > 0.0:
        raise InputError(
            "SIZING_VALUE",
            "a position needs a size above zero",
            value=sizing.value,
            hint="write sizing.value as a fraction of one, such as 0.1",
        )
    return sizing.value

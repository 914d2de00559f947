"""Key figures of a combined account, by the definitions of every other run."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.backtest.metrics import UNITS, Metrics, measure
from engine.backtest.result import BacktestResult, log_of
from engine.data.bars import Bars, bars_of
from engine.data.days import DAY_MS
from engine.market import Instrument, Timeframe
from engine.portfolio.result import PortfolioResult

NOT_OF_ACCOUNT: Final = frozenset({
    "trades", "win_rate", "profit_factor", "expectancy", "expectancy_r", "average_bars",
    "largest_win", "largest_loss", "fees", "turnover",
})  # fmt: skip
"""Figures of trades: the sleeves have them, the account that holds sleeves has not."""
ACCOUNT_FIGURES: Final = tuple(name for name in UNITS if name not in NOT_OF_ACCOUNT)


def as_run(result: PortfolioResult) -> BacktestResult:
    """The account as a run of daily bars without trades; `traded` is the money moved."""
    return BacktestResult(
        time=result.days * DAY_MS,
        equity=result.equity,
        position=result.exposure,
        value=result.exposure * result.equity,
        log=log_of(()),
        start_equity=result.start_equity,
        bar_ms=DAY_MS,
        traded=float(result.turnover.sum()),
    )


def measured(result: PortfolioResult) -> Metrics:
    """All key figures; those of trades are empty."""
    return measure(as_run(result), _days_as_bars(result))


def account_figures(result: PortfolioResult) -> dict[str, float | None]:
    """The figures of the account by name, without those of trades; None where undefined."""
    figures = measured(result).model_dump()
    return {name: figures[name] for name in ACCOUNT_FIGURES}


def _days_as_bars(result: PortfolioResult) -> Bars:
    """Flat daily bars on the account's days: they give length and calendar, no price is read."""
    ones = np.ones(len(result.days))
    instrument = Instrument(symbol="ACCOUNT", base="ACCOUNT", quote="USD", calendar=result.calendar)
    return bars_of(
        instrument, Timeframe.D1, result.days * DAY_MS, ones, ones, ones, ones, ones * 0.0
    )

"""Key figures of a run. None means "undefined here", never zero and never NaN.

Conventions, where sources differ:
- r_t = E_t / E_(t-1) - 1 per bar, the first from the start equity; n bars.
- P = bars per year of timeframe and calendar (`market.bars_per_year`): 365, 252 or 260 days,
  never a fixed 252. Years = n / P.
- The risk-free rate is zero. Standard deviations are those of a sample (n - 1).
- Losses are shown as positive sizes: drawdown 0.25 is a quarter below the peak.
- Per trade: closed trades only, net of all costs. An open trade is in the equity, not in these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, TypedDict

import numpy as np

from engine.backtest.result import BacktestResult, Trade
from engine.backtest.returns import DAY_MS, bar_returns, daily_net, mean_exposure
from engine.data.bars import Bars, FloatArray
from engine.facts.table import Fact, Unit
from engine.market import bars_per_year
from engine.quantities import Ratio
from engine.records import Digest, Record

MIN_YEARS: Final = 1 / 12
"""Shorter runs are not annualised: a good week would read as thousands of percent a year."""

_TINY: Final = 1e-15


class Metrics(Record):
    """Key figures of one run on one instrument.

    Over the whole run:
        total_return: E_n / E_0 - 1.
        cagr: (E_n / E_0)^(1 / years) - 1; None below a month.
        volatility: sd(r) * sqrt(P).
        sharpe: mean(r) / sd(r) * sqrt(P). Sharpe 1994, risk-free 0.
        sortino: mean(r) / sqrt(mean(min(r, 0)^2)) * sqrt(P). Sortino, Price 1994, target 0.
        calmar: cagr / max_drawdown. Young 1991, over the whole run.
        max_drawdown: max_t(1 - E_t / max_(s<=t) E_s), the start equity is the first peak.
        max_drawdown_bars, max_drawdown_days: longest time from a peak until it is reached again,
            or until the end.
        ulcer: sqrt(mean(drawdown^2)) over the closes. Martin, McCann 1989.
        tail_ratio: 95 % quantile of r over the size of the 5 % quantile.
        var_95_day: minus the 5 % quantile of daily net returns (historical, linear).
        es_975_day: minus the mean of the worst 2.5 % of daily net returns (at least one day).
        exposure_time: share of closes with a position; exposure_mean: mean signed exposure.
        turnover: traded notional / mean equity / years, entries and exits both counted.
    Per closed trade:
        trades; win_rate: share with pnl > 0; profit_factor: gains / losses;
        expectancy: mean pnl, quote currency; expectancy_r: mean of pnl / planned loss at entry;
        average_bars: mean bars held, entry and exit bar counted;
        largest_win, largest_loss: quote currency, the loss as a positive size;
        fees: paid in all, open trade included.
    """

    total_return: Ratio
    cagr: Ratio | None
    volatility: Ratio | None
    sharpe: Ratio | None
    sortino: Ratio | None
    calmar: Ratio | None
    max_drawdown: Ratio
    max_drawdown_bars: int
    max_drawdown_days: Ratio
    ulcer: Ratio
    tail_ratio: Ratio | None
    var_95_day: Ratio | None
    es_975_day: Ratio | None
    exposure_time: Ratio
    exposure_mean: Ratio
    turnover: Ratio | None
    trades: int
    win_rate: Ratio | None
    profit_factor: Ratio | None
    expectancy: Ratio | None
    expectancy_r: Ratio | None
    average_bars: Ratio | None
    largest_win: Ratio | None
    largest_loss: Ratio | None
    fees: Ratio


UNITS: Final[dict[str, Unit]] = {
    "total_return": "percent",
    "cagr": "percent",
    "volatility": "percent",
    "sharpe": "ratio",
    "sortino": "ratio",
    "calmar": "ratio",
    "max_drawdown": "percent",
    "max_drawdown_bars": "bars",
    "max_drawdown_days": "days",
    "ulcer": "percent",
    "tail_ratio": "ratio",
    "var_95_day": "percent",
    "es_975_day": "percent",
    "exposure_time": "percent",
    "exposure_mean": "percent",
    "turnover": "ratio",
    "trades": "count",
    "win_rate": "percent",
    "profit_factor": "ratio",
    "expectancy": "money",
    "expectancy_r": "ratio",
    "average_bars": "bars",
    "largest_win": "money",
    "largest_loss": "money",
    "fees": "money",
}
"""Unit of each figure when it becomes a fact."""


def measure(result: BacktestResult, bars: Bars) -> Metrics:
    """All key figures of a run.

    Args:
        result: the run.
        bars: the bars it ran on (timeframe and calendar give the annualisation).
    """
    per_year = bars_per_year(bars.timeframe, bars.instrument.calendar)
    years = len(bars) / per_year
    returns = bar_returns(result)
    drawdown, bars_under, days_under = _underwater(result)
    cagr = _cagr(result, years)
    deepest = float(np.max(drawdown))
    _, daily = daily_net(result)
    held = float(np.mean(result.equity))
    return Metrics(
        total_return=float(result.equity[-1]) / result.start_equity - 1.0,
        cagr=cagr,
        volatility=_scaled(_deviation(returns), per_year),
        sharpe=_over(_mean(returns), _deviation(returns), per_year),
        sortino=_over(_mean(returns), _downside(returns), per_year),
        calmar=None if cagr is None or deepest <= _TINY else cagr / deepest,
        max_drawdown=deepest,
        max_drawdown_bars=bars_under,
        max_drawdown_days=days_under,
        ulcer=math.sqrt(float(np.mean(drawdown[1:] ** 2))),
        tail_ratio=_tail_ratio(returns),
        var_95_day=None if len(daily) < 2 else -float(np.quantile(daily, 0.05)) + 0.0,  # noqa: PLR2004 - one day is no sample
        es_975_day=_expected_shortfall(daily, 0.025),
        exposure_time=float(np.mean(result.position != 0.0)),
        exposure_mean=mean_exposure(result),
        turnover=result.traded / held / years if held > 0.0 and years >= MIN_YEARS else None,
        fees=math.fsum(trade.fees for trade in result.trades),
        **_per_trade(result.closed),
    )


def _mean(values: FloatArray) -> float:
    return math.fsum(values) / len(values)


def _deviation(values: FloatArray) -> float | None:
    """Sample standard deviation; None below two values or where nothing moves."""
    if len(values) < 2:  # noqa: PLR2004 - one value has no deviation
        return None
    deviation = float(np.std(values, ddof=1))
    largest = float(np.max(np.abs(values)))
    # A constant series leaves rounding behind, which would give a Sharpe ratio of 1e16.
    return deviation if deviation > 1e-12 * max(largest, _TINY) else None


def _downside(values: FloatArray) -> float | None:
    downside = math.sqrt(float(np.mean(np.minimum(values, 0.0) ** 2)))
    return downside if downside > _TINY else None


def _scaled(deviation: float | None, per_year: float) -> float | None:
    return None if deviation is None else deviation * math.sqrt(per_year)


def _over(mean: float, risk: float | None, per_year: float) -> float | None:
    return None if risk is None else mean / risk * math.sqrt(per_year)


def _cagr(result: BacktestResult, years: float) -> float | None:
    growth = float(result.equity[-1]) / result.start_equity
    if years < MIN_YEARS:
        return None
    return -1.0 if growth <= 0.0 else growth ** (1.0 / years) - 1.0


def _underwater(result: BacktestResult) -> tuple[FloatArray, int, float]:
    """Drawdown at the start and each close, longest stretch under a peak in bars and in days."""
    equity = np.concatenate(([result.start_equity], result.equity))
    times = np.concatenate((result.time[:1], result.close_time))
    peaks = np.maximum.accumulate(equity)
    drawdown: FloatArray = 1.0 - equity / peaks
    rows = np.arange(len(equity))
    last_peak = np.maximum.accumulate(np.where(equity >= peaks, rows, 0))
    # The bar that reaches the peak again still belongs to the stretch.
    since = np.concatenate(([0], last_peak[:-1]))
    under = np.append(False, (drawdown[1:] > 0.0) | (drawdown[:-1] > 0.0))
    lasted = np.where(under, rows - since, 0)
    days = np.where(under, times - times[since], 0)
    return drawdown, int(np.max(lasted)), float(np.max(days)) / DAY_MS


def _tail_ratio(returns: FloatArray) -> float | None:
    low, high = (float(value) for value in np.quantile(returns, (0.05, 0.95)))
    return None if abs(low) <= _TINY else abs(high) / abs(low)


def _expected_shortfall(daily: FloatArray, share: float) -> float | None:
    if len(daily) < 2:  # noqa: PLR2004 - one day is no sample
        return None
    worst = max(1, math.ceil(share * len(daily)))
    return -_mean(np.sort(daily)[:worst]) + 0.0


class _TradeFigures(TypedDict):
    trades: int
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None
    expectancy_r: float | None
    average_bars: float | None
    largest_win: float | None
    largest_loss: float | None


def _per_trade(trades: Sequence[Trade]) -> _TradeFigures:
    """Figures of closed trades; all None but the count when there is none."""
    gains = [trade.pnl for trade in trades if trade.pnl > 0.0]
    losses = [-trade.pnl for trade in trades if trade.pnl < 0.0]
    planned = [
        trade.pnl / (trade.quantity * risk)
        for trade in trades
        if (risk := abs(trade.entry_price - trade.stop_price)) > _TINY
    ]
    count = len(trades)
    return {
        "trades": count,
        "win_rate": len(gains) / count if count else None,
        "profit_factor": math.fsum(gains) / math.fsum(losses) if losses else None,
        "expectancy": math.fsum(trade.pnl for trade in trades) / count if count else None,
        "expectancy_r": math.fsum(planned) / len(planned) if planned else None,
        "average_bars": sum(trade.bars_held for trade in trades) / count if count else None,
        "largest_win": max(gains) if gains else None,
        "largest_loss": max(losses) if losses else None,
    }


def to_facts(metrics: Metrics, prefix: str, source: Digest) -> tuple[Fact, ...]:
    """Each figure as a fact with key `prefix.name`, e.g. `train.sharpe`, in the record's order.

    Args:
        metrics: figures.
        prefix: `train`, `oos`, `benchmark`.
        source: digest of the record that they were measured from.
    """
    figures = metrics.model_dump()
    return tuple(
        Fact(
            key=f"{prefix}.{name}",
            value=None if figures[name] is None else float(figures[name]),
            unit=unit,
            source=source,
        )
        for name, unit in UNITS.items()
    )

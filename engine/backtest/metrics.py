"""Key figures of a run. None means "undefined here", never zero and never NaN.

Conventions, where sources differ:
- r_d = daily net returns (`returns.daily_net`), whatever the timeframe: more bars a day must not
  make a better figure. Bars longer than a day give one return each.
- P = such returns per year of the calendar (`market.bars_per_year`): 365, 252 or 260 days, 52
  weeks, 12 months, never a fixed 252. Years = bars / bars per year.
- The risk-free rate is zero. Standard deviations are those of a sample (n - 1).
- Losses are shown as positive sizes: drawdown 0.25 is a quarter below the peak.
- Per trade: closed trades only, net of all costs. An open trade is in the equity, not in these.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypedDict

import numpy as np

from engine.backtest.compiled import loop_for
from engine.backtest.result import COLUMNS, BacktestResult, TradeLog
from engine.backtest.returns import daily_net, mean_exposure
from engine.data.bars import Bars, FloatArray
from engine.data.days import DAY_MS
from engine.data.panel import Panel
from engine.facts.table import Fact, Unit
from engine.market import Timeframe, bars_per_year
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
        volatility: sd(r_d) * sqrt(P).
        sharpe: mean(r_d) / sd(r_d) * sqrt(P). Sharpe 1994, risk-free 0.
        sortino: mean(r_d) / sqrt(mean(min(r_d, 0)^2)) * sqrt(P). Sortino, Price 1994, target 0.
        calmar: cagr / max_drawdown. Young 1991, over the whole run.
        max_drawdown: max_t(1 - E_t / max_(s<=t) E_s), the start equity is the first peak.
        max_drawdown_bars, max_drawdown_days: longest time from a peak until it is reached again,
            or until the end.
        ulcer: sqrt(mean(drawdown^2)) over the days. Martin, McCann 1989.
        tail_ratio: 95 % quantile of r_d over the size of the 5 % quantile.
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


def measure(result: BacktestResult, bars: Bars | Panel) -> Metrics:
    """All key figures of a run.

    Args:
        result: the run.
        bars: the bars or the panel that it ran on (timeframe and calendar annualise).
    """
    calendar = bars.instrument.calendar
    years = len(bars) / bars_per_year(bars.timeframe, calendar)
    longer = bars.timeframe.seconds > Timeframe.D1.seconds
    per_year = bars_per_year(bars.timeframe if longer else Timeframe.D1, calendar)
    _, daily = daily_net(result)
    deviation, mean, ordered = _deviation(daily), float(np.mean(daily)), np.sort(daily)
    under = _underwater(result)
    cagr = _cagr(result, years)
    held = float(np.mean(result.equity))
    return Metrics(
        total_return=float(result.equity[-1]) / result.start_equity - 1.0,
        cagr=cagr,
        volatility=_scaled(deviation, per_year),
        sharpe=_over(mean, deviation, per_year),
        sortino=_over(mean, _downside(daily), per_year),
        calmar=None if cagr is None or under.deepest <= _TINY else cagr / under.deepest,
        max_drawdown=under.deepest,
        max_drawdown_bars=under.bars,
        max_drawdown_days=under.days,
        ulcer=_ulcer(daily),
        tail_ratio=_tail_ratio(ordered),
        var_95_day=None if len(daily) < 2 else -_quantile(ordered, 0.05) + 0.0,  # noqa: PLR2004 - one day is no sample
        es_975_day=_expected_shortfall(ordered, 0.025),
        exposure_time=np.count_nonzero(result.in_market) / len(bars),
        exposure_mean=mean_exposure(result),
        turnover=result.traded / held / years if held > 0.0 and years >= MIN_YEARS else None,
        **_per_trade(result.log),
    )


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


class _Under(NamedTuple):
    """Deepest drawdown, longest stretch under a peak in bars and in days."""

    deepest: float
    bars: int
    days: float


def _underwater(result: BacktestResult) -> _Under:
    """Drawdown over all closes; the start equity is the first peak."""
    loop = loop_for(len(result.equity))
    curve = result.equity if loop.compiled else result.equity.tolist()
    deepest, bars, first, last = loop.drawdown(curve, result.start_equity)
    if bars == 0:
        return _Under(deepest, 0, 0.0)
    began = result.time[0] if first < 0 else result.time[first] + result.bar_ms
    ended = result.time[last] + result.bar_ms
    return _Under(deepest, bars, float(ended - began) / DAY_MS)


def _ulcer(daily: FloatArray) -> float:
    curve = np.cumprod(1.0 + daily)
    drawdown = 1.0 - curve / np.maximum(np.maximum.accumulate(curve), 1.0)
    return math.sqrt(float(np.mean(drawdown**2)))


def _quantile(ordered: FloatArray, share: float) -> float:
    """Linear quantile of rising values."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    low, high = float(ordered[below]), float(ordered[above])
    return low + (high - low) * (place - below)


def _tail_ratio(ordered: FloatArray) -> float | None:
    low, high = _quantile(ordered, 0.05), _quantile(ordered, 0.95)
    return None if abs(low) <= _TINY else abs(high) / abs(low)


def _expected_shortfall(ordered: FloatArray, share: float) -> float | None:
    if len(ordered) < 2:  # noqa: PLR2004 - one day is no sample
        return None
    worst = max(1, math.ceil(share * len(ordered)))
    return -float(np.mean(ordered[:worst])) + 0.0


class _TradeFigures(TypedDict):
    trades: int
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None
    expectancy_r: float | None
    average_bars: float | None
    largest_win: float | None
    largest_loss: float | None
    fees: float


def _per_trade(log: TradeLog) -> _TradeFigures:
    """Figures of closed trades; all None but count and fees when there is none."""
    closed = log.table[log.closed]
    pnl, quantity, risk = (closed[:, COLUMNS.index(name)] for name in ("pnl", "quantity", "risk"))
    held = closed[:, COLUMNS.index("exit_bar")] - closed[:, COLUMNS.index("entry_bar")] + 1.0
    wins, losses = pnl[pnl > 0.0], -pnl[pnl < 0.0]
    planned = risk > _TINY
    count = len(pnl)
    lost = float(np.sum(losses))
    return {
        "trades": count,
        "win_rate": len(wins) / count if count else None,
        "profit_factor": float(np.sum(wins)) / lost if lost > 0.0 else None,
        "expectancy": float(np.mean(pnl)) if count else None,
        "expectancy_r": float(np.mean(pnl[planned] / (quantity[planned] * risk[planned])))
        if planned.any()
        else None,
        "average_bars": float(np.mean(held)) if count else None,
        "largest_win": float(np.max(wins)) if len(wins) else None,
        "largest_loss": float(np.max(losses)) if len(losses) else None,
        "fees": float(np.sum(log.column("fees"))),
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

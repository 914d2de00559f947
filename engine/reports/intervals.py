"""90 % intervals of key figures: stationary block bootstrap of daily returns, seeded.

Only figures that do not depend on the order of days have one: a drawdown's interval needs paths
and belongs to the Monte Carlo section. The draws are named by the run's digest, so the same run
has the same interval everywhere.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net
from engine.data.bars import FloatArray
from engine.gate.statistics import mean_block, resample_counts
from engine.reports.data import ColumnIntervals, ColumnName, Interval

DRAWS: Final = 1_000
LEVELS: Final = (0.05, 0.95)
MIN_DAYS: Final = 60
NAMES: Final = ("total_return", "cagr", "volatility", "sharpe", "sortino")
_TINY: Final = 1e-12


def column_intervals(
    column: ColumnName,
    result: BacktestResult,
    days_per_year: float,
    *,
    draws: int = DRAWS,
    seed: int | None = None,
) -> ColumnIntervals | None:
    """Intervals of one run's column; None below 60 days or where nothing ever moved.

    Args:
        column: which column the figures stand in.
        result: the run.
        days_per_year: days of the calendar's year, for annualised figures.
        draws: resamples.
        seed: other draws for the same run; None takes those of the report.

    Source: Politis and Romano 1994; percentile interval, Efron 1979.
    """
    _, daily = daily_net(result)
    if len(daily) < MIN_DAYS or float(np.ptp(daily)) <= _TINY or float(daily.min()) <= -1.0:
        return None
    block = mean_block(daily)
    draw = result.digest if seed is None else f"{result.digest}/{seed}"
    parts = [
        _figures(daily, counts, days_per_year)
        for counts in resample_counts(len(daily), block, draws, "report", draw)
    ]
    table = np.concatenate(parts, axis=1)
    found = []
    for name, values in zip(NAMES, table, strict=True):
        low, high = (float(f"{edge:.9g}") for edge in np.nanquantile(values, LEVELS))
        if math.isfinite(low) and math.isfinite(high):
            found.append(Interval(name=name, low=low, high=high))
    return ColumnIntervals(column=column, draws=draws, block=block, intervals=tuple(found))


def _figures(daily: FloatArray, counts: FloatArray, per_year: float) -> FloatArray:
    """The figures of each draw, shape (figures, draws); NaN where a figure is undefined."""
    days = len(daily)
    mean = counts @ daily / days
    square = counts @ daily**2 / days
    below = counts @ np.minimum(daily, 0.0) ** 2 / days
    growth = np.exp(counts @ np.log1p(daily))
    deviation = np.sqrt(np.maximum(square - mean**2, 0.0) * days / (days - 1))
    rise = growth ** (per_year / days) - 1.0
    scale = math.sqrt(per_year)
    return np.stack(
        (
            growth - 1.0,
            rise,
            deviation * scale,
            _ratio(mean, deviation) * scale,
            _ratio(mean, np.sqrt(below)) * scale,
        )
    )


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    found: FloatArray = np.divide(
        above, below, out=np.full(len(above), np.nan), where=below > _TINY
    )
    return found

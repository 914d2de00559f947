"""The run by market regime: where its days lay, and where its profit came from.

A day counts under the label that was known when it began (the one of the day before), so a fall
does not label itself. A trade counts on the day of its entry.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import Final, Literal, cast

import numpy as np

from engine.backtest.result import BacktestResult
from engine.backtest.returns import daily_net
from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.days import close_days, midnight
from engine.data.panel import Panel
from engine.market import Timeframe, bars_per_year
from engine.quantities import Ratio
from engine.records import Record
from engine.regimes.labels import UNKNOWN, DayLabels, day_labels
from engine.reports.studies import RegimeLine, RegimeSpan

ONE_SIDED: Final = 0.8
"""More of the profit than this from one regime: the rules are a bet on that regime."""
MOST_SPANS: Final = 2_000
_TINY: Final = 1e-15

Trend = Literal["up", "down", "range"]


class RegimeStudy(Record):
    """The run in each regime.

    Attributes:
        lines: one per label that occurred, sorted by name.
        spans: stretches of one trend, the latest 2,000; unknown ones are left out.
        dominant: the label with the largest profit; "" when the run earned nothing.
        dominant_share: its profit over that of the run; None when the run earned nothing.
        one_sided: more than 80 % of the profit came from it (REGIME_ONE_SIDED).
    """

    lines: tuple[RegimeLine, ...]
    spans: tuple[RegimeSpan, ...]
    dominant: str
    dominant_share: Ratio | None
    one_sided: bool


def by_regime(
    result: BacktestResult, bars: Bars | Panel, labels: DayLabels | None = None
) -> RegimeStudy:
    """A run by the regimes of a market.

    Args:
        result: the run.
        bars: what it ran on; the labels are those of the first instrument.
        labels: of another market, or with days before the first bar.
    """
    market = bars.each[0] if isinstance(bars, Panel) else bars
    known = labels or day_labels(market)
    days, daily = daily_net(result)
    names = np.array([known.before(day) for day in days.tolist()])
    profits = _profits(result, daily)
    entered = close_days(result.close_time)[
        result.log.column("entry_bar")[result.log.closed].astype(np.int64)
    ]
    longer = market.timeframe.seconds > Timeframe.D1.seconds
    frame = market.timeframe if longer else Timeframe.D1
    per_year = bars_per_year(frame, market.instrument.calendar)
    traded = names[np.searchsorted(days, entered)]
    lines = tuple(
        _line(name, names == name, daily, int((traded == name).sum()), per_year)
        for name in sorted(set(names.tolist()))
    )
    dominant, share = _dominant(names, profits)
    return RegimeStudy(
        lines=lines,
        spans=_spans(days, names)[-MOST_SPANS:],
        dominant=dominant,
        dominant_share=share,
        one_sided=share is not None and share > ONE_SIDED,
    )


def _profits(result: BacktestResult, daily: FloatArray) -> FloatArray:
    """What each day earned, quote currency, shape (days,)."""
    equity = result.start_equity * np.cumprod(1.0 + daily)
    return np.diff(equity, prepend=result.start_equity)


def _line(
    name: str, inside: np.ndarray[tuple[int], np.dtype[np.bool_]], daily: FloatArray, trades: int,
    per_year: float,
) -> RegimeLine:  # fmt: skip
    own = daily[inside]
    deviation = float(np.std(own, ddof=1)) if len(own) > 1 else 0.0
    moving = deviation > 1e-12 * max(float(np.abs(own).max()), _TINY)
    return RegimeLine(
        label=name,
        share=len(own) / len(daily),
        total_return=float(np.prod(1.0 + own)) - 1.0,
        sharpe=float(np.mean(own)) / deviation * math.sqrt(per_year) if moving else None,
        trades=trades,
    )


def _dominant(
    names: np.ndarray[tuple[int], np.dtype[np.str_]], profits: FloatArray
) -> tuple[str, float | None]:
    """The label that earned most, and its share of what the run earned."""
    total = math.fsum(profits)
    if total <= _TINY:
        return "", None
    earned = {name: math.fsum(profits[names == name]) for name in sorted(set(names.tolist()))}
    best = max(earned, key=earned.__getitem__)
    return best, earned[best] / total


def _spans(
    days: IntArray, names: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> tuple[RegimeSpan, ...]:
    """Stretches of days with one known trend."""
    found = []
    rows = list(zip(days.tolist(), names.tolist(), strict=True))
    for trend, group in groupby(rows, key=lambda row: row[1].split("_", maxsplit=1)[0]):
        stretch = [day for day, _ in group]
        if trend != UNKNOWN:
            found.append(
                RegimeSpan(
                    first=midnight(stretch[0]), last=midnight(stretch[-1]),
                    trend=cast("Trend", trend),
                )
            )  # fmt: skip
    return tuple(found)

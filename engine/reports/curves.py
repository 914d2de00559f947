"""Curves for pictures and tables: joined zones, drawdown, thinned out, months."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import numpy as np

from engine.backtest.result import BacktestResult
from engine.data.bars import FloatArray, IntArray
from engine.reports.data import MAX_POINTS, Curve, Fall, MonthReturn
from engine.reports.studies import ZoneName

_DIGITS = 9
_DAY_MS = 86_400_000
_FLAT = 1e-12


def moment(milliseconds: int) -> datetime:
    """UTC time of a millisecond stamp."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def drawdown_of(equity: FloatArray, start: float) -> FloatArray:
    """Signed drawdown at each point, zero or below, the start counts as a peak. Shape (n,)."""
    peaks = np.maximum.accumulate(np.concatenate(([start], equity)))[1:]
    below: FloatArray = equity / peaks - 1.0
    return below


def thinned(time: IntArray, value: FloatArray, limit: int = MAX_POINTS) -> Curve:
    """The curve with at most `limit` points; of each stretch its lowest and highest point stay."""
    rows = np.arange(len(time))
    if len(rows) > limit:
        edges = np.linspace(0, len(rows), (limit - 2) // 2 + 1).astype(np.int64)
        kept = {0, len(rows) - 1}
        for first, last in itertools.pairwise(edges):
            part = value[first:last]
            kept |= {int(first + np.argmin(part)), int(first + np.argmax(part))}
        rows = np.array(sorted(kept))
    return Curve(
        time=tuple(time[rows].tolist()),
        value=tuple(float(f"{v:.{_DIGITS}g}") for v in value[rows].tolist()),
    )


def month_returns(time: IntArray, equity: FloatArray, start: float) -> tuple[MonthReturn, ...]:
    """Net return of each calendar month that has a point; the first one from `start`."""
    months = time.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    last = np.flatnonzero(np.append(np.diff(months) > 0, True))
    values = equity[last]
    before = np.concatenate(([start], values[:-1]))
    returns = np.divide(values - before, before, out=np.zeros(len(values)), where=before > 0.0)
    return tuple(
        MonthReturn(year=1970 + int(month) // 12, month=int(month) % 12 + 1, value=float(value))
        for month, value in zip(months[last], returns, strict=True)
    )


def worst_falls(zone: ZoneName, result: BacktestResult, limit: int = 5) -> list[Fall]:
    """The deepest drawdowns of a run, the deepest first; they do not overlap.

    Args:
        zone: where the run stands.
        result: the run; its start equity is the first peak, at its first bar.
        limit: how many at most.
    """
    values = np.concatenate(([result.start_equity], result.equity))
    times = np.concatenate((result.time[:1], result.close_time))
    peaks = np.maximum.accumulate(values)
    fresh = np.flatnonzero(values >= peaks)
    falls = []
    for place, begin in enumerate(fresh.tolist()):
        end = int(fresh[place + 1]) if place + 1 < len(fresh) else None
        inside = values[begin + 1 : end]
        if not len(inside):
            continue
        low = begin + 1 + int(np.argmin(inside))
        last = len(values) - 1 if end is None else end
        falls.append(
            Fall(
                zone=zone,
                peak=moment(int(times[begin]) - 1),
                trough=moment(int(times[low]) - 1),
                recovered=None if end is None else moment(int(times[end]) - 1),
                depth=float(1.0 - values[low] / values[begin]),
                days=float(times[last] - times[begin]) / _DAY_MS,
            )
        )
    return sorted(falls, key=lambda fall: (-fall.depth, fall.peak))[:limit]


def rolling(returns: FloatArray, window: int, per_year: float) -> tuple[FloatArray, FloatArray]:
    """Annualised Sharpe ratio and volatility over a moving window; NaN where there is none.

    Args:
        returns: net returns of bars, shape (n,).
        window: bars.
        per_year: bars a year.

    Returns:
        Two arrays of shape (n,); the first `window` - 1 values are NaN.
    """
    sharpe, spread = np.full(len(returns), np.nan), np.full(len(returns), np.nan)
    if not 2 <= window <= len(returns):  # noqa: PLR2004 - one value has no spread
        return sharpe, spread
    sums = np.concatenate(([0.0], np.cumsum(returns)))
    squares = np.concatenate(([0.0], np.cumsum(returns**2)))
    mean = (sums[window:] - sums[:-window]) / window
    square = (squares[window:] - squares[:-window]) / window
    variance = np.maximum(square - mean**2, 0.0) * window / (window - 1)
    # Differences of running sums leave rounding behind where nothing moved.
    variance[variance < _FLAT * max(float(np.max(returns**2)), _FLAT)] = 0.0
    deviation = np.sqrt(variance)
    spread[window - 1 :] = deviation * np.sqrt(per_year)
    sharpe[window - 1 :] = np.divide(
        mean * np.sqrt(per_year), deviation, out=np.full(len(mean), np.nan), where=deviation > 0.0
    )
    return sharpe, spread


def without_gaps(time: IntArray, value: FloatArray) -> Curve:
    """A thinned curve of the finite values."""
    kept = np.isfinite(value)
    return thinned(time[kept], value[kept])

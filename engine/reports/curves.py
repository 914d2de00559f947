"""Curves for pictures and tables: joined zones, drawdown, thinned out, months."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.reports.data import MAX_POINTS, Curve, MonthReturn

_DIGITS = 9


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

"""Regime labels of a market, from its daily closes; every label uses what was known that day.

Trend score: log return over 63 days by its own noise, sd of the daily returns x sqrt(63): about
standard normal on a random walk. `up` above 1 until below 0.5, `down` mirrored, else `range`.
Mood: `volatile` when the 21-day volatility is above the 70th percentile of its last 252 values
until it falls to their 50th, else `calm`. A label stays five days at least. Rules of our own, set
before any result was seen; nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.days import daily_closes

TREND_DAYS: Final = 63
ENTER_TREND: Final = 1.0
LEAVE_TREND: Final = 0.5
MOOD_DAYS: Final = 21
HISTORY: Final = 252
ENTER_VOLATILE: Final = 0.7
LEAVE_VOLATILE: Final = 0.5
MIN_DAYS: Final = 5
UNKNOWN: Final = "unknown"

Trend = Literal["up", "range", "down"]


@dataclass(frozen=True, slots=True, eq=False)
class DayLabels:
    """Labels such as `up_calm` by day; `unknown` while history is short.

    Attributes:
        days: UTC day numbers, rising, shape (days,).
        labels: one for each day, known at its close.
    """

    days: IntArray
    labels: tuple[str, ...]

    def before(self, day: int) -> str:
        """The label of the last day strictly before this one."""
        row = int(np.searchsorted(self.days, day)) - 1
        return self.labels[row] if row >= 0 else UNKNOWN


def _windows(values: FloatArray, length: int) -> FloatArray:
    """Rows of the last `length` values, the first row ends at value `length - 1`."""
    return np.lib.stride_tricks.sliding_window_view(values, length)


def _late(values: FloatArray, n: int) -> FloatArray:
    """Values that end at the last day, NaN before them, shape (n,)."""
    return np.concatenate([np.full(n - len(values), np.nan), values])


def trend_scores(closes: FloatArray) -> FloatArray:
    """63-day log return over its noise; NaN before day 63 and where nothing moves, shape (n,)."""
    n = len(closes)
    if n <= TREND_DAYS:
        return np.full(n, np.nan)
    windows = _windows(np.diff(np.log(closes)), TREND_DAYS)
    noise = windows.std(axis=1, ddof=1) * sqrt(TREND_DAYS)
    flat = np.full(len(windows), np.nan)
    return _late(np.divide(windows.sum(axis=1), noise, out=flat, where=noise > 0), n)


def volatility_ranks(closes: FloatArray) -> FloatArray:
    """Share of the last 252 values of the 21-day volatility at or below today's, shape (n,)."""
    n = len(closes)
    if n < MOOD_DAYS + HISTORY:
        return np.full(n, np.nan)
    volatility = _windows(np.diff(np.log(closes)), MOOD_DAYS).std(axis=1, ddof=1)
    history = _windows(volatility, HISTORY)
    return _late((history <= history[:, -1:]).mean(axis=1), n)


def _trend(now: Trend, score: float) -> Trend:
    """The trend that follows `now` at this score: entered beyond 1, left within 0.5."""
    if score > ENTER_TREND:
        return "up"
    if score < -ENTER_TREND:
        return "down"
    kept = (now == "up" and score >= LEAVE_TREND) or (now == "down" and score <= -LEAVE_TREND)
    return now if kept else "range"


def _volatile(*, now: bool, rank: float) -> bool:
    return rank > (LEAVE_VOLATILE if now else ENTER_VOLATILE)


def labels_of(closes: FloatArray) -> tuple[str, ...]:
    """One label for each close, of the closes up to it alone."""
    found: list[str] = []
    trend: Trend = "range"
    mood = False
    since_trend = since_mood = MIN_DAYS
    for score, rank in zip(
        trend_scores(closes).tolist(), volatility_ranks(closes).tolist(), strict=True
    ):
        if score != score or rank != rank:  # noqa: PLR0124 - NaN is the one value unlike itself
            found.append(UNKNOWN)
            continue
        since_trend, since_mood = since_trend + 1, since_mood + 1
        next_trend, next_mood = _trend(trend, score), _volatile(now=mood, rank=rank)
        if next_trend != trend and since_trend > MIN_DAYS:
            trend, since_trend = next_trend, 1
        if next_mood != mood and since_mood > MIN_DAYS:
            mood, since_mood = next_mood, 1
        found.append(f"{trend}_{'volatile' if mood else 'calm'}")
    return tuple(found)


def day_labels(bars: Bars) -> DayLabels:
    """Labels of the days of a market."""
    days, closes = daily_closes(bars)
    return DayLabels(days, labels_of(closes))

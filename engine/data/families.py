"""Families: a market is found by its data, not by its name.

Two datasets are one market when their daily log returns correlate by |r| >= 0.95 on at least 60
common days: BTC/USD and BTC/USDT, a renamed file, an inverted one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.dataset import Dataset
from engine.data.days import daily_log_returns

MIN_CORRELATION: Final = 0.95
MIN_COMMON_DAYS: Final = 60

DailyReturns = tuple[IntArray, FloatArray]
"""Day numbers and log returns, both of shape (days,)."""


def correlation(one: DailyReturns, other: DailyReturns) -> float:
    """|r| of two markets on their common days; 0 with fewer than 60 or without movement."""
    _, mine, theirs = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    if len(mine) < MIN_COMMON_DAYS:
        return 0.0
    x, y = one[1][mine], other[1][theirs]
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return abs(float((x * y).sum())) / scale if scale > 0 else 0.0


def nearest_member(bars: Bars, members: Iterable[tuple[Dataset, Bars]]) -> Dataset | None:
    """The registered dataset that moves most like these bars, None when none is the same market.

    Ties go to the smaller dataset id, so the order of the members does not matter.
    """
    mine = daily_log_returns(bars)
    best: tuple[float, str] | None = None
    found: Dataset | None = None
    for dataset, prices in members:
        r = correlation(mine, daily_log_returns(prices))
        rank = (-r, dataset.id)
        if r >= MIN_CORRELATION and (best is None or rank < best):
            best, found = rank, dataset
    return found


def family_name(bars: Bars) -> str:
    """Name of a new family: base, quote and the start of its first dataset's digest."""
    instrument = bars.instrument
    words = f"{instrument.base}-{instrument.quote or instrument.symbol}".lower()
    slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    return f"{slug}-{bars.digest[:8]}"

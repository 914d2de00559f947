"""Families: a market is found by its data, not by its name.

Two datasets are one market when their log returns between consecutive common close days correlate
by |r| >= 0.95 on at least 60 such returns: BTC/USD and BTC/USDT, a renamed file, an inverted one,
weekly bars, a file with days left out. Files that are some days apart are tried day by day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray
from engine.data.dataset import Dataset
from engine.data.days import daily_closes
from engine.errors import DataError

MIN_CORRELATION: Final = 0.95
MIN_COMMON_DAYS: Final = 60
MAX_SHIFT_DAYS: Final = 3
"""A file may be late by a time zone or a weekend: weekly bars close on a day without trading."""

DayLevels = tuple[IntArray, FloatArray]
"""Day numbers, rising, and the level at the end of each (a log price, a sum), shape (days,)."""


def _at_shift(one: DayLevels, other: DayLevels, shift: int) -> float:
    """|r| of the changes between consecutive common days, `other` moved by some days."""
    _, mine, theirs = np.intersect1d(
        one[0], other[0] + shift, assume_unique=True, return_indices=True
    )
    if len(mine) <= MIN_COMMON_DAYS:
        return 0.0
    x, y = np.diff(one[1][mine]), np.diff(other[1][theirs])
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return abs(float((x * y).sum())) / scale if scale > 0 else 0.0


def correlation(one: DayLevels, other: DayLevels) -> float:
    """Largest |r| of two series over shifts of -3 to +3 days.

    Days that only one of them has are left out before changes are taken, so bars of another
    length compare over the same stretches. 0 with fewer than 60 common changes, or no movement.
    """
    shifts = range(-MAX_SHIFT_DAYS, MAX_SHIFT_DAYS + 1)
    return max(_at_shift(one, other, shift) for shift in shifts)


def _log_closes(bars: Bars) -> DayLevels:
    days, closes = daily_closes(bars)
    return days, np.log(closes)


def nearest_member(bars: Bars, members: Iterable[tuple[Dataset, Bars]]) -> Dataset | None:
    """The registered dataset that moves most like these bars, None when none is the same market.

    Ties go to the smaller dataset id, so the order of the members does not matter.

    Raises:
        DataError: DATASET_SPANS_FAMILIES when members of two families are the same market as
            these bars: what is sealed in one of them would be train in the other.
    """
    mine = _log_closes(bars)
    ranked = [(-correlation(mine, _log_closes(prices)), each.id, each) for each, prices in members]
    kin = [each for r, _, each in sorted(ranked, key=lambda r: r[:2]) if -r >= MIN_CORRELATION]
    families = sorted({each.family for each in kin})
    if len(families) > 1:
        raise DataError(
            "DATASET_SPANS_FAMILIES",
            f"the file is the same market as {' and '.join(families)}, which have own windows",
            value=", ".join(families),
            hint="register a file that covers the days of one of them only",
        )
    return kin[0] if kin else None


def family_name(bars: Bars) -> str:
    """Name of a new family: base, quote and the start of its first dataset's digest."""
    instrument = bars.instrument
    words = f"{instrument.base}-{instrument.quote or instrument.symbol}".lower()
    slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    return f"{slug}-{bars.digest[:8]}"

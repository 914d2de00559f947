"""Price levels: channels, clouds, pivots, opening range. Arrays float64 (n,), NaN missing."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import Final

import numpy as np

from engine.data.bars import BoolArray, FloatArray
from engine.indicators.windows import lagged, window_max, window_min

PIVOT_LIFE: Final = 500
"""A pivot older than this many bars is missing again."""


def highest(x: FloatArray, n: int) -> FloatArray:
    """Largest of the last n values, the present one included."""
    return window_max(x, n)


def lowest(x: FloatArray, n: int) -> FloatArray:
    """Smallest of the last n values, the present one included."""
    return window_min(x, n)


def channel_mid(high: FloatArray, low: FloatArray, n: int) -> FloatArray:
    """Middle between the highest high and the lowest low of n bars."""
    return (window_max(high, n) + window_min(low, n)) / 2


def span_a(high: FloatArray, low: FloatArray, *, t: int, k: int, d: int) -> FloatArray:
    """Mean of the middles over t and k bars, exactly d bars ago."""
    return lagged((channel_mid(high, low, t) + channel_mid(high, low, k)) / 2, d)


def span_b(high: FloatArray, low: FloatArray, n: int, d: int) -> FloatArray:
    """Middle over n bars, exactly d bars ago."""
    return lagged(channel_mid(high, low, n), d)


def pivot_high(high: FloatArray, left: int, right: int) -> FloatArray:
    """Last pivot high, known only `right` bars after it, missing when older than 500 bars.

    A pivot is at or above the `left` bars before it and above the `right` bars after it.
    """
    middle = lagged(high, right)
    after = window_max(high, right)
    before = lagged(window_max(high, left), right + 1)
    found = (middle > after) & (middle >= before)
    return np.fromiter(_latest(found.tolist(), middle.tolist(), right), float, len(high))


def pivot_low(low: FloatArray, left: int, right: int) -> FloatArray:
    """Last pivot low: the mirror image of a pivot high."""
    return -pivot_high(-low, left, right)


def _latest(found: list[bool], values: list[float], right: int) -> Iterator[float]:
    value, age = nan, 0
    for hit, candidate in zip(found, values, strict=True):
        value, age = (candidate, right) if hit else (value, age + 1)
        yield value if age <= PIVOT_LIFE else nan


def opening_range(
    high: FloatArray, low: FloatArray, opens: BoolArray, minute: FloatArray, over: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """(high, low) of the first minutes of the session, missing until they are over.

    opens: first bar of a session seen from its start. minute: 1 for bars inside the opening
    minutes, else 0. over: bars at whose close the opening minutes have passed.
    """
    rows = zip(
        high.tolist(), low.tolist(), opens.tolist(), minute.tolist(), over.tolist(), strict=True
    )
    tops, bottoms = [], []
    top = bottom = nan
    for high_now, low_now, starts, inside, passed in rows:
        if starts:
            top, bottom = (high_now, low_now) if inside else (nan, nan)
        elif inside:
            # Missing stays missing: a session that was not seen to open has no range.
            top, bottom = max(top, high_now), min(bottom, low_now)
        tops.append(top if passed else nan)
        bottoms.append(bottom if passed else nan)
    return np.array(tops), np.array(bottoms)

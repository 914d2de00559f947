"""Volume: balance, force, money flow, relative volume, volume-weighted price. Arrays (n,)."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np

from engine.data.bars import BoolArray, FloatArray
from engine.indicators.averages import ema
from engine.indicators.windows import change, lagged, ratio, window_mean, window_sum


def obv(close: FloatArray, volume: FloatArray) -> FloatArray:
    """On-balance volume, starting at the first bar's volume: its level means nothing."""
    signed = np.sign(change(close)) * volume
    return np.fromiter(_running(signed.tolist(), volume.tolist()), float, len(close))


def _running(signed: list[float], volume: list[float]) -> Iterator[float]:
    level = 0.0
    for place, step in enumerate(signed):
        level += volume[0] if place == 0 else step
        yield level


def force_index(close: FloatArray, volume: FloatArray, n: int) -> FloatArray:
    """Average (ema) over n of (change of close x volume)."""
    return ema(change(close) * volume, n)


def cmf(
    high: FloatArray, low: FloatArray, close: FloatArray, *, volume: FloatArray, n: int
) -> FloatArray:
    """Chaikin money flow, -1..1: place of the close in its bar, weighted by volume over n bars."""
    place = ratio((close - low) - (high - close), high - low)
    return ratio(window_sum(place * volume, n), window_sum(volume, n))


def rel_volume(volume: FloatArray, n: int) -> FloatArray:
    """Volume over the mean of the n bars BEFORE it."""
    return ratio(volume, lagged(window_mean(volume, n), 1))


def vwap_rolling(price: FloatArray, volume: FloatArray, n: int) -> FloatArray:
    """Volume-weighted price of the last n bars; missing where nothing was traded."""
    return ratio(window_sum(price * volume, n), window_sum(volume, n))


def vwap_session(price: FloatArray, volume: FloatArray, opens: BoolArray) -> FloatArray:
    """Volume-weighted price since the session opened.

    `opens` marks the first bar of each session that was seen from its start; before the first
    one the value is missing.
    """
    rows = zip(price.tolist(), volume.tolist(), opens.tolist(), strict=True)
    return np.fromiter(_session_price(rows), float, len(price))


def _session_price(rows: Iterator[tuple[float, float, bool]]) -> Iterator[float]:
    paid = traded = 0.0
    started = False
    for price, volume, opens in rows:
        if opens:
            paid = traded = 0.0
            started = True
        paid += price * volume
        traded += volume
        yield paid / traded if started and traded > 0 else nan

"""Trend followers: directional movement, parabolic SAR, Supertrend. Arrays float64 (n,)."""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators.averages import rma
from engine.indicators.volatility import atr, true_range
from engine.indicators.windows import change, ratio


def _movements(high: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Wilder's +DM and -DM: the larger of the two steps beyond the bar before, if above zero."""
    up, down = change(high), -change(low)
    plus = np.where((up > down) & (up > 0), up, 0.0)
    minus = np.where((down > up) & (down > 0), down, 0.0)
    plus[np.isnan(up)] = nan
    minus[np.isnan(down)] = nan
    return plus, minus


def directional(
    high: FloatArray, low: FloatArray, close: FloatArray, n: int
) -> tuple[FloatArray, FloatArray]:
    """(+DI, -DI), 0..100: Wilder's averages of the movements over that of the true range."""
    plus, minus = _movements(high, low)
    reach = rma(true_range(high, low, close), n)
    return 100 * ratio(rma(plus, n), reach), 100 * ratio(rma(minus, n), reach)


def plus_di(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """+DI, 0..100."""
    return directional(high, low, close, n)[0]


def minus_di(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """-DI, 0..100."""
    return directional(high, low, close, n)[1]


def adx(high: FloatArray, low: FloatArray, close: FloatArray, n: int) -> FloatArray:
    """Wilder's average of 100 |+DI - -DI| / (+DI + -DI), 0..100."""
    plus, minus = directional(high, low, close, n)
    return rma(100 * ratio(np.abs(plus - minus), plus + minus), n)


def psar(high: FloatArray, low: FloatArray, step: float, top: float) -> FloatArray:
    """Wilder's parabolic SAR, price units; first direction from the first directional movement.

    Acceleration grows by `step` at each new extreme up to `top`; the first bar is missing.
    """
    highs, lows = high.tolist(), low.tolist()
    if len(highs) == 1:
        return np.array([nan])
    down = lows[0] - lows[1]
    if down > 0 and down > highs[1] - highs[0]:
        # A falling start is a rising one on mirrored prices: one loop serves both.
        mirrored = -_sar([-v for v in lows], [-v for v in highs], step, top)
        mirrored[0] = nan
        return mirrored
    return _sar(highs, lows, step, top)


def _sar(highs: list[float], lows: list[float], step: float, top: float) -> FloatArray:
    """The levels of a SAR that starts upward."""
    up, level, extreme, pace = True, lows[0], highs[1], step
    before_high, before_low = highs[0], lows[0]
    out = [nan]
    for high, low in zip(highs[1:], lows[1:], strict=True):
        if up and low <= level:
            shown = max(extreme, before_high, high)
            up, extreme, pace = False, low, step
            level = max(shown + step * (low - shown), before_high, high)
        elif up:
            shown = level
            if high > extreme:
                extreme, pace = high, min(pace + step, top)
            level = min(level + pace * (extreme - level), before_low, low)
        elif high >= level:
            shown = min(extreme, before_low, low)
            up, extreme, pace = True, high, step
            level = min(shown + step * (high - shown), before_low, low)
        else:
            shown = level
            if low < extreme:
                extreme, pace = low, min(pace + step, top)
            level = max(level + pace * (extreme - level), before_high, high)
        out.append(shown)
        before_high, before_low = high, low
    return np.array(out)


class Supertrend(NamedTuple):
    """Line (price) and direction (+1 up, -1 down), both shape (n,)."""

    line: FloatArray
    direction: FloatArray


def supertrend(
    high: FloatArray, low: FloatArray, close: FloatArray, n: int, k: float
) -> Supertrend:
    """Bands at hl2 +- k atr(n) that only tighten until the close breaks them.

    The first bar with an ATR starts downward. Source: the rule published for Pine `ta.supertrend`,
    whose sign is the opposite of ours.
    """
    middle, reach = (high + low) / 2, k * atr(high, low, close, n)
    return _bands(close.tolist(), (middle - reach).tolist(), (middle + reach).tolist())


def _bands(closes: list[float], lows: list[float], highs: list[float]) -> Supertrend:
    lower = upper = before = nan
    up = False
    line, direction = [], []
    for close, low, high in zip(closes, lows, highs, strict=True):
        if low == low:  # noqa: PLR0124 - the fastest test for NaN in a loop
            if lower == lower:  # noqa: PLR0124 - not the first band
                lower = low if low > lower or before < lower else lower
                upper = high if high < upper or before > upper else upper
                up = close >= lower if up else close > upper
            else:
                lower, upper = low, high
        line.append(lower if up else upper)
        direction.append(1.0 if up else -1.0)
        before = close
    found = np.array(line)
    return Supertrend(found, np.where(np.isnan(found), nan, direction))

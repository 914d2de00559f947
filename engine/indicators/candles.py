"""Candle patterns with the reference library's default settings: +1 bullish, -1 bearish, 0 none.

"Long", "short", "very short" and "near" are relative to the mean body or range of the bars
before the candle (10 bars; 5 for near).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import BoolArray, FloatArray
from engine.indicators.windows import lagged, window_sum

PATTERNS: Final = (
    "engulfing", "harami", "hammer", "shooting_star", "doji", "morning_star", "evening_star",
)  # fmt: skip
MEMORY: Final = 12
"""Bars that the longest pattern looks back."""

_BODY_BARS: Final = 10
_NEAR_BARS: Final = 5
_DOJI_SHARE: Final = 0.1
_VERY_SHORT_SHARE: Final = 0.1
_NEAR_SHARE: Final = 0.2
_PENETRATION: Final = 0.3


class Candles(NamedTuple):
    """Parts of the candles, arrays of shape (n,), price units."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray

    @property
    def body(self) -> FloatArray:
        """Distance between open and close."""
        return np.abs(self.close - self.open)

    @property
    def top(self) -> FloatArray:
        """Upper end of the body."""
        return np.maximum(self.open, self.close)

    @property
    def bottom(self) -> FloatArray:
        """Lower end of the body."""
        return np.minimum(self.open, self.close)

    @property
    def white(self) -> BoolArray:
        """Close at or above open."""
        return self.close >= self.open

    def ago(self, bars: int) -> Candles:
        """The candles some bars ago."""
        return Candles(*(lagged(column, bars) for column in self))


def _usual(x: FloatArray, bars: int) -> FloatArray:
    """Mean over the bars before the present one."""
    return lagged(window_sum(x, bars), 1) / bars


def _long_body(c: Candles) -> BoolArray:
    return c.body > _usual(c.body, _BODY_BARS)


def _short_body(c: Candles) -> BoolArray:
    return c.body <= _usual(c.body, _BODY_BARS)


def _shadow_limit(c: Candles) -> FloatArray:
    return _VERY_SHORT_SHARE * _usual(c.high - c.low, _BODY_BARS)


def _engulfing(c: Candles) -> FloatArray:
    p = c.ago(1)
    up = c.white & ~p.white & (
        ((c.close >= p.open) & (c.open < p.close)) | ((c.close > p.open) & (c.open <= p.close))
    )  # fmt: skip
    down = ~c.white & p.white & (
        ((c.open >= p.close) & (c.close < p.open)) | ((c.open > p.close) & (c.close <= p.open))
    )  # fmt: skip
    return up.astype(float) - down


def _harami(c: Candles) -> FloatArray:
    p = c.ago(1)
    inside = (c.top <= p.top) & (c.bottom >= p.bottom)
    strict = (c.top < p.top) | (c.bottom > p.bottom)
    found = _long_body(p) & _short_body(c) & inside & strict
    return np.where(found, np.where(p.white, -1.0, 1.0), 0.0)


def _hammer(c: Candles) -> FloatArray:
    near = lagged(c.low, 1) + _NEAR_SHARE * lagged(_usual(c.high - c.low, _NEAR_BARS), 1)
    found = (
        (c.body < _usual(c.body, _BODY_BARS))
        & (c.bottom - c.low > c.body)
        & (c.high - c.top < _shadow_limit(c))
        & (c.bottom <= near)
    )
    return found.astype(float)


def _shooting_star(c: Candles) -> FloatArray:
    found = (
        (c.body < _usual(c.body, _BODY_BARS))
        & (c.high - c.top > c.body)
        & (c.bottom - c.low < _shadow_limit(c))
        & (c.bottom > lagged(c.top, 1))
    )
    return -found.astype(float)


def _doji(c: Candles) -> FloatArray:
    return (c.body <= _DOJI_SHARE * _usual(c.high - c.low, _BODY_BARS)).astype(float)


def _morning_star(c: Candles) -> FloatArray:
    first, star = c.ago(2), c.ago(1)
    found = (
        _long_body(first)
        & ~first.white
        & _short_body(star)
        & (star.top < first.bottom)
        & _long_body(c)
        & c.white
        & (c.close > first.close + _PENETRATION * first.body)
    )
    return found.astype(float)


def _evening_star(c: Candles) -> FloatArray:
    first, star = c.ago(2), c.ago(1)
    found = (
        _long_body(first)
        & first.white
        & _short_body(star)
        & (star.bottom > first.top)
        & _long_body(c)
        & ~c.white
        & (c.close < first.close - _PENETRATION * first.body)
    )
    return -found.astype(float)


_RULES: Final = {
    "engulfing": _engulfing,
    "harami": _harami,
    "hammer": _hammer,
    "shooting_star": _shooting_star,
    "doji": _doji,
    "morning_star": _morning_star,
    "evening_star": _evening_star,
}


def candle(c: Candles, pattern: str) -> FloatArray:
    """+1, 0 or -1 at each bar; missing on the first 12 bars.

    pattern: one of PATTERNS.
    """
    out = _RULES[pattern](c)
    out[:MEMORY] = np.nan
    return out

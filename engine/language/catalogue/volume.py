"""Operators: volume and price levels."""

from __future__ import annotations

from math import inf
from typing import Final

from engine.data.bars import Bars, FloatArray
from engine.indicators import calendar, levels, volume
from engine.indicators.oscillators import typical
from engine.language.signature import (
    Operator,
    always,
    ema_bars,
    like_first,
    number,
    of_first,
    one_session,
    plus,
    series,
    window,
)
from engine.language.units import Unit

_P: Final = always(Unit.P)
_LAST: Final = plus(-1, 0)
_PIVOT: Final = plus(levels.PIVOT_LIFE, 0, 1)
_DAY_MINUTES: Final = 1440


def _force_bars(n: float) -> int:
    """An average whose input swings about zero: its seed may be ten times the usual size."""
    return ema_bars(n) + 2 * int(n)


def _typical(b: Bars) -> FloatArray:
    return typical(b.high, b.low, b.close)


def _opening(b: Bars, minutes: float) -> tuple[FloatArray, FloatArray]:
    inside, over = calendar.opening_minutes(b, minutes)
    return levels.opening_range(b.high, b.low, calendar.session_opens(b), inside, over)


VOLUME: Final = (
    Operator(
        "obv", (), always(Unit.V), lambda _c, _t: 1, lambda b: volume.obv(b.close, b.volume),
        note="its level is arbitrary: compare it with its own average",
    ),
    Operator(
        "force_index", (window(13),), always(Unit.N), of_first(_force_bars, 1),
        lambda b, n: volume.force_index(b.close, b.volume, n), note="ema of change x volume",
    ),
    Operator(
        "cmf", (window(20),), always(Unit.R), _LAST,
        lambda b, n: volume.cmf(b.high, b.low, b.close, volume=b.volume, n=n), (-1.0, 1.0),
    ),
    Operator(
        "rel_volume", (window(20),), always(Unit.R), plus(0, 0),
        lambda b, n: volume.rel_volume(b.volume, n), (0.0, inf),
        note="volume / mean of the previous n",
    ),
    Operator(
        "vwap_session", (), _P, one_session,
        lambda b: volume.vwap_session(_typical(b), b.volume, calendar.session_opens(b)),
        note="hlc3 weighted, since the session's open (24/7: 00:00 UTC)",
    ),
    Operator(
        "vwap_rolling", (window(20),), _P, _LAST,
        lambda b, n: volume.vwap_rolling(_typical(b), b.volume, n), note="hlc3 weighted",
    ),
)  # fmt: skip
"""Volume."""

LEVELS: Final = (
    Operator(
        "highest", (series("high"), window(20)), like_first, _LAST,
        lambda _b, x, n: levels.highest(x, n), note="includes the current bar",
    ),
    Operator(
        "lowest", (series("low"), window(20)), like_first, _LAST,
        lambda _b, x, n: levels.lowest(x, n), note="includes the current bar",
    ),
    Operator(
        "donchian_upper", (window(20),), _P, _LAST, lambda b, n: levels.highest(b.high, n),
        note="= highest(high,n), includes the current bar: a breakout needs [1]",
    ),
    Operator(
        "donchian_lower", (window(20),), _P, _LAST, lambda b, n: levels.lowest(b.low, n),
        note="= lowest(low,n), includes the current bar: a breakout needs [1]",
    ),
    *(
        Operator(
            name, (window(20),), _P, _LAST, lambda b, n: levels.channel_mid(b.high, b.low, n),
            note="middle of the n-bar channel",
        )
        for name in ("donchian_mid", "tenkan", "kijun")
    ),
    Operator(
        "span_a", (window(9), window(26), window(26)), _P,
        lambda c, _t: int(max(c[0], c[1]) - 1 + c[2]),
        lambda b, t, k, d: levels.span_a(b.high, b.low, t=t, k=k, d=d),
        note="value of exactly d bars ago",
    ),
    Operator(
        "span_b", (window(52), window(26)), _P, plus(-1, 0, 1),
        lambda b, n, d: levels.span_b(b.high, b.low, n, d), note="value of exactly d bars ago",
    ),
    Operator(
        "pivot_high", (window(5), window(5)), _P, _PIVOT,
        lambda b, left, right: levels.pivot_high(b.high, left, right),
        note="last pivot, known only r bars later, missing when older than 500 bars",
    ),
    Operator(
        "pivot_low", (window(5), window(5)), _P, _PIVOT,
        lambda b, left, right: levels.pivot_low(b.low, left, right),
        note="last pivot, known only r bars later, missing when older than 500 bars",
    ),
    Operator(
        "opening_range_high", (number("30", 1, _DAY_MINUTES),), _P, one_session,
        lambda b, minutes: _opening(b, minutes)[0],
        note="high of the session's first minutes, missing until they are over",
    ),
    Operator(
        "opening_range_low", (number("30", 1, _DAY_MINUTES),), _P, one_session,
        lambda b, minutes: _opening(b, minutes)[1],
        note="low of the session's first minutes, missing until they are over",
    ),
)  # fmt: skip
"""Price levels."""

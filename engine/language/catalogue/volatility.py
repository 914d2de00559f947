"""Operators: trend lines, ranges, bands and volatility."""

from __future__ import annotations

from math import inf
from typing import Final

from engine.data.bars import Bars
from engine.indicators import averages, trend
from engine.indicators import volatility as vola
from engine.language.signature import (
    Operator,
    always,
    change_of_first,
    ema_bars,
    like_first,
    no_bars,
    number,
    of_first,
    plus,
    recursive,
    series,
    wilder_bars,
    window,
)
from engine.language.units import Unit
from engine.market import bars_per_year

_PERCENT: Final = (0.0, 100.0)
_UNIT_SIGN: Final = (-1.0, 1.0)
_FROM_ZERO: Final = (0.0, inf)
_LAST: Final = plus(-1, 0)
_BAND: Final = (series(), window(20, 2), number("2", 0, 100))
_TRENDLINE: Final = (window(10), number("3", 0, 100))


def _yearly(b: Bars) -> float:
    return bars_per_year(b.timeframe, b.instrument.calendar)


VOLATILITY: Final = (
    Operator(
        "adx", (window(14),), always(Unit.O), of_first(lambda n: 2 * wilder_bars(n), 1),
        lambda b, n: trend.adx(b.high, b.low, b.close, n), _PERCENT,
        note="Wilder throughout, tr of the first bar missing",
    ),
    Operator(
        "plus_di", (window(14),), always(Unit.O), of_first(wilder_bars, 1),
        lambda b, n: trend.plus_di(b.high, b.low, b.close, n), _PERCENT,
    ),
    Operator(
        "minus_di", (window(14),), always(Unit.O), of_first(wilder_bars, 1),
        lambda b, n: trend.minus_di(b.high, b.low, b.close, n), _PERCENT,
    ),
    Operator(
        "psar", (number("0.02", 0, 1), number("0.2", 0, 1)), always(Unit.P), lambda _c, _t: 150,
        lambda b, step, top: trend.psar(b.high, b.low, step, top),
        note="acceleration from step by step to max; first direction from the first DM",
    ),
    Operator(
        "supertrend", _TRENDLINE, always(Unit.P), of_first(wilder_bars, 61),
        lambda b, n, k: trend.supertrend(b.high, b.low, b.close, n, k).line,
        note="Pine's band rule on rma-ATR",
    ),
    Operator(
        "supertrend_dir", _TRENDLINE, always(Unit.K), of_first(wilder_bars, 61),
        lambda b, n, k: trend.supertrend(b.high, b.low, b.close, n, k).direction, _UNIT_SIGN,
        note="+1 = up (Pine's own sign is the opposite)",
    ),
    Operator(
        "tr", (), always(Unit.D), lambda _c, _t: 1,
        lambda b: vola.true_range(b.high, b.low, b.close), _FROM_ZERO, note="first one missing",
    ),
    Operator(
        "atr", (window(14),), always(Unit.D), of_first(wilder_bars, 1),
        lambda b, n: vola.atr(b.high, b.low, b.close, n), _FROM_ZERO, note="rma(tr)",
    ),
    Operator(
        "natr", (window(14),), always(Unit.R), of_first(wilder_bars, 1),
        lambda b, n: vola.natr(b.high, b.low, b.close, n), _FROM_ZERO, note="atr/close",
    ),
    Operator(
        "bb_upper", _BAND, like_first, _LAST, lambda _b, x, n, k: vola.band(x, n, k),
        note="population sigma",
    ),
    Operator(
        "bb_mid", _BAND, like_first, _LAST, lambda _b, x, n, _k: averages.sma(x, n),
        note="= sma(s,n)",
    ),
    Operator(
        "bb_lower", _BAND, like_first, _LAST, lambda _b, x, n, k: vola.band(x, n, -k),
        note="population sigma",
    ),
    Operator(
        "bb_width", _BAND, always(Unit.R), _LAST, lambda _b, x, n, k: vola.band_width(x, n, k),
        note="(upper - lower)/mid",
    ),
    Operator(
        "bb_pctb", _BAND, always(Unit.R), _LAST, lambda _b, x, n, k: vola.band_place(x, n, k),
        note="(s - lower)/(upper - lower)",
    ),
    Operator(
        "kc_upper", (window(20), window(10), number("2", 0, 100)), always(Unit.P),
        lambda c, _t: max(ema_bars(c[0]), wilder_bars(c[1]) + 1),
        lambda b, n, a, k: vola.keltner(b.high, b.low, b.close, n=n, a=a, k=k),
        note="ema(close,n) + k atr(a)",
    ),
    Operator(
        "kc_lower", (window(20), window(10), number("2", 0, 100)), always(Unit.P),
        lambda c, _t: max(ema_bars(c[0]), wilder_bars(c[1]) + 1),
        lambda b, n, a, k: vola.keltner(b.high, b.low, b.close, n=n, a=a, k=-k),
        note="ema(close,n) - k atr(a)",
    ),
    Operator(
        "kc_mid", (window(20),), always(Unit.P), of_first(ema_bars),
        lambda b, n: averages.ema(b.close, n), note="= ema(close,n)",
    ),
    Operator(
        "stdev", (series(), window(20, 2)), change_of_first, _LAST,
        lambda _b, x, n: vola.stdev(x, n), _FROM_ZERO, note="sample sigma",
    ),
    Operator(
        "realized_vol", (series(), window(30, 2)), always(Unit.R), plus(0, 0),
        lambda b, x, n: vola.realized_vol(x, n, _yearly(b)), _FROM_ZERO,
        note="sample sigma of 1-bar log returns x sqrt(bars per year of the calendar)",
    ),
    Operator(
        "ewm_vol", (series(), window(60, 2)), always(Unit.R),
        of_first(lambda n: recursive(n, 1 / (1 + n)), 1),
        lambda b, x, n: vola.ewm_vol(x, n, _yearly(b)), _FROM_ZERO,
        note="alpha 1/(1+n), seed = variance of the first n, annualised",
    ),
    Operator(
        "abs", (series("close - open"),), like_first, no_bars, lambda _b, x: abs(x), _FROM_ZERO,
    ),
)  # fmt: skip
"""Directional movement, stops, ranges, bands and volatility."""

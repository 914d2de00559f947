"""Operators: ranks, moments, regressions, conditions over windows, choices, candles."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np

from engine.indicators import calendar, candles, windows
from engine.indicators import statistics as stats
from engine.language.signature import (
    Operator,
    always,
    change_of_first,
    condition,
    either_of_two,
    no_bars,
    number,
    plus,
    series,
    window,
    word,
)
from engine.language.units import Unit

_LAST: Final = plus(-1, 0)
_B: Final = always(Unit.B)
_K: Final = always(Unit.K)
_N: Final = always(Unit.N)
_FROM_ZERO: Final = (0.0, inf)
_PAIR: Final = (series("log_return(close,1)"), series("log_return(open,1)"), window(60, 3))
_TWO: Final = (series("close"), series("open", like=0))
_CONDITION_N: Final = (condition(), window(5))
_BOUND: Final = (0.0, float(stats.SATURATION))

STATISTICS: Final = (
    Operator(
        "slope", (series(), window(20, 2)), change_of_first, _LAST,
        lambda _b, x, n: stats.slope(x, n), note="least squares over n, per bar",
    ),
    Operator(
        "r2", (series(), window(20, 3)), always(Unit.R), _LAST,
        lambda _b, x, n: stats.r2(x, n), (0.0, 1.0), note="least squares over n",
    ),
    Operator(
        "zscore", (series(), window(20, 2)), _N, _LAST,
        lambda _b, x, n: stats.zscore(x, n), note="sample sigma",
    ),
    Operator(
        "skew", (series("log_return(close,1)"), window(60, 3)), _N, _LAST,
        lambda _b, x, n: stats.skew(x, n), note="bias-corrected",
    ),
    Operator(
        "kurt", (series("log_return(close,1)"), window(60, 4)), _N, _LAST,
        lambda _b, x, n: stats.kurt(x, n), note="excess, bias-corrected",
    ),
    Operator(
        "pct_rank", (series(), window(100)), always(Unit.O), _LAST,
        lambda _b, x, n: stats.pct_rank(x, n), (0.0, 100.0),
        note="share of the window <= current x 100, ties averaged",
    ),
    Operator(
        "corr", _PAIR, always(Unit.R), plus(-1, 0),
        lambda _b, x, y, n: stats.corr(x, y, n), (-1.0, 1.0),
        note="Pearson: pass returns, not prices",
    ),
    Operator(
        "beta", _PAIR, always(Unit.R), plus(-1, 0), lambda _b, x, y, n: stats.beta(x, y, n),
        note="least-squares slope of the first on the second: pass returns, not prices",
    ),
    Operator("sign", (series("close - open"),), _K, no_bars, lambda _b, x: np.sign(x), (-1.0, 1.0)),
    Operator("log", (series(),), _N, no_bars, lambda _b, x: windows.logs(x)),
    Operator("min", _TWO, either_of_two, no_bars, lambda _b, x, y: np.minimum(x, y)),
    Operator("max", _TWO, either_of_two, no_bars, lambda _b, x, y: np.maximum(x, y)),
    Operator(
        "where", (condition(), series("close"), series("open", like=1)), either_of_two, no_bars,
        lambda _b, c, x, y: stats.where(c, x, y), note="a choice: the second where true",
    ),
    Operator(
        "candle", (word("engulfing", *candles.PATTERNS),), _K, lambda _c, _t: candles.MEMORY,
        lambda b, pattern: candles.candle(
            candles.Candles(b.open, b.high, b.low, b.close), pattern
        ),
        (-1.0, 1.0), note="+1, 0, -1 with the reference library's default settings",
    ),
)  # fmt: skip
"""Statistics, choices and candles."""

CONDITIONS: Final = (
    Operator(
        "cross_above", _TWO, _B, lambda _c, _t: 1, lambda _b, x, y: stats.cross_above(x, y),
        note="a > b and a[1] <= b[1]",
    ),
    Operator(
        "cross_below", _TWO, _B, lambda _c, _t: 1, lambda _b, x, y: stats.cross_above(y, x),
        note="a < b and a[1] >= b[1]",
    ),
    Operator(
        "rising", (series(), window(3)), _B, plus(0, 0), lambda _b, x, n: stats.rising(x, n),
        note="s > s[n]; n rises in a row: all_of",
    ),
    Operator(
        "falling", (series(), window(3)), _B, plus(0, 0), lambda _b, x, n: stats.rising(-x, n),
        note="s < s[n]",
    ),
    Operator("any_of", _CONDITION_N, _B, _LAST, lambda _b, c, n: stats.any_of(c, n)),
    Operator("all_of", _CONDITION_N, _B, _LAST, lambda _b, c, n: stats.all_of(c, n)),
    Operator(
        "count", _CONDITION_N, _K, _LAST, lambda _b, c, n: stats.count(c, n), _FROM_ZERO,
        note="missing counts as not true",
    ),
    Operator(
        "streak", (condition(),), _K, lambda _c, _t: stats.SATURATION,
        lambda _b, c: stats.streak(c), _BOUND, note="saturates at 1,000",
    ),
    Operator(
        "bars_since", (condition(),), _K, lambda _c, _t: stats.SATURATION,
        lambda _b, c: stats.bars_since(c), _BOUND, note="0 = now; missing beyond 1,000",
    ),
    Operator(
        "ecm_window", (number("5", 0, 400),), _B, no_bars,
        calendar.ecm_window,
        note="calendar label of research specs", supported=False,
    ),
)  # fmt: skip
"""Conditions."""

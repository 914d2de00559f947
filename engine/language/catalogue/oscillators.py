"""Operators: oscillators and momentum."""

from __future__ import annotations

from typing import Final

from engine.indicators import averages, windows
from engine.indicators import oscillators as osc
from engine.indicators import statistics as stats
from engine.language.signature import (
    Operator,
    always,
    change_of_first,
    ema_bars,
    longest,
    of_first,
    plus,
    series,
    wilder_bars,
    window,
)
from engine.language.units import Unit

_O: Final = always(Unit.O)
_PERCENT: Final = (0.0, 100.0)
_MACD: Final = (series(), window(12), window(26), window(9))

OSCILLATORS: Final = (
    Operator(
        "rsi", (series(), window(14)), _O, of_first(wilder_bars, 1),
        lambda _b, x, n: osc.rsi(x, n), _PERCENT,
        note="Wilder on gains and losses, first value at bar n",
    ),
    Operator(
        "stoch_k", (window(14), window(3)), _O, plus(-2, 0, 1),
        lambda b, n, m: osc.stoch_k(b.high, b.low, b.close, n=n, m=m), _PERCENT,
        note="raw %K over n, averaged over m",
    ),
    Operator(
        "stoch_d", (window(14), window(3), window(3)), _O, plus(-3, 0, 1, 2),
        lambda b, n, m, d: averages.sma(osc.stoch_k(b.high, b.low, b.close, n=n, m=m), d), _PERCENT,
        note="average of stoch_k(n,m) over d",
    ),
    Operator(
        "stochrsi", (series(), window(14), window(14)), _O,
        lambda c, _t: wilder_bars(c[0]) + int(c[1]), lambda _b, x, r, n: osc.stochrsi(x, r, n),
        _PERCENT, note="place of rsi(s,r) in its n-bar range, unsmoothed",
    ),
    Operator(
        # Small beside the averages it is the difference of: their error must shrink further.
        "macd", _MACD, change_of_first, lambda c, _t: int(max(c[:2]) + ema_bars(max(c[:2]))),
        lambda _b, x, fast, slow, _sig: osc.macd(x, fast, slow),
        note="ema(fast) - ema(slow), each on its own seed; sig is written and not used",
    ),
    Operator(
        "macd_signal", _MACD, change_of_first,
        lambda c, _t: ema_bars(max(c[0], c[1])) + ema_bars(c[2]),
        lambda _b, x, fast, slow, sig: osc.macd_signal(x, fast, slow, sig), note="ema of macd",
    ),
    Operator(
        "macd_hist", _MACD, change_of_first,
        lambda c, _t: ema_bars(max(c[0], c[1])) + ema_bars(c[2]),
        lambda _b, x, fast, slow, sig: osc.macd_hist(x, fast, slow, sig),
        note="macd - macd_signal",
    ),
    Operator(
        "roc", (series(), window(10)), always(Unit.R), plus(0, 0),
        lambda _b, x, n: stats.roc(x, n), note="s/s[n] - 1, a fraction, not x 100",
    ),
    Operator(
        "log_return", (series(), window(1)), always(Unit.R), plus(0, 0),
        lambda _b, x, n: stats.log_return(x, n),
    ),
    Operator(
        "delta", (series(), window(1)), change_of_first, plus(0, 0),
        lambda _b, x, n: windows.change(x, n), note="s - s[n]",
    ),
    Operator(
        "cci", (window(20),), always(Unit.N), plus(-1, 0),
        lambda b, n: osc.cci(b.high, b.low, b.close, n),
        note="hlc3, mean absolute deviation, 0.015",
    ),
    Operator(
        "willr", (window(14),), always(Unit.N), plus(-1, 0),
        lambda b, n: osc.willr(b.high, b.low, b.close, n), (-100.0, 0.0), note="-100..0",
    ),
    Operator(
        "mfi", (window(14),), _O, plus(0, 0),
        lambda b, n: osc.mfi(osc.typical(b.high, b.low, b.close), b.volume, n), _PERCENT,
    ),
    Operator(
        "ultosc", (window(7), window(14), window(28)), _O, longest(0, 0, 1, 2),
        lambda b, *n: osc.ultosc(b.high, b.low, b.close, n), _PERCENT, note="weights 4, 2, 1",
    ),
    Operator(
        "aroon_up", (window(25),), _O, plus(0, 0), lambda b, n: osc.aroon_up(b.high, n), _PERCENT,
        note="window n+1, the latest extreme wins",
    ),
    Operator(
        "aroon_down", (window(25),), _O, plus(0, 0), lambda b, n: osc.aroon_down(b.low, n),
        _PERCENT, note="window n+1, the latest extreme wins",
    ),
    Operator(
        "chop", (window(14, 2),), _O, plus(0, 0),
        lambda b, n: osc.chop(b.high, b.low, b.close, n),
        note="100 log10(sum tr / range) / log10 n",
    ),
)  # fmt: skip
"""Oscillators, momentum and the MACD family."""

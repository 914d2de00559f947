"""Operators: averages of a series."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, sqrt
from typing import Final

from engine.indicators import averages
from engine.language.signature import (
    Operator,
    ema_bars,
    like_first,
    number,
    of_first,
    plus,
    series,
    wilder_bars,
    window,
)
from engine.market import Timeframe

_LAST: Final = plus(-1, 0)
_X_N: Final = (series(), window(20))

KAMA_SHORT: Final = 20
KAMA_SETTLES: Final = 250
KAMA_SETTLES_LATE: Final = 700
"""Bars until the adaptive average has forgotten its start, for windows up to 20 and above."""


def _kama_bars(numbers: Sequence[float], _timeframe: Timeframe) -> int:
    """Adaptive: it forgets the slower the longer its window; measured, not derived."""
    bars = int(numbers[0])
    return bars + (KAMA_SETTLES if bars <= KAMA_SHORT else KAMA_SETTLES_LATE)


AVERAGES: Final = (
    Operator("sma", _X_N, like_first, _LAST, lambda _b, x, n: averages.sma(x, n)),
    Operator("mean", _X_N, like_first, _LAST, lambda _b, x, n: averages.sma(x, n), note="= sma"),
    Operator(
        "wma", _X_N, like_first, _LAST, lambda _b, x, n: averages.wma(x, n),
        note="weights n .. 1 from the newest",
    ),
    Operator(
        "vwma", _X_N, like_first, _LAST, lambda b, x, n: averages.vwma(x, b.volume, n),
        note="weights by volume",
    ),
    Operator("median", _X_N, like_first, _LAST, lambda _b, x, n: averages.median(x, n)),
    Operator("sum", _X_N, like_first, _LAST, lambda _b, x, n: averages.total(x, n)),
    Operator(
        "ema", _X_N, like_first, of_first(ema_bars), lambda _b, x, n: averages.ema(x, n),
        note="alpha 2/(n+1), seeded with the SMA of the first n values",
    ),
    Operator(
        "dema", _X_N, like_first, of_first(lambda n: 2 * ema_bars(n)),
        lambda _b, x, n: averages.dema(x, n), note="2 e - ema(e)",
    ),
    Operator(
        "tema", _X_N, like_first, of_first(lambda n: 3 * ema_bars(n)),
        lambda _b, x, n: averages.tema(x, n), note="3 e - 3 ee + eee",
    ),
    Operator(
        "rma", (series(), window(14)), like_first, of_first(wilder_bars),
        lambda _b, x, n: averages.rma(x, n), note="Wilder: alpha 1/n, same seed as ema",
    ),
    Operator(
        "hma", (series(), window(20, 2)), like_first,
        of_first(lambda n: int(n) - 1 + floor(sqrt(n)) - 1), lambda _b, x, n: averages.hma(x, n),
        note="wma(2 wma(n div 2) - wma(n), floor(sqrt n)): floor, not round",
    ),
    Operator(
        "kama", (series(), window(10)), like_first, _kama_bars,
        lambda _b, x, n: averages.kama(x, n), note="fast 2, slow 30",
    ),
    Operator(
        "quantile", (series(), window(100), number("0.8", 0, 1)), like_first, _LAST,
        lambda _b, x, n, q: averages.quantile(x, n, q), note="linear between order statistics",
    ),
)  # fmt: skip
"""Averages: each keeps the unit of its series."""

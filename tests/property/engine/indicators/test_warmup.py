"""NaN-free is not converged: the computed warm-up is enough for every operator.

Each operator is started exactly `warm` bars before a bar t, on several walks and at several t.
Windows must then have their long-history value to the last bit; recursive values must be within
1e-4 of it, measured against the value or, near zero, the series' mean size.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.instruments import instrument_for
from engine.data.synthetic import Frame, garch_t, regime_switching
from engine.language.expressions import parse
from engine.language.operators import OPERATORS
from engine.language.warmup import warmup_of
from engine.market import Timeframe
from evals.leaks import array_function, operator_texts

BARS: Final = 4_000
PLACES: Final = (2_600, 3_137, 3_999)
FRAME: Final = Frame(instrument_for("BTC/USDT"), Timeframe.H1, BARS)
CLOSE_ENOUGH: Final = 1e-4

RECURSIVE: Final = {
    "ema", "dema", "tema", "rma", "kama", "rsi", "stochrsi", "macd", "macd_signal", "macd_hist",
    "adx", "plus_di", "minus_di", "psar", "supertrend", "supertrend_dir", "atr", "natr",
    "kc_upper", "kc_lower", "kc_mid", "ewm_vol", "force_index",
}  # fmt: skip
"""Operators whose values fade in; everything else is a window and must be equal."""

LEVELLESS: Final = {"obv"}
"""Arbitrary level by definition: only its changes mean anything (the checker sees to that)."""

DEEP: Final = ("ema(close,200)", "rsi(close,2)", "atr(100)", "tema(close,50)", "adx(28)",
               "macd_hist(close,5,35,5)", "kama(close,20)", "kama(close,50)",
               "force_index(50)", "supertrend(20,2)")  # fmt: skip
"""Other windows than the examples'."""


@cache
def walks() -> tuple[Bars, ...]:
    """Twelve walks: six with changing volatility, six with regimes."""
    return (
        *(garch_t(FRAME, seed) for seed in range(6)),
        *(regime_switching(FRAME, seed) for seed in range(6)),
    )


def texts() -> list[str]:
    """Every operator's example, and some deeper windows."""
    named = {name: text for name, text in operator_texts() if name in OPERATORS}
    return [*(text for name, text in named.items() if name not in LEVELLESS), *DEEP]


@pytest.mark.parametrize("text", texts())
def test_the_computed_warm_up_is_enough(text: str) -> None:
    """Started so many bars before t, the value at t is that of the long history."""
    warm = warmup_of(parse(text), FRAME.timeframe)
    function = array_function(text)
    recursive = text.partition("(")[0] in RECURSIVE
    for walk in walks():
        whole = function(walk)
        size = float(np.nanmean(np.abs(whole))) if np.isfinite(whole).any() else 0.0
        for place in PLACES:
            fresh = function(walk.slice(place - warm, place + 1))[-1]
            if recursive:
                scale = max(size, abs(whole[place]))
                assert abs(fresh - whole[place]) <= CLOSE_ENOUGH * scale, (warm, place)
            else:
                np.testing.assert_array_equal(fresh, whole[place], err_msg=f"{warm} at {place}")

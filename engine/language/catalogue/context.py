"""Operators that need more than one instrument's bars: known to the language, without kernels yet.

They are parsed and type-checked like all others, so that a spec can be drafted; a spec that uses
one is refused with FEATURE_NOT_AVAILABLE until a kernel stands here.
"""

from __future__ import annotations

from typing import Final

from engine.language.signature import Operator, always, anything, no_bars, series, word
from engine.language.units import Unit

CONTEXT: Final = (
    Operator(
        "htf", (word("1d"), anything()), lambda units: units[0], no_bars, None,
        note="last higher bar closed at or before this bar's close",
    ),
    Operator(
        "sym", (word("BTC/USDT"), anything()), lambda units: units[0], no_bars, None,
        note="another symbol's series, missing when older than 5 bars",
    ),
    Operator(
        "cs_rank", (series(),), always(Unit.O), no_bars, None, (0.0, 100.0),
        note="rank among the universe, ties averaged",
    ),
    Operator(
        "cs_zscore", (series(),), always(Unit.N), no_bars, None,
        note="z-score among the universe, sample sigma",
    ),
)  # fmt: skip
"""Other timeframes, symbols and ranks."""

"""Operators that look elsewhere: other timeframes, other symbols, ranks among the universe.

Their kernels are called as kernel(view, of, word or setting): see `elsewhere.py`.
"""

from __future__ import annotations

from typing import Final

from engine.language import elsewhere
from engine.language.signature import Operator, always, anything, no_bars, series, word
from engine.language.units import Unit, kept

CONTEXT: Final = (
    Operator(
        "htf", (word("1d"), anything()), lambda units: kept(units[0]), no_bars,
        elsewhere.higher_timeframe, elsewhere=True,
        note="last higher bar closed at or before this bar's close",
    ),
    Operator(
        "sym", (word("BTC/USDT"), anything()), lambda units: kept(units[0]), no_bars,
        elsewhere.other_symbol, elsewhere=True,
        note="another symbol's series, missing when older than 5 bars",
    ),
    Operator(
        "cs_rank", (series(),), always(Unit.O), no_bars, elsewhere.rank_now, (0.0, 100.0),
        elsewhere=True, note="rank among the universe, 0 lowest, 100 highest, ties averaged",
    ),
    Operator(
        "cs_zscore", (series(),), always(Unit.N), no_bars, elsewhere.zscore_now,
        elsewhere=True, note="z-score among the universe, sample sigma",
    ),
)  # fmt: skip
"""Other timeframes, symbols and ranks."""

"""Names without brackets: bar series, calendar, pair series and trade state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, ulp
from typing import Final

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.indicators import calendar
from engine.language import elsewhere
from engine.language.elsewhere import Setting
from engine.language.signature import EVERYTHING, Bounds
from engine.language.units import Unit
from engine.language.view import View


@dataclass(frozen=True, slots=True)
class Series:
    """A series without arguments.

    Attributes:
        name: as written.
        unit: what it measures.
        read: its values on an instrument's own bars; missing where the data have none.
        bounds: its range.
        pair: for the series of a pair, its values from the legs; `read` is not used then.
    """

    name: str
    unit: Unit
    read: Callable[[Bars], FloatArray]
    bounds: Bounds = EVERYTHING
    pair: Callable[[View, Setting], FloatArray] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A fact about the open position; it exists only while there is one."""

    name: str
    unit: Unit
    note: str
    bounds: Bounds = EVERYTHING


# A price is above zero: the smallest number there is, so that `close > 0` is seen to be certain.
_PRICE: Final[Bounds] = (ulp(0.0), inf)


def _nothing(bars: Bars) -> FloatArray:
    return np.full(len(bars), np.nan)


def _funding(bars: Bars) -> FloatArray:
    """The rate last settled at each close; missing before the first and without a column."""
    known = bars.funding_rate
    return _nothing(bars) if known is None else known


SERIES: Final = (
    Series("open", Unit.P, lambda b: b.open, _PRICE),
    Series("high", Unit.P, lambda b: b.high, _PRICE),
    Series("low", Unit.P, lambda b: b.low, _PRICE),
    Series("close", Unit.P, lambda b: b.close, _PRICE),
    Series("volume", Unit.V, lambda b: b.volume, (0.0, inf)),
    Series("hl2", Unit.P, lambda b: (b.high + b.low) / 2, _PRICE),
    Series("hlc3", Unit.P, lambda b: (b.high + b.low + b.close) / 3, _PRICE),
    Series("ohlc4", Unit.P, lambda b: (b.open + b.high + b.low + b.close) / 4, _PRICE),
    Series("funding_rate", Unit.R, _funding),
    Series("spread", Unit.N, _nothing, pair=elsewhere.pair_spread),
    Series("hedge_ratio", Unit.N, _nothing, pair=elsewhere.pair_hedge_ratio),
    Series("dow", Unit.K, calendar.day_of_week, (0, 6)),
    Series("dom", Unit.K, calendar.day_of_month, (1, 31)),
    Series("month", Unit.K, calendar.month, (1, 12)),
    Series("hour", Unit.K, calendar.hour, (0, 23)),
    Series("minute_of_day", Unit.K, calendar.minute_of_day, (0, 1439)),
    Series("trading_day_of_month", Unit.K, calendar.trading_day_of_month, (0, 31)),
    Series("trading_days_left_in_month", Unit.K, calendar.trading_days_left_in_month, (0, 31)),
    Series("session_bar", Unit.K, calendar.session_bar, (0, inf)),
)
"""Bar series, calendar names, the last settled funding rate and the series of a pair."""

PAIR_SERIES: Final = frozenset({"spread", "hedge_ratio"})

STATES: Final = (
    State("entry_price", Unit.P, "mean fill of the open units", _PRICE),
    State("last_entry_price", Unit.P, "fill of the newest unit", _PRICE),
    State("highest_since_entry", Unit.P, "of highs, fill bar included", _PRICE),
    State("lowest_since_entry", Unit.P, "of lows, fill bar included", _PRICE),
    State("bars_held", Unit.K, "1 at the close of the fill bar", (1, inf)),
    State("open_return", Unit.R, "signed gain on entry_price at this close"),
    State("open_r", Unit.N, "gain in units of |ref - first stop|"),
    State("units", Unit.K, "open units", (1, inf)),
    State("side", Unit.K, "+1 long, -1 short", (-1, 1)),
    State("last_trade_won", Unit.B, "last closed trade of this side after costs"),
)
"""Trade state."""

ENTRY_STATE: Final = "last_trade_won"
"""The one state that may stand in an entry."""

"""Names without brackets: bar series, calendar, pair series and trade state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, ulp
from typing import Final

from engine.data.bars import Bars, FloatArray
from engine.indicators import calendar
from engine.language.signature import EVERYTHING, Bounds
from engine.language.units import Unit


@dataclass(frozen=True, slots=True)
class Series:
    """A series that every bar has; `read` is None when the data do not carry it yet."""

    name: str
    unit: Unit
    read: Callable[[Bars], FloatArray] | None
    bounds: Bounds = EVERYTHING


@dataclass(frozen=True, slots=True)
class State:
    """A fact about the open position; it exists only while there is one."""

    name: str
    unit: Unit
    note: str


# A price is above zero: the smallest number there is, so that `close > 0` is seen to be certain.
_PRICE: Final[Bounds] = (ulp(0.0), inf)

SERIES: Final = (
    Series("open", Unit.P, lambda b: b.open, _PRICE),
    Series("high", Unit.P, lambda b: b.high, _PRICE),
    Series("low", Unit.P, lambda b: b.low, _PRICE),
    Series("close", Unit.P, lambda b: b.close, _PRICE),
    Series("volume", Unit.V, lambda b: b.volume, (0.0, inf)),
    Series("hl2", Unit.P, lambda b: (b.high + b.low) / 2, _PRICE),
    Series("hlc3", Unit.P, lambda b: (b.high + b.low + b.close) / 3, _PRICE),
    Series("ohlc4", Unit.P, lambda b: (b.open + b.high + b.low + b.close) / 4, _PRICE),
    Series("funding_rate", Unit.R, None),
    Series("spread", Unit.N, None),
    Series("hedge_ratio", Unit.N, None),
    Series("dow", Unit.K, calendar.day_of_week, (0, 6)),
    Series("dom", Unit.K, calendar.day_of_month, (1, 31)),
    Series("month", Unit.K, calendar.month, (1, 12)),
    Series("hour", Unit.K, calendar.hour, (0, 23)),
    Series("minute_of_day", Unit.K, calendar.minute_of_day, (0, 1439)),
    Series("trading_day_of_month", Unit.K, calendar.trading_day_of_month, (0, 31)),
    Series("trading_days_left_in_month", Unit.K, calendar.trading_days_left_in_month, (0, 31)),
    Series("session_bar", Unit.K, calendar.session_bar, (0, inf)),
)
"""Bar series, calendar names and, once the data carry them, funding and pair series."""

PAIR_SERIES: Final = frozenset({"spread", "hedge_ratio"})

STATES: Final = (
    State("entry_price", Unit.P, "mean fill of the open units"),
    State("last_entry_price", Unit.P, "fill of the newest unit"),
    State("highest_since_entry", Unit.P, "of highs, fill bar included"),
    State("lowest_since_entry", Unit.P, "of lows, fill bar included"),
    State("bars_held", Unit.K, "1 at the close of the fill bar"),
    State("open_return", Unit.R, "signed gain on entry_price at this close"),
    State("open_r", Unit.N, "gain in units of |ref - first stop|"),
    State("units", Unit.K, "open units"),
    State("side", Unit.K, "+1 long, -1 short"),
    State("last_trade_won", Unit.B, "last closed trade of this side after costs"),
)
"""Trade state."""

ENTRY_STATE: Final = "last_trade_won"
"""The one state that may stand in an entry."""

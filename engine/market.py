"""Instruments, timeframes and sides: the nouns that bars, specs and tickets share."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from engine.quantities import Amount, Price, Quantity
from engine.records import Digest, Record, digest

Symbol = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9./:_-]{0,23}$")]
"""ASCII symbol such as `BTC/USDT` or `GOOG`."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
"""Identifier of ours: account, venue, deployment, session."""


class Side(StrEnum):
    """Direction of an order."""

    BUY = "buy"
    SELL = "sell"


class Timeframe(StrEnum):
    """Bar lengths of the strategy language."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H2 = "2h"
    H4 = "4h"
    H6 = "6h"
    H8 = "8h"
    H12 = "12h"
    D1 = "1d"
    W1 = "1w"
    MO1 = "1M"

    @property
    def seconds(self) -> int:
        """Nominal length in seconds; a month counts 30 days."""
        return SECONDS[self]


SECONDS: Final[dict[Timeframe, int]] = {
    Timeframe.M1: 60,
    Timeframe.M3: 180,
    Timeframe.M5: 300,
    Timeframe.M15: 900,
    Timeframe.M30: 1_800,
    Timeframe.H1: 3_600,
    Timeframe.H2: 7_200,
    Timeframe.H4: 14_400,
    Timeframe.H6: 21_600,
    Timeframe.H8: 28_800,
    Timeframe.H12: 43_200,
    Timeframe.D1: 86_400,
    Timeframe.W1: 604_800,
    Timeframe.MO1: 2_592_000,
}

InstrumentKind = Literal["spot", "perpetual", "equity", "fx"]
Calendar = Literal["24/7", "FX", "XNYS", "XTSE", "XLON", "XETR", "XPAR", "XSWX"]
"""All hours, the currency week, or the sessions of an exchange by its ISO 10383 code."""

BARS_PER_YEAR_DAYS: Final[dict[Calendar, int]] = {
    "24/7": 365, "FX": 260, "XNYS": 252, "XTSE": 251, "XLON": 253, "XETR": 254, "XPAR": 256,
    "XSWX": 251,
}  # fmt: skip
"""Trading days a year of each calendar; annualisation uses these, never a fixed 252."""

TRADING_HOURS: Final[dict[Calendar, float]] = {
    "24/7": 24.0, "FX": 24.0, "XNYS": 6.5, "XTSE": 6.5, "XLON": 8.5, "XETR": 8.5, "XPAR": 8.5,
    "XSWX": 8.5,
}  # fmt: skip


class Instrument(Record):
    """What is traded, with the steps that every price and quantity must lie on."""

    symbol: Symbol
    venue: Name = "paper"
    kind: InstrumentKind = "spot"
    base: Annotated[str, Field(max_length=12)]
    quote: Annotated[str, Field(max_length=12)]
    price_step: Price = Decimal("0.01")
    quantity_step: Quantity = Decimal("0.00001")
    min_quantity: Quantity = Decimal("0.00001")
    min_notional: Amount = Decimal(0)
    max_quantity: Quantity = Decimal(1_000_000_000)
    calendar: Calendar = "24/7"
    shorts_allowed: bool = False

    @property
    def filters_digest(self) -> Digest:
        """Digest of the steps and bounds, so that a changed filter voids a ticket."""
        return digest("peak/instrument/v1", self)


def bars_per_year(timeframe: Timeframe, calendar: Calendar) -> float:
    """Bars a year of this timeframe on this calendar (for annualisation)."""
    days = BARS_PER_YEAR_DAYS[calendar]
    if timeframe is Timeframe.MO1:
        return 12.0
    if timeframe is Timeframe.W1:
        return 52.0
    if timeframe is Timeframe.D1:
        return float(days)
    return days * TRADING_HOURS[calendar] * 3600 / timeframe.seconds

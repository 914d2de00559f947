"""Instruments for files of a user's own: what can be told from a symbol, and nothing more.

The steps are careful defaults for research and paper; a venue's own filters replace them before
anything is sent anywhere else.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from pydantic import ValidationError

from engine.errors import InputError
from engine.market import Calendar, Instrument, InstrumentKind

CURRENCIES: Final = frozenset(
    {"USD", "EUR", "JPY", "GBP", "CHF", "AUD", "NZD", "CAD", "SEK", "NOK", "DKK", "PLN", "CZK"}
    | {"HUF", "TRY", "ZAR", "MXN", "SGD", "HKD", "CNH", "XAU", "XAG"}
)
_STEP: Final[dict[InstrumentKind, tuple[str, str]]] = {
    "spot": ("0.01", "0.00001"),
    "perpetual": ("0.01", "0.00001"),
    "equity": ("0.01", "0.01"),
    "fx": ("0.00001", "1"),
}

_CALENDAR: Final[dict[InstrumentKind, Calendar]] = {
    "spot": "24/7", "perpetual": "24/7", "equity": "XNYS", "fx": "FX",
}  # fmt: skip


def kind_of(symbol: str) -> InstrumentKind:
    """`BTC/USDT` is spot, `BTC/USDT:USDT` perpetual, `EUR/USD` fx, `SPY` equity."""
    base, _, quote = symbol.partition("/")
    if not quote:
        return "equity"
    if ":" in quote:
        return "perpetual"
    return "fx" if {base, quote} <= CURRENCIES else "spot"


def instrument_for(
    symbol: str, kind: InstrumentKind | None = None, calendar: Calendar | None = None
) -> Instrument:
    """An instrument from its symbol; kind and calendar are told from it unless they are given.

    Raises:
        InputError: SYMBOL_INVALID with the form that is expected.
    """
    wanted = kind or kind_of(symbol)
    base, _, pair = symbol.partition("/")
    quote = pair.partition(":")[0]
    price_step, quantity_step = (Decimal(text) for text in _STEP[wanted])
    try:
        return Instrument(
            symbol=symbol,
            kind=wanted,
            base=base,
            quote=quote or "USD",
            price_step=price_step,
            quantity_step=quantity_step,
            min_quantity=quantity_step,
            calendar=calendar or _CALENDAR[wanted],
            shorts_allowed=wanted in {"fx", "perpetual"},
        )
    except ValidationError as error:
        raise InputError(
            "SYMBOL_INVALID", "a symbol is written in capitals, e.g. BTC/USDT, EUR/USD or SPY",
            value=symbol, hint=f"write {symbol.upper()!r} if that is what you mean",
        ) from error  # fmt: skip

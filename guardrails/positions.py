"""What is held and what is on its way: position, book, its value at quotes, working order."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AwareDatetime, Field, StringConstraints

from engine.market import Side, Symbol
from engine.quantities import Amount, Money, Price, Quantity
from engine.records import Digest, Record, digest
from guardrails.rounding import EXACT

GRAIN: Final = Decimal("0.000000000001")
"""What a quotient of the book is rounded to: 1e-12."""

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Position(Record):
    """One symbol's holding. Amounts are signed: long above zero, short below.

    `cost` is quantity times average entry, `stop_value` quantity times the (average) protective
    stop, both quote currency. `protected` is False when a part of it has no stop: that part
    counts as lost in full.
    """

    symbol: Symbol
    quantity: Amount
    cost: Money
    stop_value: Money
    protected: bool
    opened_at: AwareDatetime

    @property
    def average_entry(self) -> Decimal:
        """Quote currency per unit, fees apart, at a grain of 1e-12."""
        return EXACT.quantize(EXACT.divide(self.cost, self.quantity), GRAIN)

    @property
    def stop_price(self) -> Decimal | None:
        """The average stop per unit; None for a position that is not fully protected."""
        if not self.protected:
            return None
        return EXACT.quantize(EXACT.divide(self.stop_value, self.quantity), GRAIN)


class Book(Record):
    """The account as a fold of its fills; quote currency, profit and loss net of fees.

    `realised_day` is the result since 00:00 UTC of `day`, the day of the last fill.
    """

    cash: Money
    positions: tuple[Position, ...] = ()
    day: Day | None = None
    realised_day: Money = Decimal(0)
    realised: Money = Decimal(0)
    fees: Money = Decimal(0)
    fills: Annotated[int, Field(ge=0)] = 0

    @property
    def digest(self) -> Digest:
        """Digest of the whole book: what a ticket was sized on."""
        return digest("peak/book/v1", self)

    def position(self, symbol: str) -> Position | None:
        """The holding in one symbol, None when flat."""
        return next((held for held in self.positions if held.symbol == symbol), None)


class BookValue(Record):
    """A book at the quotes of one moment, quote currency.

    A long is marked at the bid, a short at the ask. `stopped_pnl` is the result of the day if
    every protective stop filled now at its trigger, after costs: it does not move with the price.
    It counts from the entry, also for a position from an earlier day. Symbols in `unmarked` have
    no quote; they count at their entry, and no entry is allowed while there are any.
    """

    book: Book
    equity: Money
    open_pnl: Money
    day_pnl: Money
    gross: Money
    stopped_pnl: Money
    exposure: tuple[tuple[Symbol, Money], ...] = ()
    unmarked: tuple[Symbol, ...] = ()

    def exposure_of(self, symbol: str) -> Decimal:
        """Gross value of one symbol's holding, zero when flat."""
        return next((value for name, value in self.exposure if name == symbol), Decimal(0))


class Working(Record):
    """A released order that may still fill: it counts as filled on its worst side."""

    ticket_digest: Digest
    symbol: Symbol
    side: Side
    quantity: Quantity
    price: Price
    stop_price: Price | None
    reduce_only: bool

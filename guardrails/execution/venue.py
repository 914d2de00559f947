"""Venue: the port through which orders leave, and what a venue may answer with.

VenueRefusalError  the venue said no: the order does not exist there (the only final exception)
VenueSilentError   a question was not answered; an unanswered question is no answer
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from engine.errors import PeakError, UnavailableError
from engine.market import Instrument
from guardrails.wire import Ack, MarketBar, Phase, VenueSnapshot, VenueTrade, WireOrder


class VenueRefusalError(PeakError):
    """The venue refused this order for good; raised by an adapter for nothing else."""


class VenueSilentError(UnavailableError):
    """The venue did not answer a look-up or a cancel."""


class Venue(Protocol):
    """Where orders go. Only `send` places anything, and it is called once for each order."""

    @property
    def name(self) -> str:
        """Name of the venue as tickets write it."""
        ...

    def instrument(self, symbol: str) -> Instrument | None:
        """The steps and bounds in force at the venue, None when it does not list the symbol."""
        ...

    def send(self, order: WireOrder) -> Ack:
        """Place one order.

        Raises:
            VenueRefusalError: it does not exist. Any other exception: nobody knows.
        """
        ...

    def find(self, client_order_id: str) -> VenueSnapshot | None:
        """How the venue sees an order; None when it does not know the id."""
        ...

    def cancel(self, client_order_id: str) -> None:
        """Withdraw an order; whether it worked is seen by `find` alone."""
        ...

    def open_orders(self) -> tuple[VenueSnapshot, ...]:
        """All orders that still work, oldest first."""
        ...

    def trades_since(self, sequence: int) -> tuple[VenueTrade, ...]:
        """Trades after the cursor, in the venue's order."""
        ...


@runtime_checkable
class BarDriven(Protocol):
    """A venue whose market is played from bars, phase by phase."""

    def list_instrument(self, instrument: Instrument) -> None:
        """Make a symbol tradable with these steps and bounds."""
        ...

    def play(self, bar: MarketBar, phase: Phase) -> None:
        """Match working orders against one phase of a bar; a phase played before does nothing."""
        ...

    def has_working(self, symbol: str) -> bool:
        """True when an order of this symbol still works."""
        ...

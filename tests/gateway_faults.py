"""Venues and stores that misbehave: around real ones, so that they are otherwise true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Executable

from engine.errors import UnavailableError
from engine.market import Instrument
from guardrails.execution.venue import Venue, VenueSilentError
from guardrails.store.database import Database, UnitOfWork
from guardrails.wire import Ack, VenueSnapshot, VenueTrade, WireOrder


class Passing:
    """A venue that hands everything through; the base of the faulty ones."""

    def __init__(self, real: Venue) -> None:
        """Wrap a real venue."""
        self.real = real
        self.sends = 0

    @property
    def name(self) -> str:
        """The real venue's name."""
        return self.real.name

    def instrument(self, symbol: str) -> Instrument | None:
        """As the real venue."""
        return self.real.instrument(symbol)

    def send(self, order: WireOrder) -> Ack:
        """Count, then send."""
        self.sends += 1
        return self.real.send(order)

    def find(self, client_order_id: str) -> VenueSnapshot | None:
        """As the real venue."""
        return self.real.find(client_order_id)

    def cancel(self, client_order_id: str) -> None:
        """As the real venue."""
        self.real.cancel(client_order_id)

    def open_orders(self) -> tuple[VenueSnapshot, ...]:
        """As the real venue."""
        return self.real.open_orders()

    def trades_since(self, sequence: int) -> tuple[VenueTrade, ...]:
        """As the real venue."""
        return self.real.trades_since(sequence)


class Silent(Passing):
    """Takes the order, loses the answer, and does not answer look-ups while `silent`."""

    def __init__(self, real: Venue) -> None:
        """Start silent."""
        super().__init__(real)
        self.silent = True

    def send(self, order: WireOrder) -> Ack:
        """Send, then lose the answer."""
        super().send(order)
        raise VenueSilentError("TIMEOUT", "no answer in time")

    def find(self, client_order_id: str) -> VenueSnapshot | None:
        """No answer while silent."""
        if self.silent:
            raise VenueSilentError("TIMEOUT", "no answer in time")
        return super().find(client_order_id)


class Failing(Passing):
    """Fails each send with a given exception, before or after the order was placed."""

    def __init__(self, real: Venue, fault: Callable[[], Exception], *, placed: bool) -> None:
        """Raise `fault()`; `placed` says whether the order exists all the same."""
        super().__init__(real)
        self._fault, self._placed = fault, placed

    def send(self, order: WireOrder) -> Ack:
        """Place or not, then fail."""
        self.sends += 1
        if self._placed:
            self.real.send(order)
        raise self._fault()


class Stumbling:
    """A database that does not take one write, the n-th, and takes every other one."""

    def __init__(self, real: Database, number: int) -> None:
        """Refuse write `number`."""
        self._real, self._left = real, number

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """A unit of work, or the fault of a locked file."""
        self._left -= 1
        if self._left == 0:
            raise UnavailableError("STORE_UNAVAILABLE", "the store did not take the write")
        with self._real.write() as work:
            yield work

    def pulse(self, statement: Executable) -> None:
        """As the real one."""
        self._real.pulse(statement)

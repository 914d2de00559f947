"""What guardrails need from outside, each as a small protocol with a fake that ships as product.

The real market and gateway facts come from the gateway's database, certificates and instruments
from the desk's store; the fakes serve tests, drills and the explorer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pydantic import AwareDatetime

from engine.market import Instrument, Symbol
from engine.quantities import Price
from engine.records import Record
from guardrails.tickets import Fill, Order, SignedCertificate


class Quote(Record):
    """Best bid and ask, quote currency per unit, at one moment of the market."""

    symbol: Symbol
    bid: Price
    ask: Price
    time: AwareDatetime

    @property
    def mid(self) -> Decimal:
        """Half way between bid and ask: the reference price."""
        return (self.bid + self.ask) / 2


class MarketView(Protocol):
    """Prices now. In replay, "now" is the replay clock."""

    def quote(self, symbol: str) -> Quote | None:
        """The last quote of a symbol, None when there never was one."""
        ...

    def market_now(self) -> datetime | None:
        """The market's present, against which the age of a quote is measured."""
        ...


class GatewayFacts(MarketView, Protocol):
    """What the gateway knows and the desk reads."""

    def fills(self) -> tuple[Fill, ...]:
        """All fills in order of booking."""
        ...

    def orders(self) -> tuple[Order, ...]:
        """The present state of all orders."""
        ...

    def heartbeat(self) -> datetime | None:
        """Wall time of the gateway's last sign of life."""
        ...


class InstrumentBook(Protocol):
    """The allow-list: what may be traded, with its steps."""

    def instrument(self, symbol: str) -> Instrument | None:
        """The record of an allowed symbol, None for everything else."""
        ...


class CertificateBook(Protocol):
    """Signed certificates and their revocations."""

    def get(self, digest: str) -> SignedCertificate | None:
        """The certificate of this digest, None when there is none."""
        ...

    def revoked(self, digest: str) -> bool:
        """True when it was revoked."""
        ...


class ClosesBook(Protocol):
    """Daily closes: what correlations and tails are reckoned from."""

    def closes(self, symbol: str, until: datetime | None) -> tuple[tuple[str, Decimal], ...]:
        """Day and close of each day that had ended by `until`, oldest first; empty when unknown."""
        ...


class FixedCloses:
    """Closes in memory; a symbol without any is reckoned at its worst."""

    def __init__(self, closes: Mapping[str, tuple[tuple[str, Decimal], ...]] | None = None) -> None:
        """Hold these, by symbol."""
        self._known = dict(closes or {})

    def closes(self, symbol: str, until: datetime | None) -> tuple[tuple[str, Decimal], ...]:
        """The closes before the day of `until`."""
        if until is None:
            return ()
        today = until.date().isoformat()
        return tuple(row for row in self._known.get(symbol, ()) if row[0] < today)


class FixedMarket:
    """A market that stands still until somebody sets a quote."""

    def __init__(self, quotes: Iterable[Quote] = (), now: datetime | None = None) -> None:
        """Start with these quotes; `now` is the newest quote's time unless it is given."""
        self._quotes: dict[str, Quote] = {}
        self._now = now
        for quote in quotes:
            self.set(quote)

    def set(self, quote: Quote) -> None:
        """A new last quote; the market's clock never runs backwards."""
        self._quotes[quote.symbol] = quote
        self._now = quote.time if self._now is None else max(self._now, quote.time)

    def drop(self, symbol: str) -> None:
        """Forget the quote of a symbol."""
        self._quotes.pop(symbol, None)

    def advance_to(self, now: datetime) -> None:
        """Let the market's clock run on without new quotes."""
        self._now = now

    def quote(self, symbol: str) -> Quote | None:
        """The quote that was set last."""
        return self._quotes.get(symbol)

    def market_now(self) -> datetime | None:
        """The newest time seen."""
        return self._now


class FixedGateway(FixedMarket):
    """A gateway that reports what it was told: fills, orders, heartbeat."""

    def __init__(self, quotes: Iterable[Quote] = (), now: datetime | None = None) -> None:
        """Start without fills and orders and without a heartbeat."""
        super().__init__(quotes, now)
        self.booked: list[Fill] = []
        self.sent: dict[str, Order] = {}
        self.alive_at: datetime | None = None

    def fills(self) -> tuple[Fill, ...]:
        """The fills that were appended to `booked`."""
        return tuple(self.booked)

    def orders(self) -> tuple[Order, ...]:
        """The orders in `sent`."""
        return tuple(self.sent.values())

    def heartbeat(self) -> datetime | None:
        """The time in `alive_at`."""
        return self.alive_at


class FixedInstruments:
    """An allow-list from a given set of instruments."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        """Index them by symbol."""
        self._known = {item.symbol: item for item in instruments}

    def instrument(self, symbol: str) -> Instrument | None:
        """The record by exact symbol."""
        return self._known.get(symbol)


class FixedCertificates:
    """Certificates in memory."""

    def __init__(self, signed: Iterable[SignedCertificate] = ()) -> None:
        """Index them by digest."""
        self._known = {item.certificate.digest: item for item in signed}
        self.withdrawn: set[str] = set()

    def get(self, digest: str) -> SignedCertificate | None:
        """The certificate by exact digest."""
        return self._known.get(digest)

    def revoked(self, digest: str) -> bool:
        """True for digests in `withdrawn`."""
        return digest in self.withdrawn

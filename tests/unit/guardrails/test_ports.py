"""The fakes behave like what they stand for: nothing is there until somebody put it there."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from guardrails.ports import FixedCertificates, FixedGateway, FixedInstruments, FixedMarket
from tests.desk_world import BTC, CERTIFICATE, NOW, SIGNED, fill, quote


def test_a_market_without_quotes_has_no_present() -> None:
    """Unknown symbols have no quote, and without any quote there is no "now"."""
    market = FixedMarket()
    assert market.market_now() is None
    assert market.quote("BTC/USDT") is None


def test_the_markets_clock_never_runs_backwards() -> None:
    """An older quote replaces the price but not the time."""
    market = FixedMarket([quote(time=NOW)])
    market.set(quote("61000", time=NOW - timedelta(hours=1)))
    assert market.market_now() == NOW
    later = market.quote("BTC/USDT")
    assert later is not None
    assert later.mid == Decimal(61_000)
    market.drop("BTC/USDT")
    assert market.quote("BTC/USDT") is None


def test_a_gateway_reports_what_it_was_told() -> None:
    """No fills, orders or heartbeat of its own."""
    gateway = FixedGateway([quote()])
    assert (gateway.fills(), gateway.orders(), gateway.heartbeat()) == ((), (), None)
    gateway.booked.append(fill())
    gateway.alive_at = NOW
    assert (gateway.fills(), gateway.heartbeat()) == ((fill(),), NOW)


def test_lists_know_exact_names_only() -> None:
    """Look-alikes are not on the list, and a withdrawn certificate is revoked."""
    assert FixedInstruments([BTC]).instrument("BTC/USDT") == BTC
    assert FixedInstruments([BTC]).instrument("BTC/USD") is None
    book = FixedCertificates([SIGNED])
    assert book.get(CERTIFICATE.digest) == SIGNED
    assert book.get("ff" * 32) is None
    assert not book.revoked(CERTIFICATE.digest)
    book.withdrawn.add(CERTIFICATE.digest)
    assert book.revoked(CERTIFICATE.digest)

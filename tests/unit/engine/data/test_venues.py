"""Venues: a closed list, and nothing but their listed public requests."""

from __future__ import annotations

import pytest

from engine.data.feed_transport import guarded_session
from engine.data.venues import VENUES, checked_base, may_ask, venue_of
from engine.errors import DataError

BINANCE = VENUES["binance"]


def test_an_unknown_venue_is_refused_with_a_near_one() -> None:
    """Binnance is no venue; the hint says which is meant."""
    assert venue_of("kraken").host == "api.kraken.com"
    with pytest.raises(DataError) as caught:
        venue_of("binnance")
    assert caught.value.code == "VENUE_UNKNOWN"
    assert "binance" in caught.value.hint


@pytest.mark.parametrize(
    "base",
    [
        "https://127.0.0.1:80", "http://127.0.0.1", "http://10.0.0.1:80", "http://api.binance.com:80",
        "http://127.0.0.1.example.org:80", "ftp://127.0.0.1:21", "http://[::1", "127.0.0.1:80", "",
    ],
)  # fmt: skip
def test_only_this_machine_may_stand_in(base: str) -> None:
    """Anything but plain HTTP to loopback with a port is refused; loopback passes."""
    assert checked_base("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"
    assert checked_base(None) is None
    with pytest.raises(DataError) as caught:
        checked_base(base)
    assert caught.value.code == "FEED_HOST_REFUSED"


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "https://api.binance.com/api/v3/klines"),
        ("GET", "http://api.binance.com/api/v3/klines"),
        ("GET", "https://api.binance.com/api/v3/account"),
        ("GET", "https://api.binance.com/api/v3/klines/../account"),
        ("GET", "https://api.binance.com.evil.example/api/v3/klines"),
        ("GET", "https://api.binance.com@evil.example/api/v3/klines"),
        ("GET", "https://api.binance.com:444/api/v3/klines"),
        ("GET", "https://fapi.binance.com/fapi/v1/klines"),
    ],
)
def test_only_listed_requests_are_sent(method: str, url: str) -> None:
    """One host, TLS, GET, four paths; everything else is refused before a socket is opened."""
    assert may_ask(BINANCE, None, "GET", "https://api.binance.com/api/v3/klines?symbol=BTCUSDT")
    assert not may_ask(BINANCE, None, method, url)
    with pytest.raises(DataError) as caught:
        guarded_session(BINANCE, None).request(method, url)
    assert caught.value.code == "FEED_REQUEST_REFUSED"


def test_a_stand_in_is_the_only_host() -> None:
    """With a local exchange even the real venue is refused."""
    base = "http://127.0.0.1:8080"
    assert may_ask(BINANCE, base, "GET", f"{base}/api/v3/time")
    assert not may_ask(BINANCE, base, "GET", "https://api.binance.com/api/v3/time")
    assert not may_ask(BINANCE, base, "GET", "http://127.0.0.1:8081/api/v3/time")


def test_the_environment_is_not_trusted() -> None:
    """Proxies and stored credentials of the machine play no part."""
    assert guarded_session(BINANCE, None).trust_env is False

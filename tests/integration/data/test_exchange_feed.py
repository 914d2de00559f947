"""Downloads through the real client library over a real socket: whole, resumed, never wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.exchange_feed import _exchange
from engine.data.pages import Pages
from engine.data.venues import VENUES, may_ask
from engine.errors import DataError, UnavailableError
from engine.market import Timeframe
from guardrails.execution.simulator.faults import FaultKind
from tests.feed_world import brought, market, request, serving


@pytest.mark.parametrize(
    ("venue", "symbol", "first"), [("binance", "BTC/USDT", 0), ("kraken", "BTC/USD", -720)]
)
def test_every_finished_bar_comes_and_the_running_one_does_not(
    tmp_path: Path, venue: str, symbol: str, first: int
) -> None:
    """Binance gives all of it page by page, Kraken its newest 720; prices are exact."""
    bars = market(symbol)
    with serving(bars) as running:
        source, _ = brought(request(tmp_path, running.url, bars, venue=venue))
    expected = bars.slice(len(bars) + first if first else 0, len(bars) - 1)
    assert source.bars.time.tolist() == expected.time.tolist()
    for name, column in expected.columns.items():
        assert source.bars.columns[name].tolist() == column.tolist()
    assert source.provenance.kind == "download"
    assert source.provenance.name == venue


def test_a_perpetual_brings_its_funding(tmp_path: Path) -> None:
    """Settled events stand in the bars that hold them, over several pages."""
    bars = market("BTC/USDT:USDT")
    with serving(bars) as running:
        source, _ = brought(request(tmp_path, running.url, bars, venue="binanceusdm"))
        calls = running.faults.calls("fundingRate")
    assert calls > 3
    expected = bars.columns["funding"][:-1]
    assert np.array_equal(source.bars.columns["funding"], expected, equal_nan=True)
    assert source.bars.instrument.kind == "perpetual"


@pytest.mark.parametrize(
    "kind",
    ["429", "418", "500", "502", "reset", "half", "empty", "html", "duplicate", "conflict"],
)
@pytest.mark.parametrize("call", [1, 3])
def test_a_fault_changes_no_bar(tmp_path: Path, kind: FaultKind, call: int) -> None:
    """Whatever goes wrong with the first or the last page, the same bars arrive."""
    bars = market("BTC/USDT", 2_100)
    with serving(bars, ("klines", call, kind)) as running:
        source, events = brought(request(tmp_path, running.url, bars))
    assert source.bars.time.tolist() == bars.time[:-1].tolist()
    assert source.bars.close.tolist() == bars.close[:-1].tolist()
    repeated = kind == "duplicate"
    assert source.provenance.rows_of("merged") == int(repeated)
    assert any(event.event == "wait" for event in events) is not repeated


@pytest.mark.parametrize("endpoint", ["exchangeInfo", "time"])
@pytest.mark.parametrize("kind", ["half", "html", "empty", "500"])
def test_the_calls_before_the_first_page_are_patient_too(
    tmp_path: Path, endpoint: str, kind: FaultKind
) -> None:
    """Markets and clock are asked for again when they do not come."""
    bars = market("BTC/USDT", 1_100)
    with serving(bars, (endpoint, 1, kind)) as running:
        source, _ = brought(request(tmp_path, running.url, bars))
    assert len(source.bars) == 1_099


def test_a_hole_of_the_venue_stays_a_hole(tmp_path: Path) -> None:
    """Three bars that the venue leaves out are absent, not invented."""
    bars = market("BTC/USDT", 1_100)
    with serving(bars, ("klines", 1, "gap")) as running:
        source, _ = brought(request(tmp_path, running.url, bars))
    assert len(source.bars) == 1_099 - 3
    assert set(source.bars.time.tolist()) < set(bars.time.tolist())


def test_a_venue_that_stays_silent_leaves_what_came(tmp_path: Path) -> None:
    """The third page never comes: two pages stay, and the next run asks for the rest alone."""
    bars = market("BTC/USDT", 2_500)
    faults: list[tuple[str, int, FaultKind]] = [("klines", call, "500") for call in range(3, 7)]
    with serving(bars, *faults) as running:
        asked = request(tmp_path, running.url, bars)
        with pytest.raises(UnavailableError) as caught:
            brought(asked)
        assert caught.value.code == "FEED_UNAVAILABLE"
        assert "same command again" in caught.value.hint
        assert len(Pages(tmp_path).bars()) == 2_000
        before = running.faults.calls("klines")
        source, events = brought(asked)
        assert running.faults.calls("klines") == before + 1
    assert len(source.bars) == 2_499
    assert next(e for e in events if e.event == "done").rows == 499


def test_a_later_run_brings_the_newer_bars(tmp_path: Path) -> None:
    """The same request after some hours adds what has closed since."""
    bars = market("BTC/USDT", 1_500)
    with serving(bars) as running:
        running.exchange.now_ms = int(bars.time[1_200])
        asked = request(tmp_path, running.url, bars)
        assert len(brought(asked)[0].bars) == 1_200
        running.exchange.now_ms = int(bars.time[1_300])
        assert len(brought(asked)[0].bars) == 1_300


def test_an_end_is_an_end(tmp_path: Path) -> None:
    """Bars that open at `until` or later are not asked for."""
    bars = market("BTC/USDT", 1_500)
    with serving(bars) as running:
        asked = request(tmp_path, running.url, bars, until_ms=int(bars.time[700]))
        assert len(brought(asked)[0].bars) == 700


def test_longer_bars_are_the_venues_own(tmp_path: Path) -> None:
    """Days are put together by the venue; the running day is left out."""
    bars = market("BTC/USDT", 24 * 50 + 7)
    with serving(bars) as running:
        asked = request(tmp_path, running.url, bars, timeframe=Timeframe.D1)
        days = brought(asked)[0].bars
    assert len(days) == 50
    assert days.close.tolist() == bars.close[23 : 24 * 50 : 24].tolist()


def test_a_redirect_is_never_followed(tmp_path: Path) -> None:
    """A venue that points elsewhere is refused at once."""
    bars = market("BTC/USDT", 100)
    with serving(bars, ("klines", 1, "redirect")) as running:
        with pytest.raises(DataError) as caught:
            brought(request(tmp_path, running.url, bars))
        assert running.faults.calls("klines") == 1
    assert caught.value.code == "FEED_REDIRECTED"


@pytest.mark.parametrize(
    ("symbol", "frame", "code"),
    [
        ("BTC/USDX", Timeframe.H1, "FEED_SYMBOL_UNKNOWN"),
        ("BTC/USD", Timeframe.H12, "FEED_TIMEFRAME_UNKNOWN"),
    ],
)
def test_what_the_venue_does_not_have_is_said(
    tmp_path: Path, symbol: str, frame: Timeframe, code: str
) -> None:
    """A symbol or a bar length that is not listed, with what is."""
    bars = market("BTC/USD", 100)
    with serving(bars) as running:
        asked = request(tmp_path, running.url, bars, venue="kraken", timeframe=frame)
        with pytest.raises(DataError) as caught:
            brought(type(asked)(**{**dict(asked), "symbol": symbol}))
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize(
    ("venue", "api", "path"),
    [
        ("binance", "public", "klines"),
        ("binance", "public", "exchangeInfo"),
        ("binanceusdm", "fapiPublic", "klines"),
        ("binanceusdm", "fapiPublic", "fundingRate"),
        ("kraken", "public", "OHLC"),
    ],
)
def test_the_clients_own_addresses_are_the_listed_ones(venue: str, api: str, path: str) -> None:
    """What the client library would ask of the real venue is what the transport lets through."""
    client = _exchange(VENUES[venue], None)
    asked = client.sign(path, [api], "GET", {"symbol": "BTCUSDT"})
    assert may_ask(VENUES[venue], None, "GET", asked["url"])
    assert client.enableRateLimit is True
    assert client.options["maxRetriesOnFailure"] == 0
    assert client.session.trust_env is False

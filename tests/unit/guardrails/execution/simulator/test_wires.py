"""The exchange simulator's public wires: shapes, windows, nothing from after its clock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.market import Timeframe
from guardrails.execution.simulator import binance_wire, kraken_wire
from guardrails.execution.simulator.exchange import Exchange, Listing
from tests.feed_world import exchange, market

SPOT = market("BTC/USDT", 1_500)
DOLLARS = market("BTC/USD", 1_500)
PERPETUAL = market("BTC/USDT:USDT", 900)


def ask(path: str, venue: Exchange | None = None, **query: object) -> Any:  # noqa: ANN401 - JSON
    """The JSON of a reply."""
    told = {name: str(value) for name, value in query.items()}
    wire = kraken_wire if path.startswith("/0/") else binance_wire
    reply = wire.answer(venue or exchange(SPOT), path, told)
    assert reply is not None
    return json.loads(reply.body)


def test_klines_have_text_prices_and_millisecond_times() -> None:
    """Twelve cells a row: open time, five numbers as text, close time and the rest."""
    rows = ask("/api/v3/klines", symbol="BTCUSDT", interval="1h", startTime=0, limit=5)
    assert [row[0] for row in rows] == SPOT.time[:5].tolist()
    assert all(len(row) == 12 for row in rows)
    assert [float(row[4]) for row in rows] == SPOT.close[:5].tolist()
    assert rows[0][6] == rows[1][0] - 1
    assert all(isinstance(cell, str) for cell in rows[0][1:6])


def test_a_window_is_cut_from_its_start() -> None:
    """With a start the first page comes, without one the newest; never more than 1,000."""
    start = int(SPOT.time[100])
    rows = ask("/api/v3/klines", symbol="BTCUSDT", interval="1h", startTime=start, limit=5_000)
    assert (rows[0][0], len(rows)) == (start, 1_000)
    newest = ask("/api/v3/klines", symbol="BTCUSDT", interval="1h")
    assert (newest[-1][0], len(newest)) == (int(SPOT.time[-1]), 500)
    end = int(SPOT.time[103])
    few = ask("/api/v3/klines", symbol="BTCUSDT", interval="1h", startTime=start, endTime=end)
    assert len(few) == 4


def test_nothing_is_shown_from_after_the_clock() -> None:
    """Moved back, the exchange knows fewer bars; the one that runs is the last."""
    venue = exchange(SPOT)
    venue.now_ms = int(SPOT.time[10]) + 1
    rows = ask("/api/v3/klines", venue, symbol="BTCUSDT", interval="1h", startTime=0)
    assert rows[-1][0] == int(SPOT.time[10])
    assert ask("/api/v3/time", venue) == {"serverTime": venue.now_ms}


def test_longer_bars_are_put_together() -> None:
    """Four hours are the hours in them; a bar shorter than the feed's is not there."""
    rows = ask("/api/v3/klines", symbol="BTCUSDT", interval="4h", startTime=0, limit=2)
    assert float(rows[0][2]) == SPOT.high[:4].max()
    assert float(rows[1][5]) == pytest.approx(SPOT.volume[4:8].sum(), abs=1e-7)
    assert ask("/api/v3/klines", symbol="BTCUSDT", interval="1m", startTime=0) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"symbol": "NOPE", "interval": "1h"}, -1121),
        ({"symbol": "BTCUSDT", "interval": "9h"}, -1120),
    ],
)
def test_errors_have_binances_numbers(query: dict[str, str], code: int) -> None:
    """An unknown symbol and an unknown interval, as Binance says it."""
    assert ask("/api/v3/klines", None, **query)["code"] == code


def test_perpetuals_are_listed_apart() -> None:
    """Spot and contracts are two lists; funding belongs to contracts."""
    venue = Exchange((Listing(SPOT), Listing(PERPETUAL, perpetual=True)), int(SPOT.time[-1]))
    spot = ask("/api/v3/exchangeInfo", venue)["symbols"]
    contracts = ask("/fapi/v1/exchangeInfo", venue)["symbols"]
    assert (len(spot), len(contracts)) == (1, 1)
    assert "contractType" not in spot[0]
    assert contracts[0]["contractType"] == "PERPETUAL"
    events = ask("/fapi/v1/fundingRate", venue, symbol="BTCUSDT", startTime=0, limit=3)
    assert [event["fundingTime"] for event in events] == PERPETUAL.time[:24:8].tolist()


def test_kraken_knows_its_newest_720_bars() -> None:
    """Seconds, text prices, and no older bar whatever is asked."""
    venue = exchange(DOLLARS)
    rows = ask("/0/public/OHLC", venue, pair="XBTUSD", interval=60, since=0)["result"]["XXBTZUSD"]
    assert len(rows) == 720
    assert rows[-1][0] * 1000 == int(DOLLARS.time[-1])
    assert float(rows[0][4]) == DOLLARS.close[-720]
    late = ask("/0/public/OHLC", venue, pair="XXBTZUSD", interval=60, since=rows[700][0])
    assert len(late["result"]["XXBTZUSD"]) == 19


def test_kraken_says_errors_with_status_200() -> None:
    """An unknown pair is an error in the body."""
    venue = exchange(DOLLARS)
    assert ask("/0/public/OHLC", venue, pair="NOPE")["error"] == ["EQuery:Unknown asset pair"]
    assert ask("/0/public/OHLC", venue, pair="XBTUSD", interval=7)["error"]
    assert ask("/0/public/AssetPairs", venue)["result"]["XXBTZUSD"]["wsname"] == "XBT/USD"
    assert set(ask("/0/public/Assets", venue)["result"]) == {"XXBT", "ZUSD"}


def test_a_stranger_is_no_endpoint() -> None:
    """Paths that neither venue has are answered by neither."""
    for path in ("/api/v3/account", "/0/private/Balance", "/", "/fapi/v1/order"):
        assert binance_wire.answer(exchange(SPOT), path, {}) is None
        assert kraken_wire.answer(exchange(DOLLARS), path, {}) is None


def test_gaps_of_the_feed_are_gaps_of_the_exchange() -> None:
    """An hour without bars is no candle."""
    holed = SPOT.take(SPOT.time.argsort()[[0, 1, 5, 6]])
    rows = Exchange((Listing(holed),), int(SPOT.time[-1])).candles(Listing(holed), Timeframe.H1)
    assert [row.opened for row in rows] == holed.time.tolist()

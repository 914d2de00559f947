"""Kraken wire format: `/0/public/`, market data.

Prices and amounts are text, times seconds; every reply is `{"error": [...], "result": ...}` with
status 200. OHLC knows the newest 720 bars and no older one, whatever is asked.
Source: Kraken REST API, market data endpoints.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from engine.market import Timeframe
from guardrails.execution.simulator.exchange import Candle, Exchange, Listing
from guardrails.execution.simulator.replies import Query, Reply, json_reply, whole

ROOT: Final = "/0/public/"
NEWEST: Final = 720
FRAMES: Final = {
    1: Timeframe.M1, 5: Timeframe.M5, 15: Timeframe.M15, 30: Timeframe.M30, 60: Timeframe.H1,
    240: Timeframe.H4, 1_440: Timeframe.D1, 10_080: Timeframe.W1,
}  # fmt: skip
_ASSETS: Final = {"BTC": "XXBT", "ETH": "XETH", "USD": "ZUSD", "EUR": "ZEUR"}
_ALIASES: Final = {"BTC": "XBT"}


def answer(exchange: Exchange, path: str, query: Query) -> Reply | None:
    """The reply to a GET; None when this is no endpoint of Kraken."""
    if not path.startswith(ROOT):
        return None
    word = path.removeprefix(ROOT)
    if word == "OHLC":
        return _ohlc(exchange, query)
    plain = {
        "Time": _time(exchange.now_ms // 1000),
        "SystemStatus": {"status": "online"},
        "Assets": _assets(exchange),
        "AssetPairs": {_name(each): _pair(each) for each in _spot(exchange)},
    }
    return _result(plain[word]) if word in plain else None


def _time(seconds: int) -> dict[str, object]:
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return {"unixtime": seconds, "rfc1123": f"{moment:%a, %d %b %y %H:%M:%S +0000}"}


def _result(found: object) -> Reply:
    return json_reply({"error": [], "result": found})


def _fault(text: str) -> Reply:
    return json_reply({"error": [text]})


def _spot(exchange: Exchange) -> list[Listing]:
    return [each for each in exchange.listings if not each.perpetual]


def _asset(code: str) -> str:
    return _ASSETS.get(code, code)


def _name(listing: Listing) -> str:
    """`XXBTZUSD`, as Kraken calls BTC/USD."""
    return _asset(listing.base) + _asset(listing.quote)


def _altname(code: str) -> str:
    return _ALIASES.get(code, code)


def _assets(exchange: Exchange) -> dict[str, dict[str, object]]:
    codes = sorted({code for each in _spot(exchange) for code in (each.base, each.quote)})
    return {
        _asset(code): {
            "aclass": "currency",
            "altname": _altname(code),
            "decimals": 10,
            "display_decimals": 5,
            "status": "enabled",
        }
        for code in codes
    }


def _pair(listing: Listing) -> dict[str, object]:
    instrument = listing.bars.instrument
    return {
        "altname": _altname(listing.base) + _altname(listing.quote),
        "wsname": f"{_altname(listing.base)}/{_altname(listing.quote)}",
        "aclass_base": "currency",
        "base": _asset(listing.base),
        "aclass_quote": "currency",
        "quote": _asset(listing.quote),
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": 1,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, 0.4]],
        "fees_maker": [[0, 0.25]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": f"{instrument.min_quantity:f}",
        "costmin": "0.5",
        "tick_size": f"{instrument.price_step:f}",
        "status": "online",
    }


def _ohlc(exchange: Exchange, query: Query) -> Reply:
    asked = query.get("pair", "")
    listing = next((each for each in _spot(exchange) if asked in _names(each)), None)
    if listing is None:
        return _fault("EQuery:Unknown asset pair")
    timeframe = FRAMES.get(whole(query, "interval") or 1)
    if timeframe is None:
        return _fault("EGeneral:Invalid arguments")
    since = (whole(query, "since") or 0) * 1000
    candles = exchange.candles(listing, timeframe)[-NEWEST:]
    rows = [_row(candle) for candle in candles if candle.opened > since]
    last = rows[-2][0] if len(rows) > 1 else since // 1000
    return _result({_name(listing): rows, "last": last})


def _names(listing: Listing) -> set[str]:
    return {_name(listing), _altname(listing.base) + _altname(listing.quote)}


def _row(candle: Candle) -> list[object]:
    prices = [f"{price:.8f}".rstrip("0").rstrip(".") for price in candle[1:5]]
    vwap = f"{(candle.high + candle.low + candle.close) / 3:.5f}"
    return [candle.opened // 1000, *prices, vwap, f"{candle.volume:.8f}", 1]

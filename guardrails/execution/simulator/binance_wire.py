"""Binance wire format: spot `/api/v3/` and linear perpetuals `/fapi/v1/`, public part.

Prices and amounts are text, times milliseconds; errors are `{"code": ..., "msg": ...}`.
Source: Binance Open Platform, market data endpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from engine.market import Timeframe
from guardrails.execution.simulator.exchange import Candle, Exchange, Listing
from guardrails.execution.simulator.replies import Query, Reply, json_reply, whole

INTERVALS: Final = {frame.value: frame for frame in Timeframe}
Row = TypeVar("Row", Candle, tuple[int, float])
PAGE: Final = 500
MOST_ROWS: Final = 1_000
FUNDING_PAGE: Final = 100
ROOTS: Final = ("/api/v3/", "/fapi/v1/")
"""Spot, and perpetuals."""


def answer(exchange: Exchange, path: str, query: Query) -> Reply | None:
    """The reply to a GET; None when this is no endpoint of Binance."""
    root = next((each for each in ROOTS if path.startswith(each)), None)
    if root is None:
        return None
    perpetual = root == ROOTS[1]
    word = path.removeprefix(root)
    if word == "klines":
        return _klines(exchange, query, perpetual=perpetual)
    if word == "fundingRate" and perpetual:
        return _funding(exchange, query)
    plain = {
        "ping": {},
        "time": {"serverTime": exchange.now_ms},
        "exchangeInfo": _info(exchange, perpetual=perpetual),
    }
    return json_reply(plain[word]) if word in plain else None


def _info(exchange: Exchange, *, perpetual: bool) -> dict[str, object]:
    listed = [each for each in exchange.listings if each.perpetual == perpetual]
    limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}
    return {
        "timezone": "UTC",
        "serverTime": exchange.now_ms,
        "rateLimits": [{**limit, "limit": 6_000}],
        "exchangeFilters": [],
        "symbols": [_symbol(each) for each in listed],
    }


def _symbol(listing: Listing) -> dict[str, object]:
    """A market as exchangeInfo lists it."""
    found: dict[str, object] = {
        "symbol": listing.base + listing.quote,
        "status": "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "orderTypes": ["LIMIT", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"],
        "isSpotTradingAllowed": not listing.perpetual,
        "isMarginTradingAllowed": False,
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "filters": _filters(listing),
    }
    return found | (_contract(listing) if listing.perpetual else {})


def _filters(listing: Listing) -> list[dict[str, object]]:
    one = listing.bars.instrument
    price = {"minPrice": f"{one.price_step:f}", "maxPrice": "10000000"}
    lot = {"minQty": f"{one.min_quantity:f}", "maxQty": "9000"}
    return [
        {"filterType": "PRICE_FILTER", **price, "tickSize": f"{one.price_step:f}"},
        {"filterType": "LOT_SIZE", **lot, "stepSize": f"{one.quantity_step:f}"},
        {"filterType": "NOTIONAL", "minNotional": f"{one.min_notional:f}"},
    ]


def _contract(listing: Listing) -> dict[str, object]:
    """What a perpetual has beyond a spot market."""
    return {
        "pair": listing.base + listing.quote,
        "contractType": "PERPETUAL",
        "marginAsset": listing.quote,
        "pricePrecision": 2,
        "quantityPrecision": 3,
        "underlyingType": "COIN",
        "onboardDate": 0,
        "deliveryDate": 4_133_404_800_000,
    }


def _error(code: int, text: str) -> Reply:
    return json_reply({"code": code, "msg": text}, 400)


def _klines(exchange: Exchange, query: Query, *, perpetual: bool) -> Reply:
    listing = exchange.listing(query.get("symbol", ""), perpetual=perpetual)
    if listing is None:
        return _error(-1121, "Invalid symbol.")
    timeframe = INTERVALS.get(query.get("interval", ""))
    if timeframe is None:
        return _error(-1120, "Invalid interval.")
    candles = exchange.candles(listing, timeframe)
    length = timeframe.seconds * 1000
    rows = [_kline(candle, length) for candle in _window(candles, query, PAGE)]
    return json_reply(rows, x_mbx_used_weight_1m="2")


def _window(rows: Sequence[Row], query: Query, page: int) -> list[Row]:
    """Rows between startTime and endTime: the first page from a start, else the newest page."""
    start, end = whole(query, "startTime"), whole(query, "endTime")
    count = min(whole(query, "limit") or page, MOST_ROWS)
    found = [
        row for row in rows if (start is None or row[0] >= start) and (end is None or row[0] <= end)
    ]
    return found[-count:] if start is None else found[:count]


def _kline(candle: Candle, length: int) -> list[object]:
    prices = [f"{price:.8f}" for price in candle[1:6]]
    quote = f"{candle.volume * candle.close:.8f}"
    return [candle.opened, *prices, candle.opened + length - 1, quote, 1, "0", "0", "0"]


def _funding(exchange: Exchange, query: Query) -> Reply:
    name = query.get("symbol", "")
    listing = exchange.listing(name, perpetual=True)
    if listing is None:
        return _error(-1121, "Invalid symbol.")
    events = _window(exchange.funding(listing), query, FUNDING_PAGE)
    return json_reply(
        [{"symbol": name, "fundingTime": at, "fundingRate": f"{rate:.8f}"} for at, rate in events]
    )

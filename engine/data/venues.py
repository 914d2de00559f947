"""Venues whose public market data may be downloaded: hosts, paths and page sizes, closed lists."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field

from engine.errors import DataError
from engine.market import Name
from engine.records import Record
from engine.text import did_you_mean

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Venue(Record):
    """One venue. Only GET on these paths of this host is ever sent.

    Attributes:
        name: ours, which is also the client library's.
        host: the one host that is asked, by TLS.
        path: pattern of the paths that are asked.
        page: bars per request.
        funding: whether it has funding rates (perpetuals).
        market: the kind of markets to load.
    """

    name: Name
    host: str
    path: str
    page: Annotated[int, Field(ge=1)]
    funding: bool = False
    market: str = "spot"


VENUES: Final[dict[str, Venue]] = {
    each.name: each
    for each in (
        Venue(
            name="binance",
            host="api.binance.com",
            path=r"/api/v3/(time|exchangeInfo|klines)",
            page=1_000,
        ),
        Venue(
            name="binanceusdm",
            host="fapi.binance.com",
            path=r"/fapi/v1/(time|exchangeInfo|klines|fundingRate)",
            page=1_000,
            funding=True,
            market="linear",
        ),
        Venue(
            name="kraken",
            host="api.kraken.com",
            path=r"/0/public/(Time|SystemStatus|Assets|AssetPairs|OHLC)",
            page=720,
        ),
    )
}


def venue_of(name: str) -> Venue:
    """The venue of this name.

    Raises:
        DataError: VENUE_UNKNOWN with near names.
    """
    if name in VENUES:
        return VENUES[name]
    near = did_you_mean(name, list(VENUES)) or list(VENUES)
    raise DataError(
        "VENUE_UNKNOWN", "nothing is downloaded from there", value=name,
        hint=f"take one of: {', '.join(near)}",
    )  # fmt: skip


def checked_base(base_url: str | None) -> str | None:
    """The address of a local exchange; anything but loopback over plain HTTP is refused.

    Raises:
        DataError: FEED_HOST_REFUSED.
    """
    if base_url is None:
        return None
    try:
        parts = urlsplit(base_url)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK and parts.port is not None
    except ValueError:
        local = False
    if not local:
        raise DataError(
            "FEED_HOST_REFUSED", "only a local exchange may stand in for the venue",
            value=base_url, hint="write it like http://127.0.0.1:8080, or leave it out",
        )  # fmt: skip
    return base_url.rstrip("/")


def may_ask(venue: Venue, base_url: str | None, method: str, url: str) -> bool:
    """Whether this request is one of the few that are sent."""
    parts = urlsplit(url)
    if base_url is None:
        home = parts.scheme == "https" and parts.netloc == venue.host
    else:
        home = f"{parts.scheme}://{parts.netloc}" == base_url
    return method == "GET" and home and re.fullmatch(venue.path, parts.path) is not None

"""The download process: bars and funding rates of a venue, page by page; the home of ccxt here.

    python -m engine.data.exchange_feed < request.json

It reads one request, writes pages to the request's folder and says what it does on standard
output, one JSON object a line. It holds no key, sees no dataset store, and only ever sends GET on
public paths (`feed_transport.py`). Whatever interrupts it, finished pages stay and the same
request goes on behind the last one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeVar

from engine.data.downloads import merge_rows
from engine.data.feed_events import FeedEvent, FeedRequest
from engine.data.feed_run import Say, bring
from engine.data.feed_transport import guarded_session
from engine.data.instruments import instrument_for
from engine.data.pages import BarRow, FundingRow
from engine.data.venues import Venue, checked_base, venue_of
from engine.errors import DataError, InputError, IntegrityError, PeakError, UnavailableError
from engine.market import Instrument
from engine.records import canonical, parse_record
from engine.seeds import stream
from engine.text import clean_text, did_you_mean

FUNDING_PAGE: Final = 100
LONGEST_WAIT_S: Final = 60.0
EXIT_OK, EXIT_INPUT, EXIT_UNAVAILABLE, EXIT_INTEGRITY, EXIT_STOPPED = 0, 2, 3, 4, 130
Answer = TypeVar("Answer")


class Feed:
    """One venue through ccxt: what it lists, its clock, its rows."""

    def __init__(self, request: FeedRequest, say: Say) -> None:
        """Connect to nothing yet.

        Raises:
            DataError: VENUE_UNKNOWN or FEED_HOST_REFUSED.
        """
        self.venue = venue_of(request.venue)
        self._request = request
        self._say = say
        self._base_url = checked_base(request.base_url)
        self._jitter = stream("engine/data/exchange_feed", request.symbol, request.since_ms)
        self._exchange = _exchange(self.venue, self._base_url)

    @property
    def has_funding(self) -> bool:
        """Whether the venue has funding rates."""
        return self.venue.funding

    def open(self) -> Instrument:
        """Load the venue's markets; the market that is asked for.

        Raises:
            DataError: FEED_SYMBOL_UNKNOWN or FEED_TIMEFRAME_UNKNOWN with near ones.
            UnavailableError: FEED_UNAVAILABLE.
        """
        # Anew each time: the client would keep the markets of a reply that was none.
        markets = self._patiently(partial(self._exchange.load_markets, True))
        symbol, frame = self._request.symbol, self._request.timeframe.value
        if symbol not in markets:
            near = did_you_mean(symbol, list(markets)) or sorted(markets)[:5]
            raise DataError(
                "FEED_SYMBOL_UNKNOWN", f"{self.venue.name} does not list this", value=symbol,
                hint=f"did you mean {', '.join(near)}?",
            )  # fmt: skip
        if frame not in self._exchange.timeframes:
            known = ", ".join(self._exchange.timeframes)
            raise DataError(
                "FEED_TIMEFRAME_UNKNOWN", f"{self.venue.name} has no such bars", value=frame,
                hint=f"take one of: {known}",
            )  # fmt: skip
        # Prices stay text from here on: they become numbers once, when all pages are there.
        self._exchange.number = str
        return _instrument(symbol, markets[symbol])

    def now_ms(self) -> int:
        """The venue's own clock, UTC milliseconds.

        Raises:
            UnavailableError: FEED_UNAVAILABLE.
        """
        return int(self._patiently(self._exchange.fetch_time))

    def bars(self, since_ms: int) -> list[BarRow]:
        """A page of bars from a time on, as the venue gives them.

        Raises:
            UnavailableError: FEED_UNAVAILABLE. DataError: FEED_CONFLICT.
        """
        frame = self._request.timeframe.value

        def ask() -> list[BarRow]:
            """One page; a page that contradicts itself is asked for again."""
            found = self._exchange.fetch_ohlcv(
                self._request.symbol, frame, since=since_ms, limit=self.venue.page
            )
            rows: list[BarRow] = [(int(row[0]), *_texts(row[1:6])) for row in found]
            merge_rows(rows)
            return rows

        return self._patiently(ask)

    def funding(self, since_ms: int) -> list[FundingRow]:
        """A page of funding events from a time on.

        Raises:
            UnavailableError: FEED_UNAVAILABLE. DataError: FEED_CONFLICT.
        """

        def ask() -> list[FundingRow]:
            """One page of events."""
            found = self._exchange.fetch_funding_rate_history(
                self._request.symbol, since=since_ms, limit=FUNDING_PAGE
            )
            return [(int(each["timestamp"]), str(each["fundingRate"])) for each in found]

        return self._patiently(ask)

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer, each time after a longer wait with some chance in it."""
        for attempt in range(1, self._request.tries + 1):
            try:
                found = ask()
                # The client takes an empty or foreign body for a page without rows.
                if not isinstance(json.loads(self._exchange.last_http_response), (dict, list)):
                    raise TypeError
            except PeakError as error:
                if error.code != "FEED_CONFLICT" or attempt == self._request.tries:
                    raise
                self._wait(attempt, error.code)
            except _faults_of_a_call() as error:
                _refuse_if_final(error, self.venue)
                if attempt == self._request.tries:
                    raise _unavailable(self.venue, error) from error
                self._wait(attempt, type(error).__name__)
            else:
                return found
        raise _unavailable(self.venue, None)

    def _wait(self, attempt: int, why: str) -> None:
        headers = self._exchange.last_response_headers or {}
        asked = str(headers.get("Retry-After", ""))
        usual = self._request.wait_s * 2 ** (attempt - 1) * (0.5 + self._jitter.random())
        seconds = min(max(usual, float(asked) if asked.isdigit() else 0.0), LONGEST_WAIT_S)
        self._exchange.last_response_headers = None
        text = f"{why}: attempt {attempt} of {self._request.tries}, {seconds:.1f} s"
        self._say(FeedEvent(event="wait", text=clean_text(text, 200)))
        time.sleep(seconds)


def _exchange(venue: Venue, base_url: str | None) -> Any:  # noqa: ANN401 - ccxt has no types
    """The client of a venue: no key, no proxy, no repeat of its own, our transport."""
    import ccxt  # type: ignore[import-untyped]  # noqa: PLC0415 - half a second, here alone

    made = getattr(ccxt, venue.name)(
        {
            "session": guarded_session(venue, base_url),
            "enableRateLimit": True,
            "timeout": 20_000,
            "options": {
                "maxRetriesOnFailure": 0,
                "defaultType": venue.market,
                "fetchMarkets": {"types": [venue.market]},
                "fetchCurrencies": False,
                "fetchMargins": False,
            },
        }
    )
    made.has["fetchCurrencies"] = False
    if base_url is not None:
        made.rateLimit = 1
        made.urls["api"] = _moved(made.urls["api"], base_url)
    return made


def _moved(urls: Any, base_url: str) -> Any:  # noqa: ANN401 - ccxt has no types
    """The client's table of addresses with scheme and host of the local exchange."""
    if isinstance(urls, dict):
        return {name: _moved(each, base_url) for name, each in urls.items()}
    if not isinstance(urls, str):
        return urls
    path = urls.split("://", 1)[-1].partition("/")[2]
    return f"{base_url}/{path}" if path else base_url


def _faults_of_a_call() -> tuple[type[BaseException], ...]:
    """What a call may raise; a reply that is no reply ends in plain errors inside the client."""
    import ccxt  # noqa: PLC0415 - loaded already

    return (
        ccxt.BaseError, TypeError, ValueError, KeyError, IndexError, AttributeError,
    )  # fmt: skip


def _refuse_if_final(error: BaseException, venue: Venue) -> None:
    """Some answers stay the same however often one asks."""
    import ccxt  # noqa: PLC0415 - loaded already

    if isinstance(error, (ccxt.BadSymbol, ccxt.BadRequest, ccxt.NotSupported)):
        raise DataError(
            "FEED_REFUSED", f"{venue.name} refuses: {clean_text(str(error), 200)}",
            value=type(error).__name__, hint="check symbol, timeframe and dates",
        ) from error  # fmt: skip


def _unavailable(venue: Venue, error: BaseException | None) -> UnavailableError:
    return UnavailableError(
        "FEED_UNAVAILABLE", f"{venue.name} does not answer as it should",
        value="" if error is None else clean_text(f"{type(error).__name__}: {error}", 160),
        hint="run the same command again: it goes on where it stopped",
    )  # fmt: skip


def _texts(cells: Sequence[object]) -> tuple[str, str, str, str, str]:
    """Open, high, low, close and volume as text."""
    opened, high, low, close, volume = (str(cell) for cell in cells)
    return opened, high, low, close, volume


def _instrument(symbol: str, market: Any) -> Instrument:  # noqa: ANN401 - ccxt has no types
    """The market's steps as the venue lists them; what it does not say stays a careful default."""
    plain = instrument_for(symbol)
    limits, steps = market.get("limits") or {}, market.get("precision") or {}
    said = {
        "price_step": steps.get("price"),
        "quantity_step": steps.get("amount"),
        "min_quantity": (limits.get("amount") or {}).get("min"),
        "min_notional": (limits.get("cost") or {}).get("min"),
    }
    found = {name: Decimal(str(value)) for name, value in said.items() if value}
    return Instrument(**{**dict(plain), **found})


def _exit_code(error: PeakError) -> int:
    if isinstance(error, UnavailableError):
        return EXIT_UNAVAILABLE
    return EXIT_INTEGRITY if isinstance(error, IntegrityError) else EXIT_INPUT


def main() -> int:
    """Carry out the request on standard input; every end is a last line and an exit code."""

    def say(event: FeedEvent) -> None:
        """One line."""
        sys.stdout.write(canonical(event).decode() + "\n")
        sys.stdout.flush()

    try:
        request = parse_record(FeedRequest, sys.stdin.read())
        bring(request, Feed(request, say), say)
    except InputError as error:
        say(_fault(error))
        return EXIT_INPUT
    except PeakError as error:
        say(_fault(error))
        return _exit_code(error)
    except KeyboardInterrupt:
        say(FeedEvent(event="stopped"))
        return EXIT_STOPPED
    return EXIT_OK


def _fault(error: PeakError) -> FeedEvent:
    told = error.as_dict()
    return FeedEvent(
        event="fault", code=error.code[:60], text=clean_text(error.message, 300),
        hint=clean_text(error.hint, 300), value=clean_text(str(told.get("value", "")), 200),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

"""A run of a download: page after page behind the last one that is there, until the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from engine.data.feed_events import FeedEvent, FeedRequest
from engine.data.pages import BarRow, FundingRow, Pages
from engine.market import Instrument

Say = Callable[[FeedEvent], None]


class Source(Protocol):
    """A venue: what it lists, its clock, its rows."""

    @property
    def has_funding(self) -> bool:
        """Whether it has funding rates."""
        ...

    def open(self) -> Instrument:
        """The market that is asked for."""
        ...

    def now_ms(self) -> int:
        """The venue's own clock, UTC milliseconds."""
        ...

    def bars(self, since_ms: int) -> list[BarRow]:
        """A page of bars from a time on."""
        ...

    def funding(self, since_ms: int) -> list[FundingRow]:
        """A page of funding events from a time on."""
        ...


def bring(request: FeedRequest, feed: Source, say: Say) -> None:
    """Bring all pages of a request that are not there yet.

    Raises:
        DataError: what is wrong with the request. UnavailableError: FEED_UNAVAILABLE, FEED_BUSY.
        IntegrityError: FEED_PAGE_CORRUPT.
    """
    pages = Pages(Path(request.folder))
    with pages.locked(request):
        instrument = feed.open()
        pages.set_instrument(instrument)
        length = request.timeframe.seconds * 1000
        end = feed.now_ms()
        if request.until_ms is not None:
            end = min(end, request.until_ms + length - 1)
        say(FeedEvent(event="start", end_ms=end, instrument=instrument))
        rows = _bring_bars(feed, pages, request, end, say)
        if feed.has_funding:
            _bring_funding(feed, pages, request, end, say)
        say(FeedEvent(event="done", rows=rows, at_ms=pages.cursor("bars"), end_ms=end))


def _bring_bars(feed: Source, pages: Pages, request: FeedRequest, end_ms: int, say: Say) -> int:
    """All bars that have closed by `end_ms`; the running one is left out."""
    length, rows = request.timeframe.seconds * 1000, 0
    since = _behind(pages.cursor("bars"), request.since_ms, length)
    while since + length <= end_ms:
        found = feed.bars(since)
        page = [row for row in found if row[0] >= since and row[0] + length <= end_ms]
        if not page:
            break
        pages.add_bars(page)
        rows += len(page)
        since = max(row[0] for row in page) + length
        say(FeedEvent(event="page", rows=rows, at_ms=since - length, end_ms=end_ms))
    return rows


def _bring_funding(feed: Source, pages: Pages, request: FeedRequest, end_ms: int, say: Say) -> None:
    """All funding events that have settled by `end_ms`."""
    since = _behind(pages.cursor("funding"), request.since_ms, 1)
    rows = 0
    while since <= end_ms:
        page = [row for row in feed.funding(since) if since <= row[0] <= end_ms]
        if not page:
            break
        pages.add_funding(page)
        rows += len(page)
        since = max(row[0] for row in page) + 1
        say(FeedEvent(event="page", what="funding", rows=rows, at_ms=since - 1, end_ms=end_ms))


def _behind(cursor: int | None, since_ms: int, step: int) -> int:
    return since_ms if cursor is None else cursor + step

"""What the download process is asked, and what it says while it works: one JSON object a line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.market import Instrument, Name, Timeframe
from engine.records import Record

Milliseconds = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


class FeedRequest(Record):
    """One download; `folder` keeps its pages, so that the same request goes on where it stopped.

    `base_url` is a local exchange that stands in for the venue. A request is tried `tries` times,
    at first `wait_s` apart, then twice as long each time.
    """

    venue: Name
    symbol: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9./:_-]{0,23}$")]
    timeframe: Timeframe
    since_ms: Milliseconds
    until_ms: Milliseconds | None = None
    folder: Annotated[str, Field(min_length=1, max_length=1_000)]
    base_url: Annotated[str, Field(max_length=200)] | None = None
    tries: Annotated[int, Field(ge=1, le=50)] = 8
    wait_s: Annotated[float, Field(ge=0, le=60)] = 0.5


class FeedEvent(Record):
    """Progress. `start` names the end; `page` how far it is; `wait` why it waits; then one end.

    `at_ms` is the last bar so far, `end_ms` where it will end, `rows` bars in this run.
    """

    event: Literal["start", "page", "wait", "done", "stopped", "fault"]
    what: Literal["bars", "funding"] = "bars"
    rows: Annotated[int, Field(ge=0)] = 0
    at_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    text: Annotated[str, Field(max_length=300)] = ""
    code: Annotated[str, Field(max_length=60)] = ""
    hint: Annotated[str, Field(max_length=300)] = ""
    value: Annotated[str, Field(max_length=200)] = ""
    instrument: Instrument | None = None

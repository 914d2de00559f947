"""A local exchange with known bars, and requests to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from engine.data.bars import Bars, bars_like
from engine.data.downloads import downloaded
from engine.data.exchange_feed import Feed
from engine.data.feed_events import FeedEvent, FeedRequest
from engine.data.feed_run import bring
from engine.data.instruments import instrument_for
from engine.data.pages import Pages
from engine.data.sources import Source
from engine.data.synthetic import Frame, gbm
from engine.market import Timeframe
from guardrails.execution.simulator.app import Simulator
from guardrails.execution.simulator.exchange import Exchange, Listing
from guardrails.execution.simulator.faults import Fault, FaultKind, Faults


def market(symbol: str, bars: int = 2_500, timeframe: Timeframe = Timeframe.H1) -> Bars:
    """A random walk with prices of eight decimals; perpetuals pay funding every eighth bar."""
    made = gbm(Frame(instrument_for(symbol), timeframe, bars), 1)
    columns = {name: np.round(column, 8) for name, column in made.columns.items()}
    if ":" in symbol:
        columns["funding"] = np.where(np.arange(bars) % 8 == 0, 0.0001, np.nan)
    return bars_like(made, made.time, columns)


def exchange(bars: Bars) -> Exchange:
    """Its only market; the clock stands in the middle of the last bar."""
    middle = int(bars.time[-1] + bars.close_time[-1]) // 2
    return Exchange((Listing(bars, perpetual=":" in bars.instrument.symbol),), middle)


@contextmanager
def serving(bars: Bars, *faults: tuple[str, int, FaultKind]) -> Iterator[Simulator]:
    """The exchange on a socket, with (endpoint, call, kind) faults."""
    script = [Fault(endpoint=word, call=call, kind=kind) for word, call, kind in faults]
    with Simulator(exchange(bars), Faults(script)) as running:
        yield running


def request(  # noqa: PLR0913 - what a request says
    folder: Path,
    url: str,
    bars: Bars,
    *,
    venue: str = "binance",
    timeframe: Timeframe | None = None,
    until_ms: int | None = None,
    tries: int = 4,
) -> FeedRequest:
    """All of these bars from the start."""
    return FeedRequest(
        venue=venue, symbol=bars.instrument.symbol, timeframe=timeframe or bars.timeframe,
        since_ms=int(bars.time[0]), until_ms=until_ms, folder=str(folder), base_url=url,
        tries=tries, wait_s=0.001,
    )  # fmt: skip


def brought(asked: FeedRequest) -> tuple[Source, Sequence[FeedEvent]]:
    """What a download brings, through the real client library, and what it says meanwhile."""
    events: list[FeedEvent] = []
    bring(asked, Feed(asked, events.append), events.append)
    return downloaded(Pages(Path(asked.folder)), asked), events

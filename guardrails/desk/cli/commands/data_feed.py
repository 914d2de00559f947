"""`peak data download`: market data of a venue, page by page, and registered as a dataset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import emit, reporting

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.feed_events import FeedRequest
    from engine.data.sources import Source

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day, UTC.")]


def download(
    venue: Annotated[str, typer.Argument(help="binance, binanceusdm or kraken.")],
    symbol: Annotated[str, typer.Argument(help="E.g. BTC/USDT; BTC/USDT:USDT is the perpetual.")],
    since: Day,
    timeframe: Annotated[str, typer.Option(help="1m 5m 15m 30m 1h 4h 1d 1w ...")] = "1h",
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day after the last one, UTC.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="A local exchange instead of the venue.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Download bars (and funding), register them; after an interruption it goes on."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.downloading import bring
        from guardrails.desk.local import local

        here = local()
        request = _request(
            str(here.folders.root / "downloads"), venue, symbol, timeframe, since, until, base_url
        )
        source = bring(request)
        dataset = here.datasets().register(source.bars, source=source.provenance)
        notes = _notes(request, source)
        emit(
            {
                **dataset.model_dump(mode="json"),
                "source": source.provenance.model_dump(mode="json"),
                "notes": notes,
            },
            as_json=as_json,
            text=[*_lines(dataset), *(f"note     {note}" for note in notes)],
        )


def _request(
    root: str,
    venue: str,
    symbol: str,
    timeframe: str,
    since: datetime,
    until: datetime | None,
    base_url: str | None,
) -> FeedRequest:
    """The request, with a folder of its own for its pages."""
    from engine.data.feed_events import FeedRequest
    from engine.data.instruments import instrument_for
    from engine.data.venues import checked_base, venue_of
    from engine.errors import InputError
    from guardrails.desk.cli.choices import timeframe_of

    step, known = timeframe_of(timeframe), venue_of(venue)
    instrument_for(symbol)
    start, end = (None if day is None else _milliseconds(day) for day in (since, until))
    if start is None or start < 0 or (end is not None and end <= start):
        raise InputError(
            "DATES_INVALID", "the first day must come before the end", value=f"{since:%Y-%m-%d}",
            hint="write --since 2020-01-01 --until 2024-01-01",
        )  # fmt: skip
    slug = re.sub(r"[^A-Za-z0-9]+", "-", symbol)
    folder = f"{root}/{known.name}-{slug}-{step.seconds}s-{since:%Y%m%d}"
    return FeedRequest(
        venue=known.name, symbol=symbol, timeframe=step, since_ms=start, until_ms=end,
        folder=folder, base_url=checked_base(base_url),
    )  # fmt: skip


def _milliseconds(day: datetime) -> int:
    return int(day.replace(tzinfo=UTC).timestamp()) * 1000


def _notes(request: FeedRequest, source: Source) -> list[str]:
    """What the venue did not give."""
    first = int(source.bars.time[0])
    if first - request.since_ms < request.timeframe.seconds * 1000:
        return []
    day = datetime.fromtimestamp(first / 1000, tz=UTC)
    return [f"{request.venue} gives nothing before {day:%Y-%m-%d %H:%M} UTC"]


def _lines(dataset: Dataset) -> list[str]:
    return [
        f"{dataset.ref}: {dataset.rows} bars, {dataset.first:%Y-%m-%d} to {dataset.last:%Y-%m-%d}",
        f"id       {dataset.id}",
    ]

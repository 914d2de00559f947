"""Downloads: pages of a venue become bars with their origin; strictly, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from engine.data.bars import FloatArray, IntArray, bars_from
from engine.data.feed_events import FeedRequest
from engine.data.instruments import instrument_for
from engine.data.pages import BarRow, FundingRow, Pages
from engine.data.sources import Provenance, Source
from engine.data.steps import check_step
from engine.errors import DataError

RowT = TypeVar("RowT", BarRow, FundingRow)


def merge_rows(rows: Sequence[RowT]) -> tuple[list[RowT], int]:
    """Rows in order of time, each time once, and how many came twice.

    Raises:
        DataError: FEED_CONFLICT when one time has two different rows.
    """
    held: dict[int, RowT] = {}
    for row in rows:
        known = held.setdefault(row[0], row)
        if known != row:
            raise DataError(
                "FEED_CONFLICT", "the venue gave two different rows for one time", value=row[0],
                hint="run the command again later; if it stays, tell the venue",
            )  # fmt: skip
    return [held[time] for time in sorted(held)], len(rows) - len(held)


def downloaded(pages: Pages, request: FeedRequest) -> Source:
    """The bars of a download, with funding where the venue has it.

    Raises:
        DataError: FEED_EMPTY, FEED_CONFLICT, TIMEFRAME_MISMATCH or a BARS_* code.
        IntegrityError: FEED_PAGE_CORRUPT.
    """
    rows, doubles = merge_rows(pages.bars())
    if request.until_ms is not None:
        rows = [row for row in rows if row[0] < request.until_ms]
    if not rows:
        raise DataError(
            "FEED_EMPTY", "the venue has no finished bar in this time", value=request.symbol,
            hint="take an earlier --since or a shorter timeframe",
        )  # fmt: skip
    time = np.array([row[0] for row in rows], dtype=np.int64)
    table = np.array([row[1:] for row in rows]).astype(np.float64).T
    names = ("open", "high", "low", "close", "volume")
    columns: dict[str, FloatArray] = dict(zip(names, table, strict=True))
    events, _ = merge_rows(pages.funding())
    if events:
        columns["funding"] = funding_column(events, time, request.timeframe.seconds * 1000)
    instrument = pages.instrument() or instrument_for(request.symbol)
    bars = bars_from(instrument, request.timeframe, time, columns)
    check_step(bars)
    digest, size = pages.raw_digest()
    origin = Provenance(
        kind="download", name=request.venue, raw_digest=digest, raw_bytes=size,
        symbol=request.symbol, layout="pages of the venue's rows",
    )  # fmt: skip
    return Source(bars, origin.after("merged", doubles))


def funding_column(events: Sequence[FundingRow], time: IntArray, length_ms: int) -> FloatArray:
    """Rate of the events inside each bar (open <= event < close), NaN without one, shape (n,).

    Events of one bar are added; events outside every bar are left out.
    """
    moments = np.array([event[0] for event in events], dtype=np.int64)
    rates = np.array([event[1] for event in events]).astype(np.float64)
    place = np.searchsorted(time, moments, side="right") - 1
    inside = (place >= 0) & (moments < time[np.maximum(place, 0)] + length_ms)
    total = np.bincount(place[inside], weights=rates[inside], minlength=len(time))
    count = np.bincount(place[inside], minlength=len(time))
    return np.where(count > 0, total, np.nan)

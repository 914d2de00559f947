"""What the simulated exchange knows: listings, their bars, its own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.data.bars import Bars
from engine.market import Timeframe


class Candle(NamedTuple):
    """One bar as a venue shows it; `opened` in UTC milliseconds."""

    opened: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class Listing:
    """One market: `bars` at its base timeframe, `perpetual` when it is no spot market."""

    bars: Bars
    perpetual: bool = False

    @property
    def base(self) -> str:
        """What is traded."""
        return self.bars.instrument.base

    @property
    def quote(self) -> str:
        """What it is priced in."""
        return self.bars.instrument.quote


class Exchange:
    """Listings and a virtual clock: nothing after `now_ms` is ever shown."""

    def __init__(self, listings: Sequence[Listing], now_ms: int) -> None:
        """Open with these markets at this time, UTC milliseconds."""
        self.listings = tuple(listings)
        self.now_ms = now_ms

    def listing(self, name: str, *, perpetual: bool = False) -> Listing | None:
        """The market with this joined name (`BTCUSDT`)."""
        held = (each for each in self.listings if each.perpetual == perpetual)
        return next((each for each in held if each.base + each.quote == name), None)

    def candles(self, listing: Listing, timeframe: Timeframe) -> list[Candle]:
        """All bars that have opened, the running one included; longer ones are put together.

        Empty when the listing's own bars are longer than asked for.
        """
        bars = listing.bars
        length, own = timeframe.seconds * 1000, bars.timeframe.seconds * 1000
        seen = bars.slice(0, int(np.searchsorted(bars.time, self.now_ms, side="right")))
        if length < own or length % own or not len(seen):
            return []
        label = seen.time // length * length
        first = np.flatnonzero(np.append(True, label[1:] != label[:-1]))
        last = np.append(first[1:], len(seen)) - 1
        columns = (
            label[first],
            seen.open[first],
            np.maximum.reduceat(seen.high, first),
            np.minimum.reduceat(seen.low, first),
            seen.close[last],
            np.add.reduceat(seen.volume, first),
        )
        return [Candle(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]

    def funding(self, listing: Listing) -> list[tuple[int, float]]:
        """(time, rate) of all settled funding events."""
        bars = listing.bars
        if bars.funding is None:
            return []
        rows = np.flatnonzero(~np.isnan(bars.funding) & (bars.time <= self.now_ms))
        return list(zip(bars.time[rows].tolist(), bars.funding[rows].tolist(), strict=True))

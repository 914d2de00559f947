"""Bars: validated OHLCV of one instrument and timeframe, as read-only arrays.

Times are UTC milliseconds of the bar's OPEN, strictly rising; prices are finite, above zero and
low <= open, close <= high; volume is finite and not negative. Nothing is repaired here: what does
not hold is refused with the row (`bar_checks.py`).

Optional columns: `funding` (perpetuals) and the closing quotes `bid` and `ask`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.bar_checks import check_columns, check_extras
from engine.market import Instrument, Timeframe
from engine.records import Digest, canonical

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Origin = Literal["registered", "synthetic", "unregistered"]

COLUMNS: Final = ("open", "high", "low", "close", "volume")
EXTRAS: Final = ("funding", "bid", "ask")
"""Optional columns, in the order in which they are stored and hashed."""


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """OHLCV of one instrument; build it with `bars_of`, never by hand.

    Attributes:
        instrument: what is traded.
        timeframe: nominal length of a bar.
        time: open times, int64 UTC milliseconds, shape (n,).
        open, high, low, close, volume: float64, shape (n,), read-only.
        origin: `registered` bars count as trials; synthetic ones do not.
        funding: rate of the funding event inside the bar (open <= event < close) as a fraction of
            the notional, longs pay positive; NaN in a bar without an event; events of one bar
            are added. None when the data have none. float64, shape (n,).
        bid, ask: quotes at the close, both or neither, bid <= ask. float64, shape (n,).
    """

    instrument: Instrument
    timeframe: Timeframe
    time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    origin: Origin = "unregistered"
    funding: FloatArray | None = None
    bid: FloatArray | None = None
    ask: FloatArray | None = None

    def __len__(self) -> int:
        """Number of bars."""
        return len(self.time)

    @property
    def close_time(self) -> IntArray:
        """Nominal close times, int64 UTC milliseconds, shape (n,)."""
        return self.time + self.timeframe.seconds * 1000

    @property
    def extras(self) -> dict[str, FloatArray]:
        """The optional columns that are there, each of shape (n,)."""
        held = {name: getattr(self, name) for name in EXTRAS}
        return {name: column for name, column in held.items() if column is not None}

    @property
    def columns(self) -> dict[str, FloatArray]:
        """OHLCV and the optional columns that are there, each of shape (n,); without the time."""
        return {**{name: getattr(self, name) for name in COLUMNS}, **self.extras}

    @property
    def spread(self) -> FloatArray | None:
        """Quoted spread at each close as a fraction of the mid, shape (n,); None without quotes."""
        if self.bid is None or self.ask is None:
            return None
        return (self.ask - self.bid) / ((self.ask + self.bid) / 2)

    @property
    def funding_rate(self) -> FloatArray | None:
        """Rate of the last settled funding event at each close, NaN before the first, shape (n,).

        None when the data have no funding.
        """
        return None if self.funding is None else last_known(self.funding)

    @property
    def digest(self) -> Digest:
        """Digest of the canonical columns (never of a file): head, then little-endian columns.

        Optional columns count, each after its name; bars without them keep the digest of OHLCV.
        """
        head = canonical({"instrument": self.instrument, "timeframe": self.timeframe})
        state = hashlib.sha256(b"peak/bars/v1\x00" + len(head).to_bytes(4, "big") + head)
        state.update(self.time.astype("<i8").tobytes())
        for name in COLUMNS:
            state.update(getattr(self, name).astype("<f8").tobytes())
        for name, column in self.extras.items():
            state.update(b"\x00" + name.encode() + b"\x00" + column.astype("<f8").tobytes())
        return state.hexdigest()

    def slice(self, start: int, stop: int) -> Bars:
        """Bars start..stop (stop excluded) as views, same origin."""
        part = slice(start, stop)
        cut: dict[str, Any] = {name: column[part] for name, column in self.columns.items()}
        return replace(self, time=self.time[part], **cut)

    def take(self, rows: IntArray) -> Bars:
        """The bars of these rows, which must rise; same origin."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return bars_like(self, self.time[rows], columns)


def last_known(values: FloatArray) -> FloatArray:
    """Each value that is NaN replaced by the last one before it that is not, shape (n,)."""
    rows = np.where(np.isnan(values), -1, np.arange(len(values)))
    seen = np.maximum.accumulate(rows)
    result: FloatArray = np.where(seen >= 0, values[np.maximum(seen, 0)], np.nan)
    return result


def bars_of(  # noqa: PLR0913, PLR0917 - the columns of a bar are six, and three may be added
    instrument: Instrument,
    timeframe: Timeframe,
    time: object,
    open: object,  # noqa: A002 - the field's name
    high: object,
    low: object,
    close: object,
    volume: object,
    *,
    origin: Origin = "unregistered",
    lines: IntArray | None = None,
    funding: object = None,
    bid: object = None,
    ask: object = None,
) -> Bars:
    """Validated bars from array-likes (copied, then read-only).

    `lines` are the rows' numbers in their file, named in a refusal instead of 1, 2, 3 ...

    Raises:
        DataError: BARS_SHAPE, BARS_EMPTY, BARS_TIME_ORDER, BARS_NOT_FINITE, BARS_NOT_POSITIVE,
            BARS_RANGE, BARS_QUOTES or BARS_FUNDING, with the first offending row and value.
    """
    given = (open, high, low, close, volume, funding, bid, ask)
    named = zip((*COLUMNS, *EXTRAS), given, strict=True)
    columns = {name: values for name, values in named if values is not None}
    return bars_from(instrument, timeframe, time, columns, origin=origin, lines=lines)


def bars_from(  # noqa: PLR0913 - as `bars_of`
    instrument: Instrument,
    timeframe: Timeframe,
    time: object,
    columns: Mapping[str, object],
    *,
    origin: Origin = "unregistered",
    lines: IntArray | None = None,
) -> Bars:
    """`bars_of` with the columns by name; optional ones may be left out.

    Raises:
        DataError: as `bars_of`.
    """
    times = np.array(time, dtype=np.int64)
    held = {name: np.array(columns[name], dtype=np.float64) for name in COLUMNS}
    extras = {n: np.array(columns[n], dtype=np.float64) for n in EXTRAS if n in columns}
    check_columns(times, held, lines)
    check_extras(times, extras, lines)
    if "funding" in extras:
        extras["funding"][np.isnan(extras["funding"])] = np.nan  # one NaN, so one digest
    for array in (times, *held.values(), *extras.values()):
        array.setflags(write=False)
    return Bars(instrument, timeframe, times, **held, origin=origin, **extras)


def bars_like(bars: Bars, time: object, columns: Mapping[str, object]) -> Bars:
    """Validated bars of the same instrument, timeframe and origin from all columns by name.

    Raises:
        DataError: as `bars_of`.
    """
    return bars_from(bars.instrument, bars.timeframe, time, columns, origin=bars.origin)

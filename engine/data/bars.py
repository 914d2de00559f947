"""Bars: validated OHLCV of one instrument and timeframe, as read-only arrays.

Times are UTC milliseconds of the bar's OPEN, strictly rising; prices are finite, above zero and
low <= open, close <= high; volume is finite and not negative. Nothing is repaired here: what does
not hold is refused with the row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.market import Instrument, Timeframe
from engine.records import Digest, canonical

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Origin = Literal["registered", "synthetic", "unregistered"]

COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """OHLCV of one instrument; build it with `bars_of`, never by hand.

    Attributes:
        instrument: what is traded.
        timeframe: nominal length of a bar.
        time: open times, int64 UTC milliseconds, shape (n,).
        open, high, low, close, volume: float64, shape (n,), read-only.
        origin: `registered` bars count as trials; synthetic ones do not.
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

    def __len__(self) -> int:
        """Number of bars."""
        return len(self.time)

    @property
    def close_time(self) -> IntArray:
        """Nominal close times, int64 UTC milliseconds, shape (n,)."""
        return self.time + self.timeframe.seconds * 1000

    @property
    def digest(self) -> Digest:
        """Digest of the canonical columns (never of a file): head, then little-endian columns."""
        head = canonical({"instrument": self.instrument, "timeframe": self.timeframe})
        state = hashlib.sha256(b"peak/bars/v1\x00" + len(head).to_bytes(4, "big") + head)
        state.update(self.time.astype("<i8").tobytes())
        for name in COLUMNS:
            state.update(getattr(self, name).astype("<f8").tobytes())
        return state.hexdigest()

    def slice(self, start: int, stop: int) -> Bars:
        """Bars start..stop (stop excluded) as views, same origin."""
        part = slice(start, stop)
        cut = {name: getattr(self, name)[part] for name in ("time", *COLUMNS)}
        return replace(self, **cut)


def _first(bad: BoolArray) -> int | None:
    rows = np.flatnonzero(bad)
    return int(rows[0]) if len(rows) else None


def _refusal(  # noqa: PLR0913, PLR0917 - what a refusal says
    lines: IntArray | None, code: str, what: str, row: int, value: object, hint: str
) -> DataError:
    number = row + 1 if lines is None else int(lines[row])
    return DataError(code, f"row {number}: {what}", value=value, hint=hint)


def _check(time: IntArray, columns: dict[str, FloatArray], lines: IntArray | None = None) -> None:
    _refuse = partial(_refusal, lines)
    if any(len(column) != len(time) for column in columns.values()):
        raise DataError("BARS_SHAPE", "the columns differ in length", hint="check the source")
    if len(time) == 0:
        raise DataError("BARS_EMPTY", "there is no bar", hint="give at least one row")
    row = _first(np.diff(time) <= 0)
    if row is not None:
        raise _refuse(
            "BARS_TIME_ORDER", "time is not after the one before", row + 1, time[row + 1],
            "sort the rows and remove duplicates",
        )  # fmt: skip
    for name, column in columns.items():
        row = _first(~np.isfinite(column))
        if row is not None:
            raise _refuse(
                "BARS_NOT_FINITE", f"{name} is not a finite number", row, column[row],
                "remove or correct the row",
            )  # fmt: skip
        row = _first(column < 0 if name == "volume" else column <= 0)
        if row is not None:
            raise _refuse(
                "BARS_NOT_POSITIVE", f"{name} must be above zero (volume: not negative)", row,
                column[row], "remove or correct the row",
            )  # fmt: skip
    body_low = np.minimum(columns["open"], columns["close"])
    body_high = np.maximum(columns["open"], columns["close"])
    outside = (columns["low"] > body_low) | (columns["high"] < body_high)
    row = _first(outside)
    if row is not None:
        count = int(outside.sum())
        raise _refuse(
            "BARS_RANGE", f"open or close lies outside low..high ({count} such rows in all)", row,
            columns["close"][row], "remove or correct the rows",
        )  # fmt: skip


def bars_of(  # noqa: PLR0913, PLR0917 - the columns of a bar are six
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
) -> Bars:
    """Validated bars from array-likes (copied, then read-only).

    `lines` are the rows' numbers in their file, named in a refusal instead of 1, 2, 3 ...

    Raises:
        DataError: BARS_SHAPE, BARS_EMPTY, BARS_TIME_ORDER, BARS_NOT_FINITE, BARS_NOT_POSITIVE
            or BARS_RANGE, with the first offending row and value.
    """
    times = np.array(time, dtype=np.int64)
    columns = {
        name: np.array(values, dtype=np.float64)
        for name, values in zip(COLUMNS, (open, high, low, close, volume), strict=True)
    }
    _check(times, columns, lines)
    for array in (times, *columns.values()):
        array.setflags(write=False)
    return Bars(instrument, timeframe, times, **columns, origin=origin)

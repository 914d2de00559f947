"""Packed columns: returns and days of a trial as short text that every machine writes the same.

Returns are int32 in units of 1e-8, little-endian, base64; what does not fit stands at the end of
the range (+-21.47, two thousand percent in a day), so sums of them stay exact in float64. Days
are UTC day numbers, rising, written as the first day and then run, gap, run ...: `100 3 2 1` is
100, 101, 102 and 105.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

IntArray: TypeAlias = NDArray[np.int64]
"""Whole numbers: units of 1e-8, or UTC day numbers."""

SMALLEST: Final = -(2**31)
LARGEST: Final = 2**31 - 1

MAX_DAYS: Final = 100_000
"""Longest series of days: 270 years."""

_FORMAT: Final = "<i4"


def _bad(what: str, text: str) -> InputError:
    return InputError(
        "PACKED_INVALID", f"this is no packed column: {what}", value=text[:40],
        hint="write columns with pack_returns and pack_days only",
    )  # fmt: skip


def pack_returns(units: IntArray) -> str:
    """Returns in units of 1e-8, shape (days,), as text; beyond int32 they are cut to its ends."""
    return base64.b64encode(np.clip(units, SMALLEST, LARGEST).astype(_FORMAT).tobytes()).decode(
        "ascii"
    )


def unpack_returns(text: str) -> IntArray:
    """The returns of `pack_returns`, units of 1e-8, int64, shape (days,).

    Raises:
        InputError: PACKED_INVALID.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad("not base64", text) from error
    if len(raw) % 4:
        raise _bad("not a whole number of returns", text)
    return np.frombuffer(raw, dtype=_FORMAT).astype(np.int64)


def pack_days(days: IntArray) -> str:
    """UTC day numbers, strictly rising, shape (days,), as run-length text.

    Raises:
        InputError: DAYS_NOT_RISING.
    """
    if len(days) == 0:
        return ""
    steps = np.diff(days)
    if (steps <= 0).any():
        raise InputError(
            "DAYS_NOT_RISING", "days must rise", value=int(np.argmin(steps)),
            hint="sort the days and give each one once",
        )  # fmt: skip
    breaks = np.flatnonzero(steps > 1)
    runs = np.diff(np.concatenate(([-1], breaks, [len(days) - 1])))
    numbers = [int(days[0]), int(runs[0])]
    for gap, run in zip((steps[breaks] - 1).tolist(), runs[1:].tolist(), strict=True):
        numbers += [gap, run]
    return " ".join(map(str, numbers))


@lru_cache(maxsize=256)
def unpack_days(text: str) -> IntArray:
    """The days of `pack_days`, int64, shape (days,), read-only; most trials share their text.

    Raises:
        InputError: PACKED_INVALID.
    """
    try:
        numbers = np.array([int(part) for part in text.split()], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise _bad("not numbers", text) from error
    if len(numbers) % 2 or (numbers[1:] < 1).any():
        raise _bad("not first day, run, gap, run ...", text)
    runs, gaps = numbers[1::2], numbers[0::2]
    if (runs > MAX_DAYS).any() or runs.sum() > MAX_DAYS:
        raise _bad("more days than there can be", text)
    steps = np.ones(int(runs.sum()), dtype=np.int64)
    firsts = np.cumsum(runs) - runs
    steps[firsts] += gaps
    days: IntArray = np.cumsum(steps) - 1
    days.setflags(write=False)
    return days

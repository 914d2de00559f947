"""What must hold for columns before they are bars; whatever does not is refused with its row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError

_Floats = NDArray[np.float64]
_Integers = NDArray[np.int64]

_RATE_LIMIT: Final = 1.0
"""A funding event of 100 % of the notional is a mistake in the file, not a rate."""


def check_columns(
    time: _Integers, columns: Mapping[str, _Floats], lines: _Integers | None = None
) -> None:
    """Refuse what is not a series of bars: open, high, low, close, volume.

    `lines` are the rows' numbers in their file, named in a refusal instead of 1, 2, 3 ...

    Raises:
        DataError: BARS_SHAPE, BARS_EMPTY, BARS_TIME_ORDER, BARS_NOT_FINITE, BARS_NOT_POSITIVE
            or BARS_RANGE.
    """
    refuse = partial(_refusal, lines)
    _check_shape(time, columns)
    if len(time) == 0:
        raise DataError("BARS_EMPTY", "there is no bar", hint="give at least one row")
    row = _first(np.diff(time) <= 0)
    if row is not None:
        raise refuse(
            "BARS_TIME_ORDER", "time is not after the one before", row + 1, time[row + 1],
            "sort the rows and remove duplicates",
        )  # fmt: skip
    for name, column in columns.items():
        _check_numbers(name, column, lines)
    body_low = np.minimum(columns["open"], columns["close"])
    body_high = np.maximum(columns["open"], columns["close"])
    outside = (columns["low"] > body_low) | (columns["high"] < body_high)
    row = _first(outside)
    if row is not None:
        count = int(outside.sum())
        raise refuse(
            "BARS_RANGE", f"open or close lies outside low..high ({count} such rows in all)", row,
            columns["close"][row], "correct the rows, or import with `--impossible widen`",
        )  # fmt: skip


def check_extras(
    time: _Integers, extras: Mapping[str, _Floats], lines: _Integers | None = None
) -> None:
    """Refuse optional columns that cannot be: funding rates, closing quotes.

    Raises:
        DataError: BARS_SHAPE, BARS_QUOTES, BARS_NOT_FINITE, BARS_NOT_POSITIVE or BARS_FUNDING.
    """
    refuse = partial(_refusal, lines)
    _check_shape(time, extras)
    if ("bid" in extras) != ("ask" in extras):
        raise DataError("BARS_QUOTES", "bid and ask come together", hint="give both or neither")
    for name in ("bid", "ask"):
        if name in extras:
            _check_numbers(name, extras[name], lines)
    if "bid" in extras:
        row = _first(extras["bid"] > extras["ask"])
        if row is not None:
            raise refuse(
                "BARS_QUOTES", "bid lies above ask", row, extras["bid"][row], "correct the row"
            )
    if "funding" in extras:
        row = _first(~(np.isnan(extras["funding"]) | (np.abs(extras["funding"]) < _RATE_LIMIT)))
        if row is not None:
            raise refuse(
                "BARS_FUNDING", "a funding rate is a fraction of the notional, below 1", row,
                extras["funding"][row], "write 0.01 % as 0.0001",
            )  # fmt: skip


def _check_shape(time: _Integers, columns: Mapping[str, _Floats]) -> None:
    if any(len(column) != len(time) for column in columns.values()):
        raise DataError("BARS_SHAPE", "the columns differ in length", hint="check the source")


def _check_numbers(name: str, column: _Floats, lines: _Integers | None) -> None:
    row = _first(~np.isfinite(column))
    if row is not None:
        raise _refusal(
            lines, "BARS_NOT_FINITE", f"{name} is not a finite number", row, column[row],
            "remove or correct the row",
        )  # fmt: skip
    row = _first(column < 0 if name == "volume" else column <= 0)
    if row is not None:
        raise _refusal(
            lines, "BARS_NOT_POSITIVE", f"{name} must be above zero (volume: not negative)", row,
            column[row], "remove or correct the row",
        )  # fmt: skip


def _first(bad: NDArray[np.bool_]) -> int | None:
    rows = np.flatnonzero(bad)
    return int(rows[0]) if len(rows) else None


def _refusal(  # noqa: PLR0913, PLR0917 - what a refusal says
    lines: _Integers | None, code: str, what: str, row: int, value: object, hint: str
) -> DataError:
    number = row + 1 if lines is None else int(lines[row])
    return DataError(code, f"row {number}: {what}", value=value, hint=hint)

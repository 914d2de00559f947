"""What our engine and the second one say to each other: one JSON line each way.

Columns travel as base64 of little-endian numbers: bit for bit, and a hundred thousand bars in a
few milliseconds. NaN stands for "no level"; a column without any level is empty.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field

from engine.data.bars import FloatArray, IntArray
from engine.quantities import Ratio
from engine.records import MAX_JSON_BYTES, Digest, Record

REQUEST_TAG: Final = "peak/oracle-request/v1"
ANSWER_TAG: Final = "peak/oracle-answer/v1"
MAX_LINE_BYTES: Final = 400 * MAX_JSON_BYTES

Side = Literal["long", "short"]
Reason = Literal["signal", "stop", "target", "trailing", "time", "reverse", "open"]
OrderWord = Literal["market", "stop", "limit"]
Column = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
"""One number a bar, packed; empty for a column of NaN."""


def packed(values: FloatArray | IntArray) -> str:
    """A column as text, empty when all of it is NaN."""
    if values.dtype.kind == "f" and bool(np.isnan(values).all()):
        return ""
    kind = "<f8" if values.dtype.kind == "f" else "<i8"
    return b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode("ascii")


def unpacked(text: str, n: int) -> FloatArray:
    """A column of n numbers, shape (n,); an empty text is n times NaN.

    Raises:
        ValueError: when the text holds another number of values.
    """
    if not text:
        return np.full(n, np.nan)
    return np.frombuffer(b64decode(text), dtype="<f8", count=n)


def unpacked_times(text: str) -> IntArray:
    """Bar times, int64 UTC milliseconds, shape (n,)."""
    return np.frombuffer(b64decode(text), dtype="<i8")


class OracleRule(Record):
    """One rule's decisions: bar numbers of its conditions, one level a bar (NaN: no level).

    `price` is that of a stop or limit entry, which works for one bar.
    """

    side: Side
    order: OrderWord
    enter: tuple[int, ...]
    leave: tuple[int, ...]
    price: Column
    stop: Column
    target: Column
    trail: Column
    trailing_fraction: Ratio
    breakeven_r: Ratio
    time_bars: int


class OracleRequest(Record):
    """What the worker is asked.

    Attributes:
        time: open times, UTC milliseconds.
        open, high, low, close: prices.
        rules: decisions; of several rules of a side the first counts.
        warmup: first bar that may decide.
        cooldown: bars after an exit without an entry decision.
        needs_stop: entries without a stop are skipped (risk sizing).
        impact: half the spread plus slippage in each bar, as a fraction: a breakeven stop stands
            at the price that was paid; empty without one.
        least_distance: smallest distance of a stop from the close, quote currency.
        units: whole steps bought or sold, by the bar that decided it.
        cash: quote currency, ample.
    """

    time: Column
    open: Column
    high: Column
    low: Column
    close: Column
    rules: tuple[OracleRule, ...]
    warmup: int
    cooldown: int
    needs_stop: bool
    impact: Column
    least_distance: Ratio
    units: tuple[tuple[int, int], ...]
    cash: Ratio


class OracleTrade(Record):
    """One trade of either engine, prices without costs."""

    side: Side
    entry_bar: int
    exit_bar: int
    entry_price: Ratio
    exit_price: Ratio
    reason: Reason


class OracleAnswer(Record):
    """What the worker says: its trades, the digests of question and answer."""

    trades: tuple[OracleTrade, ...]
    open: tuple[OracleTrade, ...]
    request: Digest
    digest: Digest

"""What our engine and the second one say to each other: one JSON line each way."""

from __future__ import annotations

from typing import Final, Literal

from engine.quantities import Ratio
from engine.records import MAX_JSON_BYTES, Digest, Record

REQUEST_TAG: Final = "peak/oracle-request/v1"
ANSWER_TAG: Final = "peak/oracle-answer/v1"
MAX_LINE_BYTES: Final = 400 * MAX_JSON_BYTES

Side = Literal["long", "short"]
Reason = Literal["signal", "stop", "target", "trailing", "time", "reverse", "open"]
Column = tuple[Ratio, ...]
Levels = tuple[Ratio | None, ...]


class OracleSide(Record):
    """One side's decisions: bar numbers of its conditions, levels per bar (None: no level)."""

    enter: tuple[int, ...]
    leave: tuple[int, ...]
    stop: Levels
    target: Levels
    trail: Levels
    trailing_fraction: Ratio
    time_bars: int


class OracleRequest(Record):
    """What the worker is asked.

    Attributes:
        time: open times, UTC milliseconds.
        open, high, low, close: prices.
        long, short: decisions, None for a side that does not exist.
        warmup: first bar that may decide.
        cooldown: bars after an exit without an entry decision.
        needs_stop: entries without a stop are skipped (risk sizing).
        least_distance: smallest distance of a stop from the close, quote currency.
        units: whole steps bought or sold, by the bar that decided it.
        cash: quote currency, ample.
    """

    time: tuple[int, ...]
    open: Column
    high: Column
    low: Column
    close: Column
    long: OracleSide | None
    short: OracleSide | None
    warmup: int
    cooldown: int
    needs_stop: bool
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

"""Market scan: the newest values of some measures on many markets, side by side.

A measure is a function Bars -> series; the strategy language hands in its compiled expressions,
so a scan says what a rule would see at each market's last close. Nothing is ranked or filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
from pydantic import AwareDatetime, Field

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.data.periods import spans
from engine.errors import InputError
from engine.market import Symbol, Timeframe
from engine.quantities import Ratio
from engine.records import Record

Measure = Callable[[Bars], FloatArray | BoolArray]
"""One value per bar, shape (n,); conditions count 1 and 0, NaN is missing."""


class ScanValue(Record):
    """One measure's newest value; None when it is missing, with the refusal's code if any."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    value: Ratio | None
    code: Annotated[str, Field(max_length=60)] = ""


class ScanRow(Record):
    """One market at its last close; `values` stand in the order of the measures."""

    symbol: Symbol
    timeframe: Timeframe
    bars: Annotated[int, Field(ge=1)]
    closed: AwareDatetime
    values: tuple[ScanValue, ...]


def scan(markets: Iterable[Bars], measures: Mapping[str, Measure]) -> tuple[ScanRow, ...]:
    """A row per market, sorted by symbol and timeframe.

    A measure that refuses a market (`InputError`) leaves its code in that row; the others go on.
    Rows of markets that are behind show it in `closed`: values are never carried forward.
    """
    rows = [_row(bars, measures) for bars in markets]
    return tuple(sorted(rows, key=lambda row: (row.symbol, row.timeframe.seconds)))


def _row(bars: Bars, measures: Mapping[str, Measure]) -> ScanRow:
    closed = int(spans(bars).closes[-1])
    return ScanRow(
        symbol=bars.instrument.symbol,
        timeframe=bars.timeframe,
        bars=len(bars),
        closed=datetime.fromtimestamp(closed / 1000, tz=UTC),
        values=tuple(_value(bars, name, measure) for name, measure in measures.items()),
    )


def _value(bars: Bars, name: str, measure: Measure) -> ScanValue:
    try:
        last = float(measure(bars)[-1])
    except InputError as error:
        return ScanValue(name=name, value=None, code=error.code)
    return ScanValue(name=name, value=last if np.isfinite(last) else None)

"""Higher timeframes keyed by close TIME: the running bar is never seen.

A higher bar exists from the moment its period has closed by the instrument's calendar
(`periods.py`). Stamping it by a label instead leaks: a week labelled Sunday 00:00 is known to
4-hour bars before Sunday's own bars have traded.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray, bars_from
from engine.data.periods import periods, spans
from engine.errors import DataError
from engine.market import SECONDS, TRADING_HOURS, Calendar, Timeframe

_CALENDAR_LONG: Final = frozenset({Timeframe.W1, Timeframe.MO1})
_DAYS: Final[dict[str, dict[Timeframe, int]]] = {
    "24/7": {Timeframe.D1: 1, Timeframe.W1: 7, Timeframe.MO1: 31},
    "FX": {Timeframe.D1: 1, Timeframe.W1: 6, Timeframe.MO1: 28},
}
"""Most trading days of a period; Sunday's evening counts as one of a currency."""
_EXCHANGE_DAYS: Final = {Timeframe.D1: 1, Timeframe.W1: 5, Timeframe.MO1: 23}


@dataclass(frozen=True, slots=True, eq=False)
class HigherBars:
    """Closed bars of a higher timeframe.

    Attributes:
        bars: OHLCV; `time` is the label (midnight of the first calendar day; below a day the
            first moment), so `bars.close_time` is nominal and must not be used. May be empty.
        closes: when each bar closed, int64 UTC milliseconds, strictly rising, shape (n,).
    """

    bars: Bars
    closes: IntArray


def divides(base: Timeframe, higher: Timeframe) -> bool:
    """Whether whole base bars make up a higher bar; weeks and months come from days or less."""
    if SECONDS[base] >= SECONDS[higher]:
        return False
    if higher in _CALENDAR_LONG:
        return base not in _CALENDAR_LONG
    return SECONDS[higher] % SECONDS[base] == 0


PAIRS: Final = tuple(pair for pair in product(Timeframe, repeat=2) if divides(*pair))
"""The 86 pairs (base, higher) that `htf` knows."""


def bars_per_higher(base: Timeframe, higher: Timeframe, calendar: Calendar) -> int:
    """Most base bars that one higher bar can hold (for warm-up).

    Raises:
        DataError: TIMEFRAME_PAIR.
    """
    _check_pair(base, higher)
    days = _DAYS.get(calendar, _EXCHANGE_DAYS).get(higher)
    day = round(TRADING_HOURS[calendar] * 3_600)
    if days is None:
        return -(-min(SECONDS[higher], day) // SECONDS[base])
    return days * -(-day // SECONDS[base])


def resample(bars: Bars, higher: Timeframe) -> HigherBars:
    """Bars of a higher timeframe that have closed by the last base bar's close.

    A first bar whose period began before the data is dropped; a period without a base bar has no
    bar. Volume and funding are summed in order of time; quotes are the last ones.

    Raises:
        DataError: TIMEFRAME_PAIR when base bars do not add up to the higher ones; BARS_OVERLAP
            when two base bars close together.
    """
    _check_pair(bars.timeframe, higher)
    span = spans(bars)
    _check_overlap(span.closes)
    rows = np.flatnonzero(span.inside)
    if len(rows) == 0:
        return _empty(bars, higher)
    period = periods(bars, span, higher)
    first = np.flatnonzero(np.append(True, period.close[1:] != period.close[:-1]))
    whole = period.close[first] <= span.closes[-1]
    whole[0] &= bool(span.opens[rows[0]] <= period.start[0])
    if not whole.any():
        return _empty(bars, higher)
    made = _aggregate(bars, higher, rows, first, period.label[first], whole)
    return HigherBars(made, _fixed(period.close[first][whole]))


def alignment(bars: Bars, higher: HigherBars) -> IntArray:
    """For each base bar the last higher bar closed at or before its own close, -1 for none.

    Shape (n,), int64, never falling. A base bar that the market ends early closes then.
    """
    return np.searchsorted(higher.closes, spans(bars).closes, side="right") - 1


def _check_pair(base: Timeframe, higher: Timeframe) -> None:
    if divides(base, higher):
        return
    known = ", ".join(item.value for item in Timeframe if divides(base, item))
    raise DataError(
        "TIMEFRAME_PAIR", f"bars of {base.value} do not add up to bars of {higher.value}",
        value=higher.value, hint=f"possible are: {known}" if known else "take shorter base bars",
    )  # fmt: skip


def _check_overlap(closes: IntArray) -> None:
    bad = np.flatnonzero(np.diff(closes) <= 0)
    if len(bad):
        row = int(bad[0]) + 1
        raise DataError(
            "BARS_OVERLAP", f"bar {row} closes no later than the one before it",
            value=int(closes[row]), hint="give bars that do not overlap, in the right timeframe",
        )  # fmt: skip


def _fixed(values: IntArray) -> IntArray:
    values.setflags(write=False)
    return values


def _empty(bars: Bars, higher: Timeframe) -> HigherBars:
    """No bar at all; `bars_from` refuses that, a slice does not."""
    first = {name: column[:1] for name, column in bars.columns.items()}
    head = bars_from(bars.instrument, higher, bars.time[:1], first, origin=bars.origin)
    return HigherBars(head.slice(0, 0), _fixed(np.zeros(0, dtype=np.int64)))


def _aggregate(  # noqa: PLR0913, PLR0917 - one table, six views of it
    bars: Bars, higher: Timeframe, rows: IntArray, first: IntArray, label: IntArray,
    whole: BoolArray,
) -> Bars:  # fmt: skip
    """One bar for each group of rows that begins at `first` and is whole."""
    last = np.append(first[1:], len(rows)) - 1
    group = np.repeat(np.arange(len(first)), last - first + 1)
    # In order of time, so that a longer history never changes a finished sum.
    columns: dict[str, FloatArray] = {
        "open": bars.open[rows[first]],
        "high": np.maximum.reduceat(bars.high[rows], first),
        "low": np.minimum.reduceat(bars.low[rows], first),
        "close": bars.close[rows[last]],
        "volume": np.bincount(group, weights=bars.volume[rows]).astype(np.float64),
        **{name: bars.extras[name][rows[last]] for name in ("bid", "ask") if name in bars.extras},
    }
    if bars.funding is not None:
        columns["funding"] = _summed(bars.funding[rows], group)
    kept = {name: column[whole] for name, column in columns.items()}
    return bars_from(bars.instrument, higher, label[whole], kept, origin=bars.origin)


def _summed(funding: FloatArray, group: IntArray) -> FloatArray:
    """Sum of the events of each group, NaN where there is none, shape (groups,)."""
    event = ~np.isnan(funding)
    total = np.bincount(group, weights=np.where(event, funding, 0.0))
    return np.where(np.bincount(group, weights=event) > 0, total, np.nan)

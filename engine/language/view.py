"""View: where an expression is evaluated, one instrument's own bars with its panel around it.

The panel holds what `htf`, `sym`, ranks and pairs look at. Everything is keyed by close time: of
another series only bars that have closed at or before the own bar's close are seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final, TypeVar, cast

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray, IntArray
from engine.data.panel import NO_ROW, Panel
from engine.data.periods import spans
from engine.data.resample import HigherBars, resample
from engine.market import Symbol, Timeframe

MOST_BARS_OLD: Final = 5
"""Another symbol's value is missing when it is older than so many own bars."""

_T = TypeVar("_T")


class Memo:
    """What was worked out for one panel, so that many views of it share the work."""

    def __init__(self) -> None:
        """Start empty."""
        self._known: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The value under this key, made at the first call."""
        if key not in self._known:
            self._known[key] = make()
        return cast("_T", self._known[key])


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One instrument of a panel.

    Attributes:
        panel: all instruments.
        place: which of them is looked at.
        memo: shared by the views of one panel in one run; build them with `View.each`.
    """

    panel: Panel
    place: int
    memo: Memo = field(default_factory=Memo)

    @staticmethod
    def of(bars: Bars, *others: Bars) -> View:
        """The view of one instrument, alone or with others beside it that may have no bar yet."""
        return View(_panel((bars, *others)), 0)

    @staticmethod
    def each(panel: Panel) -> tuple[View, ...]:
        """A view of every instrument, in order; they share their work."""
        memo = Memo()
        return tuple(View(panel, place, memo) for place in range(len(panel.each)))

    @property
    def bars(self) -> Bars:
        """The instrument's own bars."""
        return self.panel.each[self.place]

    @property
    def closes(self) -> IntArray:
        """When each own bar closed, int64 UTC milliseconds, shape (n,)."""
        return self.memo.once(("closes", self.place), lambda: _closes(self.bars))

    def beside(self, place: int) -> View:
        """The same panel seen from another instrument."""
        return View(self.panel, place, self.memo)

    def of_symbol(self, symbol: Symbol) -> View | None:
        """The same panel seen from this symbol, None when the panel does not hold it."""
        place = self.panel.place(symbol)
        return None if place is None else self.beside(place)

    def higher(self, timeframe: Timeframe) -> View:
        """The closed bars of a higher timeframe, of all instruments; some may have none.

        Raises:
            DataError: TIMEFRAME_PAIR.
        """
        made = self.memo.once(("higher", timeframe), lambda: _higher(self.panel, timeframe))
        return made.beside(self.place)

    def on_own_bars(self, other: View, values: FloatArray) -> FloatArray:
        """Values of another view's bars as known at each own close, missing before the first."""
        return _picked(values, self.last_closed(other))

    def last_closed(self, other: View) -> IntArray:
        """Row of the other view's last bar closed at or before each own close, -1 for none."""
        return np.searchsorted(other.closes, self.closes, side="right") - 1

    def recent(self, other: View, values: FloatArray) -> FloatArray:
        """As `on_own_bars`, missing when the other bar is older than five own bars."""
        if other.place == self.place:
            return values
        rows = self.last_closed(other)
        return np.where(self._too_old(other, rows), np.nan, _picked(values, rows))

    def _too_old(self, other: View, rows: IntArray) -> BoolArray:
        if len(other.closes) == 0:
            return np.ones(len(rows), dtype=np.bool_)
        closed = other.closes[np.maximum(rows, 0)]
        # Own bars since the other one closed; before the first own bar the clock counts.
        since = np.searchsorted(self.closes, closed, side="right") - 1
        age = np.arange(len(rows), dtype=np.int64) - since
        before = (since < 0) & (
            self.closes - closed > MOST_BARS_OLD * self.bars.timeframe.seconds * 1000
        )
        old: BoolArray = np.where(since < 0, before, age > MOST_BARS_OLD)
        return old


def _picked(values: FloatArray, rows: IntArray) -> FloatArray:
    if len(values) == 0:
        return np.full(len(rows), np.nan)
    picked: FloatArray = np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan)
    return picked


def _closes(bars: Bars) -> IntArray:
    return spans(bars).closes if len(bars) else bars.time


def _resampled(bars: Bars, timeframe: Timeframe) -> HigherBars:
    """Higher bars, none of an instrument that has no bar itself."""
    if len(bars) == 0:
        return HigherBars(replace(bars, timeframe=timeframe), bars.time)
    return resample(bars, timeframe)


def _higher(panel: Panel, timeframe: Timeframe) -> View:
    """Resampled instruments as a panel whose memo knows when each bar really closed."""
    made = [_resampled(bars, timeframe) for bars in panel.each]
    view = View(_panel(tuple(one.bars for one in made)), 0)
    for place, one in enumerate(made):
        view.memo.once(("closes", place), lambda closes=one.closes: closes)  # type: ignore[misc]  # bound now
    return view


def _panel(each: tuple[Bars, ...]) -> Panel:
    """A panel of instruments that may have no bar at all, which `panel_of` refuses."""
    if len(each) == 1:
        time = each[0].time
        return Panel(each, time, (np.arange(len(time), dtype=np.int64),))
    time = reduce(np.union1d, [bars.time for bars in each])
    rows = []
    for bars in each:
        own = np.full(len(time), NO_ROW, dtype=np.int64)
        own[np.searchsorted(time, bars.time)] = np.arange(len(bars), dtype=np.int64)
        rows.append(own)
    return Panel(each, time, tuple(rows))

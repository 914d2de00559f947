"""Warm-up: bars before a value has forgotten where its history began, from the tree alone.

NaN-free is not converged: a recursive average is within 1e-4 of its long-history value only after
its own number of bars. warm(f(x)) = warm(x) + own(f); of several inputs the longest counts; a
higher timeframe counts (bars needed + 1 partial one) x base bars per higher bar.
"""

from __future__ import annotations

from math import ceil
from typing import Final, NamedTuple

from engine.data.instruments import instrument_for
from engine.data.resample import bars_per_higher
from engine.errors import InputError
from engine.language.nodes import Call, Lag, Minus, Name, Node, Number, Text, children
from engine.language.operators import OPERATORS, PAIR_SERIES
from engine.language.signature import Kind
from engine.language.spec import Pair, StrategySpec
from engine.market import Calendar, Symbol, Timeframe, bars_per_year

STATEFUL_REGIME_BARS: Final = 500
"""A regime that remembers (until, min_bars above 1) needs this much more."""


def constants_of(call: Call) -> tuple[float, ...]:
    """Windows and numbers of a resolved call, from the left."""
    kinds = (arg.kind for arg in OPERATORS[call.name].args)
    return tuple(
        constant_value(given)
        for kind, given in zip(kinds, call.args, strict=True)
        if kind in {Kind.WINDOW, Kind.NUMBER}
    )


def constant_value(node: Node) -> float:
    """Value of a constant in a resolved tree (a number or minus a number)."""
    if isinstance(node, Minus):
        return -constant_value(node.of)
    return node.value if isinstance(node, Number) else 0.0


def warmup_of(
    tree: Node, timeframe: Timeframe, calendar: Calendar = "24/7", pair: Pair | None = None
) -> int:
    """Bars before a resolved, type-checked tree may be used.

    calendar: of the instrument, for the base bars in a higher one; pair: for its series.
    """
    return _Bars(timeframe, calendar, pair).of(tree)


class _Bars(NamedTuple):
    """Where the bars are counted."""

    timeframe: Timeframe
    calendar: Calendar
    pair: Pair | None

    def of(self, tree: Node) -> int:
        """Bars that a tree needs."""
        if isinstance(tree, Lag):
            return self.of(tree.of) + int(constant_value(tree.bars))
        if isinstance(tree, Name) and tree.name in PAIR_SERIES:
            return _fitting(self.pair)
        if isinstance(tree, Call) and OPERATORS[tree.name].elsewhere:
            return self._elsewhere(tree)
        inner = max((self.of(part) for part in children(tree)), default=0)
        if isinstance(tree, Call):
            return inner + OPERATORS[tree.name].own(constants_of(tree), self.timeframe)
        return inner

    def _elsewhere(self, tree: Call) -> int:
        word, of = tree.args[0], tree.args[-1]
        if tree.name == "htf" and isinstance(word, Text):
            higher = Timeframe(word.value)
            inner = self._replace(timeframe=higher).of(of)
            # The bars that it needs (the present one too), and the first one, which is partial.
            needed = inner + 1
            return (needed + 1) * bars_per_higher(self.timeframe, higher, self.calendar)
        if tree.name == "sym" and isinstance(word, Text):
            # Another calendar's bars may be fewer: so many more of our own pass meanwhile.
            other = self._replace(calendar=calendar_of(word.value))
            ours, theirs = (bars_per_year(self.timeframe, one.calendar) for one in (self, other))
            return ceil(other.of(of) * max(1.0, ours / theirs))
        return self.of(of)


def _fitting(pair: Pair | None) -> int:
    """Bars on which a pair's hedge ratio is fitted, the present one apart."""
    return 0 if pair is None or pair.hedge == "one" else pair.lookback - 1


def calendar_of(symbol: Symbol) -> Calendar:
    """The calendar on which a symbol trades; round the clock when its name does not tell."""
    try:
        return instrument_for(symbol).calendar
    except InputError:
        return "24/7"


def calendar_of_spec(spec: StrategySpec) -> Calendar:
    """The calendar with most bars a year among a spec's symbols: warm-ups are counted on it."""
    symbols = [*spec.universe.symbols]
    if spec.pair is not None:
        symbols += [spec.pair.y, spec.pair.x]
    calendars = [calendar_of(symbol) for symbol in symbols]
    return max(calendars, key=lambda one: bars_per_year(spec.timeframe, one), default="24/7")

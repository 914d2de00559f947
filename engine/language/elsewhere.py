"""Values from elsewhere: a higher timeframe, another symbol, the universe, the two legs of a pair.

`Of` evaluates the operator's argument on another view of the same panel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from engine.data.bars import FloatArray
from engine.indicators import pairs
from engine.indicators.ranks import cross_rank, cross_zscore
from engine.language.spec import Pair
from engine.language.view import View
from engine.market import Symbol, Timeframe

Of: TypeAlias = Callable[[View], FloatArray]


class Setting(NamedTuple):
    """What a plan knows of its spec beside the expressions.

    Attributes:
        pair: the two legs, None without a pair.
        members: symbols that ranks compare; empty = all of the panel.
    """

    pair: Pair | None = None
    members: tuple[Symbol, ...] = ()


def higher_timeframe(view: View, of: Of, timeframe: str) -> FloatArray:
    """Value of the last higher bar closed at or before each own close."""
    higher = view.higher(Timeframe(timeframe))
    return view.on_own_bars(higher, of(higher))


def other_symbol(view: View, of: Of, symbol: str) -> FloatArray:
    """The other symbol's value at each own close, missing when older than five bars."""
    other = view.of_symbol(symbol)
    if other is None:
        return np.full(len(view.bars), np.nan)
    return view.recent(other, of(other))


def rank_now(view: View, of: Of, setting: Setting) -> FloatArray:
    """Rank 0..100 among the members that have a value now, ties averaged."""
    return cross_rank(of(view), _members(view, of, setting))


def zscore_now(view: View, of: Of, setting: Setting) -> FloatArray:
    """Z-score (sample sigma) among the members that have a value now."""
    return cross_zscore(of(view), _members(view, of, setting))


def _members(view: View, of: Of, setting: Setting) -> Sequence[FloatArray]:
    """Each member's values at the own bars; the own symbol always counts."""
    own = view.panel.symbols[view.place]
    places = [
        place
        for place, symbol in enumerate(view.panel.symbols)
        if not setting.members or symbol in setting.members or symbol == own
    ]
    return [_now(view, view.beside(place), of) for place in places]


def _now(view: View, other: View, of: Of) -> FloatArray:
    """Values of another member's bars that stand beside the own bars and have closed by then."""
    values = of(other)
    if other.place == view.place:
        return values
    rows = view.panel.rows[other.place][view.panel.rows[view.place] >= 0]
    if len(values) == 0:
        return np.full(len(rows), np.nan)
    found = np.maximum(rows, 0)
    known = (rows >= 0) & (other.closes[found] <= view.closes)
    return np.where(known, values[found], np.nan)


def pair_spread(view: View, setting: Setting) -> FloatArray:
    """Spread of the pair's legs at each own close."""
    return _pair(view, setting, pairs.spread)


def pair_hedge_ratio(view: View, setting: Setting) -> FloatArray:
    """Hedge ratio of the pair's legs at each own close."""
    return _pair(view, setting, pairs.hedge_ratio)


def _pair(
    view: View,
    setting: Setting,
    kernel: Callable[[FloatArray, FloatArray, pairs.Hedge, int], FloatArray],
) -> FloatArray:
    pair = setting.pair
    if pair is None:
        return np.full(len(view.bars), np.nan)
    y, x = (other_symbol(view, lambda leg: leg.bars.close, leg) for leg in (pair.y, pair.x))
    return kernel(y, x, pair.hedge, pair.lookback)

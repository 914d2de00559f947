"""Bars for leaks that need more than one series: other symbols beside, higher timeframes above.

All symbols are cut at one time, as a feed would have delivered them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np

from engine.data.bars import Bars, FloatArray, IntArray, bars_of
from engine.data.instruments import instrument_for
from engine.data.paths import FEWEST_BARS, RANDOM_PATHS, path_suite
from engine.data.resample import PAIRS, alignment, bars_per_higher, resample
from engine.data.timeline import open_times
from engine.language.elsewhere import Setting
from engine.language.expressions import parse
from engine.language.operators import OPERATORS, SERIES_BY_NAME
from engine.language.plan import Plan
from engine.language.spec import Pair
from engine.language.view import View
from engine.market import Timeframe
from engine.seeds import stream

BESIDE: Final = ("ETH/USDT", "SPY", "EUR/USD")
"""Symbols that stand beside the one that is cut: one of each calendar."""
_ELSEWHERE: Final = {
    "htf": 'htf("1w",sma(close,2))',
    "sym": 'sym("ETH/USDT",ema(close,3))',
}
_HEDGES: Final = ("one", "ratio", "ols", "log_ols")
_PAIR_BARS: Final = 400
_PAIR_SYMBOLS: Final = ("BTC/USDT", "SPY", "EUR/USD")
_GROUPS: Final = 16
_MOST_PLANNED: Final = 300_000
_START_MS: Final = 1_425_168_000_000
"""Sunday 2015-03-01 00:00 UTC, a week before New York changes its clock."""

ArrayFunction = Callable[[Bars], FloatArray]


class Sample(NamedTuple):
    """A function of bars with its name, and what is said about it when it leaks."""

    name: str
    text: str
    function: ArrayFunction


def beside(bars: Bars) -> tuple[Bars, ...]:
    """Rough bars of other symbols at the same times."""
    symbols = tuple(one for one in BESIDE if one != bars.instrument.symbol)
    suite = path_suite(bars.timeframe, symbols, FEWEST_BARS)[RANDOM_PATHS + 1]
    return tuple(suite[symbol] for symbol in symbols)


def known_beside(bars: Bars, others: tuple[Bars, ...]) -> View:
    """The bars with what opened up to their last bar beside them."""
    last = bars.time[-1]
    cut = (one.slice(0, int(np.searchsorted(one.time, last, "right"))) for one in others)
    return View.of(bars, *cut)


def panel_function(text: str, others: tuple[Bars, ...], pair: Pair | None = None) -> ArrayFunction:
    """An expression that looks at other symbols, as a function of the own bars."""
    plan = Plan(Setting(pair))
    place = plan.add(parse(text))
    return lambda bars: plan.run(known_beside(bars, others))[place]


def panel_samples(bars: Bars) -> Iterator[Sample]:
    """Every operator and series that looks beyond the own bars, in one market."""
    others = beside(bars)
    for name, operator in OPERATORS.items():
        if operator.elsewhere:
            text = _ELSEWHERE.get(name, operator.example)
            yield Sample(name, text, panel_function(text, others))
    legs = (bars.instrument.symbol, others[0].instrument.symbol)
    for name, series in SERIES_BY_NAME.items():
        if series.pair is not None:
            for hedge in _HEDGES:
                pair = Pair(y=legs[0], x=legs[1], hedge=hedge, lookback=12)
                yield Sample(name, f"{name} ({hedge})", panel_function(name, others, pair))


def timeframe_samples() -> Iterator[tuple[Sample, Bars]]:
    """Each of the 86 pairs of timeframes on each calendar, with bars dense around higher closes."""
    for base, higher in PAIRS:
        text = f'htf("{higher.value}",sma(close,2))'
        plan = Plan()
        place = plan.add(parse(text))

        def function(bars: Bars, plan: Plan = plan, place: int = place) -> FloatArray:
            """Values of the pair's expression."""
            return plan.run(bars)[place]

        for symbol in _PAIR_SYMBOLS:
            name = f"{base.value}-{higher.value}"
            yield Sample(name, text, function), pair_bars(symbol, base, higher)


def pair_bars(symbol: str, base: Timeframe, higher: Timeframe) -> Bars:
    """400 bars of a walk with ties and a spike, dense around the ends of higher bars."""
    random = stream("evals/leak_panels", symbol, base.value, higher.value)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.01, _PAIR_BARS))), 1)
    close[200] *= 3
    close[50:70] = close[50]
    opened = np.concatenate((close[:1], close[:-1]))
    return bars_of(
        instrument_for(symbol), base, _times(symbol, base, higher), opened,
        np.maximum(opened, close) + 0.5, np.minimum(opened, close) - 0.5, close,
        random.uniform(0, 7, _PAIR_BARS),
    )  # fmt: skip


def _times(symbol: str, base: Timeframe, higher: Timeframe) -> IntArray:
    """Planned opens, 400 of them: with gaps, and around the ends of higher bars."""
    random = stream("evals/leak_panels/times", symbol, base.value, higher.value)
    instrument = instrument_for(symbol)
    per_higher = bars_per_higher(base, higher, instrument.calendar)
    count = min(max(2 * _PAIR_BARS, (_GROUPS + 1) * per_higher), _MOST_PLANNED)
    planned = open_times(instrument.calendar, base, count, _START_MS)
    flat = np.ones(count)
    bars = bars_of(instrument, base, planned, flat, flat, flat, flat, flat)
    seen = alignment(bars, resample(bars, higher))
    ends = np.flatnonzero(np.diff(seen) > 0)[:_GROUPS]
    reach = -(-_PAIR_BARS // len(ends)) if len(ends) else _PAIR_BARS
    near = np.unique((ends[:, None] + np.arange(-reach, reach)[None, :]).ravel())
    near = near[(near >= 0) & (near < count)]
    if len(near) < _PAIR_BARS:
        near = np.arange(count)
    chosen: IntArray = planned[np.sort(random.choice(near, _PAIR_BARS, replace=False))]
    return chosen

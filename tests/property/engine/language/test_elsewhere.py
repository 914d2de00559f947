"""Prefix invariance beyond the own bars: 86 pairs of timeframes, other symbols, ranks, pairs."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.resample import PAIRS
from engine.language.expressions import parse
from engine.language.plan import Plan
from engine.language.view import View
from engine.language.warmup import warmup_of
from engine.market import Calendar, Timeframe
from evals.leak_panels import ArrayFunction, Sample, pair_bars, panel_samples
from evals.leaks import MARKETS, first_violation, rough_bars

SYMBOLS = {"24/7": "BTC/USDT", "XNYS": "SPY", "FX": "EUR/USD"}
FEW_CUTS = (*range(3, 400, 7), 399)
EVERY_PAIR = pytest.mark.parametrize(
    "pair", PAIRS, ids=lambda pair: f"{pair[0].value}-{pair[1].value}"
)
SAMPLES = [
    pytest.param(sample, bars, id=f"{sample.text} on {bars.instrument.symbol}")
    for bars in [rough_bars(*market) for market in MARKETS]
    for sample in panel_samples(bars)
]


def _function(text: str) -> ArrayFunction:
    plan = Plan()
    place = plan.add(parse(text))
    return lambda bars: plan.run(bars)[place]


def test_there_are_86_pairs() -> None:
    """As many as the language knows."""
    assert len(PAIRS) == 86


@EVERY_PAIR
def test_no_higher_timeframe_sees_the_future(pair: tuple[Timeframe, Timeframe]) -> None:
    """Cut at every bar of 400, round the clock; the values change and are not all missing."""
    bars = pair_bars("BTC/USDT", *pair)
    function = _function(f'htf("{pair[1].value}",sma(close,2))')
    assert len(np.unique(function(bars))) >= 4
    assert first_violation(function, bars) is None


@pytest.mark.parametrize("calendar", ["XNYS", "FX"])
@EVERY_PAIR
def test_no_session_lets_the_future_in(
    pair: tuple[Timeframe, Timeframe], calendar: Calendar
) -> None:
    """The same where sessions and weekends end the higher bars."""
    bars = pair_bars(SYMBOLS[calendar], *pair)
    function = _function(f'htf("{pair[1].value}",close)')
    assert len(np.unique(function(bars))) >= 4
    assert first_violation(function, bars, FEW_CUTS) is None


@pytest.mark.parametrize(("sample", "bars"), SAMPLES)
def test_nothing_beside_sees_the_future(sample: Sample, bars: Bars) -> None:
    """Symbols, ranks and pairs with all instruments cut at one time, at every bar of 400."""
    assert np.isfinite(sample.function(bars)).sum() >= 100
    assert first_violation(sample.function, bars) is None


def test_a_higher_bar_stamped_at_its_start_is_caught() -> None:
    """The control: values known from a day's first moment on do not pass."""

    def leaking(bars: Bars) -> np.ndarray:
        """The running day's close."""
        view = View.of(bars)
        higher = view.higher(Timeframe.D1)
        rows = np.searchsorted(higher.bars.time, bars.time, side="right") - 1
        closes = np.append(higher.bars.close, np.nan)
        return np.where(rows >= 0, closes[rows], np.nan)

    assert first_violation(leaking, pair_bars("BTC/USDT", Timeframe.H1, Timeframe.D1)) is not None


@pytest.mark.parametrize(
    ("text", "timeframe"),
    [
        ('htf("1d",ema(close,3))', Timeframe.H4),
        ('htf("1w",sma(close,2))', Timeframe.D1),
        ('htf("4h",ema(close,4))[1]', Timeframe.H1),
        ('sma(htf("1d",close),5)', Timeframe.H4),
    ],
)
def test_the_warm_up_of_higher_timeframes_is_long_enough(text: str, timeframe: Timeframe) -> None:
    """Started `warm` bars before t, the value is within 1e-4 of its long-history value."""
    bars = rough_bars("BTC/USDT", timeframe)
    tree, function = parse(text), _function(text)
    warm = warmup_of(tree, timeframe)
    whole = function(bars)
    scale = float(np.nanmean(np.abs(whole)))
    for t in range(warm, len(bars), 13):
        fresh = function(bars.slice(t - warm, t + 1))[-1]
        assert abs(fresh - whole[t]) <= 1e-4 * scale

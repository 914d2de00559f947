"""Prefix invariance and warm-up of every operator: f(data[:c]) == f(data)[:c], bit for bit."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.indicators.candles import PATTERNS
from engine.language.expressions import parse
from engine.language.operators import OPERATORS, SERIES_BY_NAME
from engine.language.plan import Plan
from engine.language.warmup import warmup_of
from engine.market import Timeframe
from tests.language_world import nasty_bars

ROWS = 250
STARTS = (2990, 2741, 2502, 2263)
TOLERANCE = 1e-4


def _shortened(text: str) -> str:
    """The same call with windows a third as long, so that few bars hold many values."""
    return re.sub(
        r"(?<![.\d])\d\d+(?![.\d])", lambda match: str(max(4, int(match.group()) // 3)), text
    )


# What looks beyond the own bars stands in test_elsewhere.py.
OPERATIONS = sorted(
    _shortened(operator.example) for operator in OPERATORS.values() if not operator.elsewhere
)
SERIES = sorted(name for name, series in SERIES_BY_NAME.items() if series.pair is None)
COMPOUNDS = [
    *(f'candle("{pattern}")' for pattern in PATTERNS),
    "ema(rsi(close,7),5)",
    "zscore(stoch_k(7,3),10)[2]",
    "cross_above(macd(close,4,8,3),macd_signal(close,4,8,3)) or not (rsi(close,5) < 30)",
    "kama(bb_pctb(close,9,2),5)*(close - hl2)/atr(5)",
    "where(close > open,highest(high,9)[1],lowest(low,9)[1])",
]


def _values(plan: Plan, bars: Bars) -> list[bytes]:
    return [values.tobytes() for values in plan.run(bars)]


@pytest.mark.parametrize("timeframe", [Timeframe.H1, Timeframe.D1])
def test_no_operator_knows_the_bars_that_follow(timeframe: Timeframe) -> None:
    """Cut at every bar, over gaps, flat stretches, ties and spikes; every part is compared."""
    bars = nasty_bars(ROWS, timeframe=timeframe)
    plan = Plan()
    texts = [*OPERATIONS, *SERIES, *COMPOUNDS] if timeframe is Timeframe.H1 else SERIES
    for text in texts:
        plan.add(parse(text))
    whole = plan.run(bars)
    wrong = set()
    for cut in range(1, ROWS):
        for step, full, part in zip(plan.steps, whole, plan.run(bars.slice(0, cut)), strict=True):
            if full[:cut].tobytes() != part.tobytes():
                wrong.add(step.text)
    assert wrong == set()


def test_the_data_are_nasty_enough() -> None:
    """Each operator has values and, where it can, missing ones: the promise above is not empty."""
    bars = nasty_bars(ROWS)
    assert (bars.close[40:70] == bars.close[40]).all()
    assert (np.diff(bars.time) > bars.timeframe.seconds * 1000).sum() == 2
    plan = Plan()
    places = {text: plan.add(parse(text)) for text in OPERATIONS}
    values = plan.run(bars)
    for text, place in places.items():
        assert np.isfinite(values[place]).sum() >= 50, text


# The level of obv is arbitrary by definition; comparing it with a number is refused.
CONVERGING = [text for text in (*OPERATIONS, *COMPOUNDS) if text != "obv()"]


@pytest.mark.parametrize("text", CONVERGING)
def test_the_warm_up_is_long_enough(text: str) -> None:
    """Started `warm` bars before t, the value is within 1e-4 of its long-history value."""
    bars = nasty_bars(3000, seed=5)
    tree = parse(text)
    plan = Plan()
    place = plan.add(tree)
    whole = plan.run(bars)[place]
    scale = float(np.nanmean(np.abs(whole))) or 1.0
    warm = warmup_of(tree, bars.timeframe)
    for t in STARTS:
        fresh = plan.run(bars.slice(t - warm, t + 1))[place][-1]
        if np.isnan(whole[t]):
            assert np.isnan(fresh)
        else:
            assert abs(fresh - whole[t]) <= TOLERANCE * scale

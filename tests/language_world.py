"""Bars, specs and values for the tests of the strategy language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.data.bars import Bars, FloatArray, bars_of
from engine.language.expressions import parse
from engine.language.plan import Plan
from engine.language.spec import StrategySpec
from engine.market import Calendar, Instrument, Timeframe
from engine.records import parse_record

NAN = float("nan")
INSTRUMENT = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
STOCK = Instrument(symbol="SPY", kind="equity", base="SPY", quote="USD", calendar="XNYS")
HOUR = Timeframe.H1.seconds * 1000


def instrument(calendar: Calendar) -> Instrument:
    """An instrument of this calendar."""
    return STOCK if calendar == "XNYS" else INSTRUMENT


def bars_from(
    closes: Sequence[float], *, spread: float = 0.0, volume: float = 100.0,
    timeframe: Timeframe = Timeframe.H1,
) -> Bars:  # fmt: skip
    """Bars that open at the close before, high and low `spread` beyond the body."""
    close = np.array(closes, dtype=float)
    start = np.concatenate([close[:1], close[:-1]])
    return bars_of(
        INSTRUMENT, timeframe, np.arange(len(close)) * timeframe.seconds * 1000, start,
        np.maximum(start, close) + spread, np.minimum(start, close) - spread, close,
        np.full(len(close), volume),
    )  # fmt: skip


def nasty_bars(n: int, seed: int = 3, timeframe: Timeframe = Timeframe.H1, start: int = 0) -> Bars:
    """A random walk with a dead-flat stretch, ties, spikes, frozen volume and gaps in time."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
    close[100:101] *= 3
    close[101:102] *= 0.4
    close[130:160] = np.round(close[130:160])
    flat = slice(40, 70)
    close[flat] = close[40]
    opens = np.concatenate([close[:1], close[:-1]]) * (1 + rng.normal(0, 0.002, n))
    high = np.maximum(opens, close) * (1 + np.abs(rng.normal(0, 0.004, n)))
    low = np.minimum(opens, close) * (1 - np.abs(rng.normal(0, 0.004, n)))
    for column in (opens, high, low):
        column[flat] = close[40]
    volume = rng.gamma(2, 50, n)
    volume[50:60] = 0
    volume[100:101] *= 100
    step = timeframe.seconds * 1000
    time = start + np.arange(n) * step
    time[90:] += 5 * step
    time[200:] += 31 * step
    return bars_of(INSTRUMENT, timeframe, time, opens, high, low, close, volume)


def value(text: str, bars: Bars) -> FloatArray:
    """Values of an expression without parameters on these bars."""
    plan = Plan()
    place = plan.add(parse(text))
    return plan.run(bars)[place]


RULE: dict[str, Any] = {
    "id": "dip", "side": "long", "entry": "rsi(close,14) < 30", "exit": "rsi(close,14) > 55",
}  # fmt: skip
STOP: dict[str, Any] = {"kind": "pct", "value": 0.05}


def spec(**parts: Any) -> StrategySpec:  # noqa: ANN401 - JSON parts of a document
    """A spec that is right, with these parts replaced."""
    from json import dumps  # noqa: PLC0415 - only here

    document = {
        "name": "test", "family": "mean_reversion", "timeframe": "1h",
        "universe": {"symbols": ["BTC/USDT"]}, "rules": [RULE], "stops": [STOP],
        "sizing": {"kind": "fixed_fraction", "value": 0.1}, **parts,
    }  # fmt: skip
    return parse_record(StrategySpec, dumps(document))

"""Bars for the data tests: seeded random walks of any length, timeframe and start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from engine.data.bars import Bars, bars_of
from engine.market import Instrument, Timeframe
from engine.seeds import stream

BTC = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
MakeBars = Callable[..., Bars]


def make(
    count: int,
    *,
    seed: int = 1,
    instrument: Instrument = BTC,
    timeframe: Timeframe = Timeframe.D1,
    start: datetime = datetime(2015, 1, 1, tzinfo=UTC),
) -> Bars:
    """A random walk of `count` bars without a gap."""
    random = stream("tests/data", seed)
    close = 100 * np.exp(np.cumsum(random.standard_normal(count) * 0.01))
    opened = np.concatenate(([100.0], close[:-1]))
    spread = 1 + np.abs(random.standard_normal(count)) * 0.002
    time = int(start.timestamp()) * 1000 + np.arange(count) * timeframe.seconds * 1000
    high, low = np.maximum(opened, close) * spread, np.minimum(opened, close) / spread
    return bars_of(instrument, timeframe, time, opened, high, low, close, np.full(count, 5.0))


@pytest.fixture
def make_bars() -> MakeBars:
    """The maker of random walks."""
    return make

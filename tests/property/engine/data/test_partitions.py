"""Zones: disjoint, in order, complete, and the same for every dataset of a market."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.data.bars import Bars, bars_of
from engine.data.days import bar_days
from engine.data.partitions import EMBARGO_DAYS, Cut, new_zones
from engine.data.registration import pieces
from engine.market import Instrument, Timeframe

COIN = Instrument(symbol="COIN/USD", base="COIN", quote="USD")


def bars_at(days: list[int]) -> Bars:
    """Daily bars on these days."""
    ones = np.ones(len(days))
    time = np.array(sorted(days), dtype=np.int64) * 86_400_000
    return bars_of(COIN, Timeframe.D1, time, ones, ones, ones, ones, ones)


many_days = st.lists(st.integers(10_000, 20_000), min_size=40, max_size=200, unique=True)


@given(many_days, st.integers(0, 199))
def test_zones_are_disjoint_and_complete(days: list[int], index: int) -> None:
    """Train, embargo, holdout and forward follow each other and are all there is."""
    bars = bars_at(days)
    every = bar_days(bars)
    last = int(every[max(39, min(index, len(every) - 1))])
    zones = new_zones(bars, last)
    train_last, holdout_first, window_last = zones.as_numbers()
    assert train_last < holdout_first <= window_last == last
    cut = Cut.at(bars, zones)
    assert 0 < cut.train < cut.embargo < cut.holdout <= len(bars)
    assert cut.embargo - cut.train == EMBARGO_DAYS
    parts = pieces(bars, zones)
    assert sum(len(part) for part in parts.values()) == len(bars)
    joined = np.concatenate([part.time for part in parts.values()])
    assert joined.tolist() == bars.time.tolist()
    assert bar_days(parts["train"]).max() <= train_last
    assert bar_days(parts["sealed"]).min() > train_last


@given(many_days, many_days)
def test_sealed_days_stay_sealed_in_other_files(days: list[int], others: list[int]) -> None:
    """Whatever file comes later, no sealed day of the market is in its train or forward part."""
    zones = new_zones(bars_at(days))
    train_last, _, window_last = zones.as_numbers()
    for name, part in pieces(bars_at(others), zones).items():
        found = bar_days(part)
        sealed = (found > train_last) & (found <= window_last)
        assert sealed.all() if name == "sealed" else not sealed.any()

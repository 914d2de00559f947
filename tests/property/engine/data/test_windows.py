"""Windows of any market: closing moves every border forward and never unseals a later day."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.bars import IntArray
from engine.data.dataset import Zones
from engine.data.days import day_text
from engine.data.partitions import EMBARGO_DAYS
from engine.data.windows import WINDOW_DAYS, next_is_due, next_zones


@st.composite
def markets(draw: st.DrawFn) -> tuple[IntArray, Zones]:
    """Trading days on some weekdays with holes, and a window that ends inside them."""
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    length = draw(st.integers(400, 2_500))
    holes = set(draw(st.lists(st.integers(0, length), max_size=20)))
    days = np.array(
        [10_000 + n for n in range(length) if (10_000 + n) % 7 in weekdays and n not in holes],
        dtype=np.int64,
    )
    last = draw(st.integers(len(days) // 2, len(days) - 1))
    train = last * 7 // 10
    zones = Zones(
        train_last=day_text(days[train - 1]),
        holdout_first=day_text(days[min(train + EMBARGO_DAYS, last)]),
        window_last=day_text(days[last]),
    )
    return days, zones


@settings(max_examples=60, deadline=None)
@given(markets())
def test_borders_only_move_forward(market: tuple[IntArray, Zones]) -> None:
    """Train ends where the window ended, then ten trading days, then sealed for long enough."""
    days, zones = market
    closed = zones.as_numbers()[2]
    train, first, last = next_zones(days, zones).as_numbers()
    assert train == closed < first <= last
    assert last >= max(int(days[-1]), closed + WINDOW_DAYS)
    assert np.count_nonzero((days > train) & (days < first)) <= EMBARGO_DAYS
    if np.count_nonzero(days > closed) > EMBARGO_DAYS:
        assert np.count_nonzero((days > train) & (days < first)) == EMBARGO_DAYS
        assert first in days


@settings(max_examples=60, deadline=None)
@given(markets(), st.integers(0, 1_000))
def test_later_bars_do_not_move_a_window(market: tuple[IntArray, Zones], more: int) -> None:
    """What comes after closing is never train, and only days behind the window are forward."""
    days, zones = market
    after = next_zones(days, zones)
    train, _, last = after.as_numbers()
    grown = np.concatenate((days, int(days[-1]) + 1 + np.arange(more)))
    assert not np.any(grown[len(days) :] <= train)
    assert next_is_due(grown, after) is bool(grown[-1] - last >= WINDOW_DAYS)

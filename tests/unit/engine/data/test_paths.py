"""Path suite: sixteen long paths with everything in them that tells two rules apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.paths import FEWEST_BARS, Path, path_suite
from engine.market import Timeframe


@pytest.fixture(scope="module")
def suite() -> tuple[Path, ...]:
    """The suite of two coins on 4-hour bars."""
    return path_suite(Timeframe.H4, ("BTC/USDT", "ETH/USDT"))


def one(suite: tuple[Path, ...]) -> list[Bars]:
    """The first symbol's bars of each path."""
    return [path["BTC/USDT"] for path in suite]


def longest_flat(bars: Bars) -> int:
    """Most bars in a row with one and the same price."""
    flat = (bars.high == bars.low) & (bars.close == np.roll(bars.close, 1))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flat, [False])).astype(int)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def test_there_are_sixteen_paths_of_900_bars(suite: tuple[Path, ...]) -> None:
    """Eight random, eight crafted; one instance per symbol; none counts as a trial."""
    assert len(suite) == 16
    for path in suite:
        assert set(path) == {"BTC/USDT", "ETH/USDT"}
        assert {len(bars) for bars in path.values()} == {FEWEST_BARS}
        assert {bars.origin for bars in path.values()} == {"synthetic"}
    assert len({bars.digest for path in suite for bars in path.values()}) == 32


def test_the_suite_is_the_same_for_everyone(suite: tuple[Path, ...]) -> None:
    """Other symbols in the call change nothing; another timeframe is another suite."""
    alone = path_suite(Timeframe.H4, ("BTC/USDT",))
    assert [bars.digest for bars in one(alone)] == [bars.digest for bars in one(suite)]
    daily = path_suite(Timeframe.D1, ("BTC/USDT",))
    assert all((a.close != b.close).any() for a, b in zip(one(daily), one(suite), strict=True))


@pytest.mark.parametrize(("asked", "given"), [(1, 900), (900, 900), (2_500, 2_500)])
def test_a_path_is_as_long_as_asked(asked: int, given: int) -> None:
    """Never under 900 bars; longer for a long warm-up."""
    suite = path_suite(Timeframe.D1, ("SPY",), asked)
    assert {len(bars) for path in suite for bars in path.values()} == {given}


def test_random_paths_have_no_hole_and_small_gaps(suite: tuple[Path, ...]) -> None:
    """Opens lie about 0.2 % from the close before; every planned bar is there."""
    for bars in one(suite)[:8]:
        assert set(np.diff(bars.time).tolist()) == {Timeframe.H4.seconds * 1000}
        gaps = np.log(bars.open[1:] / bars.close[:-1])
        assert 0.0018 < gaps.std() < 0.0022


def test_crafted_paths_hold_every_oddity(suite: tuple[Path, ...]) -> None:
    """Dead-flat stretches, ties, price jumps, volume spikes, absent bars, strong trends."""
    for bars in one(suite)[8:]:
        assert longest_flat(bars) >= 24
        assert int((np.diff(bars.close) == 0).sum()) > 3 * 24
        gaps = np.abs(np.log(bars.open[1:] / bars.close[:-1]))
        assert int((gaps > 0.045).sum()) >= 3
        assert int((bars.volume > 10 * np.median(bars.volume)).sum()) >= 3
        assert int((np.diff(bars.time) > Timeframe.H4.seconds * 1000).sum()) >= 6
        assert bars.close.max() / bars.close.min() > 8


def test_symbols_of_a_path_share_their_holes(suite: tuple[Path, ...]) -> None:
    """Both legs of a pair have the same times."""
    assert all((path["BTC/USDT"].time == path["ETH/USDT"].time).all() for path in suite)


def test_long_paths_stay_within_reach() -> None:
    """Crafted trends turn back: 20,000 bars neither vanish nor overflow."""
    for path in path_suite(Timeframe.H1, ("BTC/USDT",), 20_000):
        close = path["BTC/USDT"].close
        assert close.min() > 1e-6
        assert close.max() < 1e9


def test_usual_conditions_are_both_true_and_false(suite: tuple[Path, ...]) -> None:
    """Plain conditions on closes fire and rest at least three times in every path."""
    for bars in one(suite):
        mean = np.convolve(bars.close, np.ones(50) / 50, mode="valid")
        above = bars.close[49:] > mean
        turns = sum(first != second for first, second in pairwise(above.tolist()))
        assert turns >= 6

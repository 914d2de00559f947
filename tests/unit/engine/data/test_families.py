"""Families: the same market is found by its returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import Bars, bars_of
from engine.data.families import correlation, family_name, nearest_member
from engine.data.files import read_csv
from engine.data.registration import describe
from engine.errors import DataError
from engine.market import Instrument, Timeframe

MakeBars = Callable[..., Bars]
OTHER = Instrument(symbol="XBT/USD", base="XBT", quote="USD")


def inverted(bars: Bars) -> Bars:
    """One over the price."""
    columns = [1 / bars.open, 1 / bars.low, 1 / bars.high, 1 / bars.close]
    return bars_of(OTHER, bars.timeframe, bars.time, *columns, bars.volume)


def test_a_renamed_or_inverted_file_is_the_same_market(make_bars: MakeBars) -> None:
    """Other names, other units and the inverse price do not make a new market."""
    bars = make_bars(200)
    member = (describe(bars, None, None), bars)
    for twin in (replace(bars, instrument=OTHER), inverted(bars), make_bars(150)):
        assert nearest_member(twin, [member]) is member[0]


def test_another_walk_is_another_market(make_bars: MakeBars) -> None:
    """Independent series stay apart."""
    bars = make_bars(200)
    assert nearest_member(make_bars(200, seed=2), [(describe(bars, None, None), bars)]) is None


def test_few_common_days_prove_nothing(make_bars: MakeBars) -> None:
    """59 common returns are not enough, 60 are, wherever the files lie by some days."""
    bars = make_bars(200)
    member = (describe(bars, None, None), bars)
    assert nearest_member(make_bars(61), [member]) is member[0]
    assert nearest_member(make_bars(60), [member]) is None


def test_the_nearest_of_several_is_taken_whatever_their_order(make_bars: MakeBars) -> None:
    """The strongest correlation wins."""
    bars = make_bars(200)
    noisy = replace(bars, close=bars.close * (1 + 0.0005 * np.sin(np.arange(200) * 7.0)))
    kin = describe(bars, None, None)
    members = [(describe(noisy, kin, None), noisy), (kin, bars)]
    for order in (members, members[::-1]):
        assert nearest_member(bars, order) is members[1][0]


def test_a_flat_series_correlates_with_nothing() -> None:
    """No movement, no correlation, no division by zero."""
    days = np.arange(100)
    assert correlation((days, np.zeros(100)), (days, np.ones(100) * 0.1)) == 0.0


def kept(bars: Bars, rows: slice) -> Bars:
    """Some of the bars."""
    names = ("time", "open", "high", "low", "close", "volume")
    columns = [getattr(bars, name)[rows] for name in names]
    return bars_of(bars.instrument, bars.timeframe, *columns)


@pytest.mark.parametrize("step", [2, 3, 5])
def test_days_left_out_do_not_make_a_market(make_bars: MakeBars, step: int) -> None:
    """Returns are taken between the days that both files have, so gaps hide nothing."""
    bars = make_bars(400)
    member = (describe(bars, None, None), bars)
    for twin in (kept(bars, slice(None, None, step)), inverted(kept(bars, slice(1, None, step)))):
        assert nearest_member(twin, [member]) is member[0]
        assert nearest_member(bars, [(describe(twin, None, None), twin)]) is not None


@pytest.mark.parametrize("days", [-3, -1, 1, 3])
def test_a_shifted_file_is_the_same_market(make_bars: MakeBars, days: int) -> None:
    """Up to three days early or late is the same market; four are not."""
    bars = make_bars(200)
    member = (describe(bars, None, None), bars)
    moved = replace(bars, time=bars.time + days * 86_400_000)
    assert nearest_member(moved, [member]) is member[0]
    assert nearest_member(replace(bars, time=bars.time + 4 * 86_400_000), [member]) is None


def test_a_file_of_two_families_is_refused(make_bars: MakeBars) -> None:
    """DATASET_SPANS_FAMILIES names both; two members of one family are no reason."""
    bars = make_bars(300)
    early, late = kept(bars, slice(0, 150)), kept(bars, slice(150, None))
    one, two = describe(early, None, None), describe(late, None, None)
    assert nearest_member(late, [(one, early)]) is None
    with pytest.raises(DataError) as caught:
        nearest_member(bars, [(one, early), (two, late)])
    assert caught.value.code == "DATASET_SPANS_FAMILIES"
    assert one.family in caught.value.message
    assert two.family in caught.value.message
    kin = two.model_copy(update={"family": one.family})
    assert nearest_member(bars, [(one, early), (kin, late)]) is not None


def test_names_are_slugs(make_bars: MakeBars) -> None:
    """Base, quote and eight digits of the digest."""
    bars = make_bars(100)
    assert family_name(bars) == f"btc-usdt-{bars.digest[:8]}"


@pytest.mark.parametrize("member", ["kraken_xbtusd_60_raw.csv.gz"])
def test_two_exchanges_trade_one_market(shared_data: Path, member: str) -> None:
    """Bitcoin in dollars and in tether is one family, Ether is another."""
    usdt = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
    binance = read_csv(shared_data / "binance_btcusdt_1h_2017_2024.csv.gz", usdt, Timeframe.H1)
    kraken = read_csv(shared_data / member, OTHER, Timeframe.H1)
    coins = shared_data / "binance_5coins_1h_2020_2024.csv.gz"
    ether = read_csv(coins, usdt, Timeframe.H1, symbol="ETH/USDT")
    known = (describe(binance, None, None), binance)
    assert nearest_member(kraken, [known]) is known[0]
    assert nearest_member(ether, [known]) is None

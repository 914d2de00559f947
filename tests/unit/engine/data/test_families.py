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
    """59 common returns are not enough, 60 are."""
    bars = make_bars(200)
    member = (describe(bars, None, None), bars)
    assert nearest_member(make_bars(61), [member]) is member[0]
    assert nearest_member(make_bars(60), [member]) is None


def test_the_nearest_of_several_is_taken_whatever_their_order(make_bars: MakeBars) -> None:
    """The strongest correlation wins."""
    bars = make_bars(200)
    noisy = replace(bars, close=bars.close * (1 + 0.0005 * np.sin(np.arange(200) * 7.0)))
    members = [(describe(each, None, None), each) for each in (noisy, bars)]
    for order in (members, members[::-1]):
        assert nearest_member(bars, order) is members[1][0]


def test_a_flat_series_correlates_with_nothing() -> None:
    """No movement, no correlation, no division by zero."""
    days = np.arange(100)
    assert correlation((days, np.zeros(100)), (days, np.ones(100) * 0.1)) == 0.0


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

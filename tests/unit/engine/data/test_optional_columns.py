"""Funding and quotes: optional columns that go wherever their bars go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import Bars, bars_like, last_known
from engine.data.resample import resample
from engine.data.store import DatasetStore
from engine.errors import DataError
from engine.market import Timeframe

MakeBars = Callable[..., Bars]


def dressed(bars: Bars) -> Bars:
    """The bars with quotes one percent wide and a funding event in every eighth bar."""
    event = np.arange(len(bars)) % 8 == 0
    columns = {
        **bars.columns,
        "funding": np.where(event, 0.0001, np.nan),
        "bid": bars.close * 0.995,
        "ask": bars.close * 1.005,
    }
    return bars_like(bars, bars.time, columns)


def test_bars_without_them_are_what_they_were(make_bars: MakeBars) -> None:
    """Plain bars have no optional column, no spread, no funding."""
    bars = make_bars(20)
    assert bars.extras == {}
    assert bars.spread is None
    assert bars.funding_rate is None


def test_the_spread_is_a_fraction_of_the_mid(make_bars: MakeBars) -> None:
    """Quotes 0.5 % on both sides of the close are 1 % apart."""
    spread = dressed(make_bars(20)).spread
    assert spread is not None
    assert spread == pytest.approx(np.full(20, 0.01))


def test_the_last_settled_rate_stays_until_the_next(make_bars: MakeBars) -> None:
    """Between events the rate of the last one holds; before the first there is none."""
    bars = dressed(make_bars(20)).slice(3, 20)
    rate = bars.funding_rate
    assert rate is not None
    assert np.isnan(rate[:5]).all()
    assert (rate[5:] == 0.0001).all()


def test_last_known_looks_back_only() -> None:
    """A missing value takes the last one before it, never a later one."""
    made = last_known(np.array([np.nan, 1.0, np.nan, 3.0, np.nan]))
    assert np.array_equal(made, [np.nan, 1.0, 1.0, 3.0, 3.0], equal_nan=True)


def test_slice_and_take_carry_them(make_bars: MakeBars) -> None:
    """A part of the bars has its part of every column."""
    bars = dressed(make_bars(40))
    for part in (bars.slice(8, 24), bars.take(np.arange(8, 24))):
        assert sorted(part.extras) == ["ask", "bid", "funding"]
        for name, column in part.columns.items():
            assert np.array_equal(column, bars.columns[name][8:24], equal_nan=True)


def test_each_of_them_changes_the_digest(make_bars: MakeBars) -> None:
    """Bars with a column more, or another value in it, are other data."""
    bars = make_bars(20)
    full = dressed(bars)
    digests = {
        bars.digest,
        full.digest,
        replace(full, funding=None).digest,
        replace(full, bid=None, ask=None).digest,
        replace(full, bid=full.bid * 0.9 if full.bid is not None else None).digest,
    }
    assert len(digests) == 5


def test_one_nan_means_one_digest(make_bars: MakeBars) -> None:
    """Which bits a NaN had in the source makes no difference."""
    bars = make_bars(4)
    odd = np.array([0x7FF8000000000001] * 4, dtype=np.uint64).view(np.float64)
    twins = [
        bars_like(bars, bars.time, {**bars.columns, "funding": column})
        for column in (odd, np.full(4, np.nan))
    ]
    assert twins[0].digest == twins[1].digest


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("bid", None, "BARS_QUOTES"),
        ("bid", [2.0, 2.0], "BARS_QUOTES"),
        ("bid", [np.nan, 1.0], "BARS_NOT_FINITE"),
        ("bid", [0.0, 1.0], "BARS_NOT_POSITIVE"),
        ("ask", [1.5], "BARS_SHAPE"),
        ("funding", [1.5, np.nan], "BARS_FUNDING"),
        ("funding", [np.inf, np.nan], "BARS_FUNDING"),
    ],
)
def test_impossible_columns_are_refused(
    make_bars: MakeBars, name: str, values: list[float] | None, code: str
) -> None:
    """A quote without its twin, bid above ask, a rate of 150 %: refused; the twin passes."""
    bars = make_bars(2)
    extras: dict[str, object] = {
        "bid": [1.0, 1.0], "ask": [1.5, 1.5], "funding": [-0.001, np.nan],
    }  # fmt: skip
    assert len(bars_like(bars, bars.time, {**bars.columns, **extras})) == 2
    extras[name] = values
    given = {key: value for key, value in extras.items() if value is not None}
    with pytest.raises(DataError) as caught:
        bars_like(bars, bars.time, {**bars.columns, **given})
    assert caught.value.code == code


def test_higher_bars_have_the_last_quotes_and_the_sum_of_funding(make_bars: MakeBars) -> None:
    """A day of hours ends with the last hour's quotes and pays all its events."""
    hours = dressed(make_bars(48, timeframe=Timeframe.H1))
    days = resample(hours, Timeframe.D1).bars
    assert days.bid is not None
    assert hours.bid is not None
    assert days.bid.tolist() == [hours.bid[23], hours.bid[47]]
    assert days.funding == pytest.approx([0.0003, 0.0003])
    quarters = resample(hours, Timeframe.H4).bars
    assert quarters.funding is not None
    assert np.isnan(quarters.funding[1::2]).all()
    assert not np.isnan(quarters.funding[::2]).any()


def test_the_store_keeps_them(tmp_path: Path, make_bars: MakeBars) -> None:
    """Registered bars come back with every column, in train as in the whole."""
    bars = dressed(make_bars(800))
    store = DatasetStore(tmp_path)
    dataset = store.register(bars)
    assert dataset.id == bars.digest
    assert store.prices(dataset).digest == bars.digest
    train = store.train(dataset).bars
    assert sorted(train.extras) == ["ask", "bid", "funding"]
    assert np.array_equal(train.columns["funding"], bars.columns["funding"][: len(train)], True)

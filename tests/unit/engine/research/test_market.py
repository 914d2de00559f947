"""The market of a study: train bars alone, and the same bars from their bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.panel import panel_of
from engine.data.partitions import TrainBars
from engine.errors import InputError, IntegrityError
from engine.research.market import ResearchMarket, Span, pack_panel, unpack_panel
from tests.research_world import goog, market_of, sample_store
from tests.studies_world import market_of as synthetic


def test_a_market_holds_train_bars_alone(tmp_path: Path) -> None:
    """The last bar is the last train day; nothing of the sealed zone is there."""
    store = sample_store(tmp_path)
    market, dataset = market_of(store), goog(store)
    assert len(market.panel) == dataset.train_rows
    assert int(market.panel.time[-1]) == int(dataset.train_to.timestamp() * 1000)


def test_bars_of_another_dataset_are_refused(tmp_path: Path) -> None:
    """MARKET_MISMATCH: what is counted is what is run."""
    store = sample_store(tmp_path)
    bars = store.train(goog(store)).bars
    with pytest.raises(InputError) as caught:
        ResearchMarket.of([goog(store)], [TrainBars("ff" * 32, bars)])
    assert caught.value.code == "MARKET_MISMATCH"


@pytest.mark.parametrize("symbols", [("BTC/USDT",), ("BTC/USDT", "ETH/USDT")])
def test_a_panel_comes_back_from_its_bytes(symbols: tuple[str, ...]) -> None:
    """Every column, instrument and time is the same; so are the bytes made of it."""
    panel = synthetic(symbols, bars=50)
    back = unpack_panel(pack_panel(panel))
    assert [bars.digest for bars in back.each] == [bars.digest for bars in panel.each]
    assert [bars.origin for bars in back.each] == [bars.origin for bars in panel.each]
    assert pack_panel(back) == pack_panel(panel)


@pytest.mark.parametrize("cut", [0, 10, -8, -1])
def test_broken_bytes_are_refused(cut: int) -> None:
    """MARKET_BROKEN for bytes that are cut, or that go on."""
    raw = pack_panel(synthetic(bars=50))
    for broken in (raw[:cut], raw + b"\x00"):
        with pytest.raises(IntegrityError) as caught:
            unpack_panel(broken)
        assert caught.value.code == "MARKET_BROKEN"


def test_a_span_keeps_warm_up_apart() -> None:
    """The account runs from `first`; earlier bars of the span are there before it."""
    panel = synthetic(bars=60)
    shown, first = Span(begin=10, first=20, end=50).cut(panel)
    assert np.array_equal(shown.time, panel.time[10:50])
    assert first == 10
    whole, start = Span(begin=0, first=0, end=60).cut(panel)
    assert whole is panel
    assert start == 0


def test_a_stretch_is_other_data(tmp_path: Path) -> None:
    """A run on part of the train bars is another trial than one on all of them."""
    market = market_of(sample_store(tmp_path))
    whole = market.data_digest(market.whole)
    assert whole == market.datasets[0].id
    part = market.data_digest(Span(begin=0, first=0, end=100))
    assert part not in {whole, market.data_digest(Span(begin=0, first=1, end=100))}


def test_a_column_must_be_there() -> None:
    """Bars without a column are refused, not filled."""
    raw = pack_panel(panel_of(synthetic(bars=50).each))
    with pytest.raises(IntegrityError):
        unpack_panel(raw.replace(b'"volume"', b'"bolume"'))

"""Which dataset a strategy is run on: one that fits, or a refusal that names what fits."""

from __future__ import annotations

import pytest

from engine.data.instruments import instrument_for
from engine.data.store import DatasetStore
from engine.data.synthetic import Frame, gbm
from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.market import Timeframe
from guardrails.desk.intake import dataset_for
from tests.language_world import spec


def on(symbol: str, timeframe: str) -> StrategySpec:
    """A rule on one symbol."""
    return spec(universe={"symbols": [symbol]}, timeframe=timeframe)


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """Daily and four-hour bars of one coin, daily bars of another one."""
    store = DatasetStore(tmp_path_factory.mktemp("datasets"))
    for symbol, timeframe, bars in (
        ("BTC/USDT", Timeframe.D1, 100),
        ("BTC/USDT", Timeframe.H4, 600),
        ("ETH/USDT", Timeframe.D1, 100),
    ):
        store.register(gbm(Frame(instrument_for(symbol), timeframe, bars), 1))
    return store


def test_a_named_dataset_that_fits_is_taken(datasets: DatasetStore) -> None:
    """Symbol and timeframe of the spec: fine, by name as by what the spec says."""
    for wanted in ("BTC/USDT:4h", None):
        assert dataset_for(datasets, on("BTC/USDT", "4h"), wanted).ref == "BTC/USDT:4h"


@pytest.mark.parametrize(
    ("wanted", "code", "hint"),
    [
        ("BTC/USDT:1d", "DATASET_TIMEFRAME", "take BTC/USDT:4h"),
        ("ETH/USDT:1d", "DATASET_SYMBOL", "take BTC/USDT:4h"),
        ("BTC/USDT:1w", "DATASET_UNKNOWN", "BTC/USDT:1d"),
    ],
)
def test_a_named_dataset_of_something_else_is_refused(
    datasets: DatasetStore, wanted: str, code: str, hint: str
) -> None:
    """Another timeframe, another symbol, nothing of that name: each with what would fit."""
    with pytest.raises(InputError) as caught:
        dataset_for(datasets, on("BTC/USDT", "4h"), wanted)
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_where_nothing_fits_the_hint_says_what_to_import(datasets: DatasetStore) -> None:
    """No hourly coin is there: the refusal names symbol, timeframe and the command."""
    with pytest.raises(InputError) as caught:
        dataset_for(datasets, on("SOL/USDT", "1h"), "BTC/USDT:1d")
    assert caught.value.code == "DATASET_SYMBOL"
    assert caught.value.hint == "import SOL/USDT in bars of 1h with `peak data import`"

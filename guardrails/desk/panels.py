"""Panels of train bars: several datasets on the days that are train for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.dataset import Dataset
from engine.data.panel import Panel, panel_of
from engine.data.resample import divides
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.market import Symbol, Timeframe


def dataset_of(
    datasets: DatasetStore, symbol: Symbol, timeframe: Timeframe, named: Sequence[str]
) -> Dataset:
    """The dataset of a symbol: the named one that holds it, else the newest that fits.

    Raises:
        InputError: DATASET_UNKNOWN with what to import.
    """
    chosen = [datasets.find(ref) for ref in named]
    for dataset in chosen:
        if dataset.instrument.symbol == symbol and dataset.timeframe is timeframe:
            return dataset
    fitting = [
        one
        for one in datasets.datasets()
        if one.instrument.symbol == symbol and one.timeframe is timeframe
    ]
    if not fitting:
        raise InputError(
            "DATASET_UNKNOWN", f"there is no data for {symbol} in bars of {timeframe}",
            value=f"{symbol} {timeframe}",
            hint=how_to_get(datasets, symbol, timeframe),
        )  # fmt: skip
    return max(fitting, key=lambda one: one.last)


def how_to_get(datasets: DatasetStore, symbol: Symbol, timeframe: Timeframe) -> str:
    """What to do when bars of a symbol are missing: make them from shorter ones, or import."""
    for one in datasets.datasets():
        if one.instrument.symbol == symbol and divides(one.timeframe, timeframe):
            return f"make them: `peak data resample {one.ref} --timeframe {timeframe.value}`"
    return f"`peak data import FILE --symbol {symbol} --timeframe {timeframe.value}`"


def train_panel(datasets: DatasetStore, chosen: Sequence[Dataset]) -> Panel:
    """Train bars of all, up to the last day that is train for each of them."""
    each = [datasets.train(dataset).bars for dataset in chosen]
    end = min(int(bars.time[-1]) for bars in each)
    return panel_of(each).before(end + 1)

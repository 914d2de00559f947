"""The allow-list of this installation: the instruments of its registered datasets."""

from __future__ import annotations

from engine.data.store import DatasetStore
from engine.market import Instrument


class ListedInstruments:
    """The `InstrumentBook` port over the dataset store."""

    def __init__(self, datasets: DatasetStore) -> None:
        """Look instruments up in `datasets`, read afresh each time."""
        self._datasets = datasets

    def instrument(self, symbol: str) -> Instrument | None:
        """The record of a symbol that has data, None for everything else."""
        for dataset in self._datasets.datasets():
            if dataset.instrument.symbol == symbol:
                return dataset.instrument
        return None

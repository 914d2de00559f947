"""Daily closes of the registered datasets, for desk and gateway alike."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from decimal import Decimal

from engine.data.dataset import Dataset
from engine.data.store import DatasetStore
from guardrails.rules.facts import Closes
from guardrails.rules.tails import daily


class DatasetCloses:
    """The `ClosesBook` port over the dataset store; a dataset is read once and kept."""

    def __init__(self, datasets: DatasetStore) -> None:
        """Read from this store; nothing is read yet."""
        self._datasets = datasets
        self._kept: dict[str, Closes] = {}

    def closes(self, symbol: str, until: datetime | None) -> Closes:
        """Closes of the days before the day of `until`, of the dataset that reaches furthest."""
        mine = [one for one in self._datasets.datasets() if one.instrument.symbol == symbol]
        if until is None or not mine:
            return ()
        kept = self._of(max(mine, key=lambda one: (one.last, one.rows)))
        end = bisect_left(kept, (until.astimezone(UTC).date().isoformat(),))
        return kept[:end]

    def _of(self, dataset: Dataset) -> Closes:
        if dataset.id not in self._kept:
            bars = self._datasets.prices(dataset)
            moments = (
                datetime.fromtimestamp(int(opened) / 1_000, tz=UTC).date().isoformat()
                for opened in bars.time
            )
            closes = (Decimal(repr(float(close))) for close in bars.close)
            self._kept[dataset.id] = daily(zip(moments, closes, strict=True))
        return self._kept[dataset.id]

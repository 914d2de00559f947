"""Where the replay feed takes its bars from: the forward part of registered datasets."""

from __future__ import annotations

from engine.data.bars import Bars
from engine.data.store import DatasetStore
from engine.records import Digest


class ForwardSource:
    """Forward bars of the dataset store; the last dataset is kept in memory."""

    def __init__(self, store: DatasetStore) -> None:
        """Read from this store; nothing is read yet."""
        self._store = store
        self._kept: Bars | None = None
        self._kept_id = ""

    def bars(self, dataset_id: Digest) -> Bars:
        """Bars after the dataset's window.

        Raises:
            DataError: DATASET_UNKNOWN, DATASET_AMBIGUOUS or FORWARD_EMPTY.
            IntegrityError: DATA_CORRUPT.
        """
        if self._kept is None or self._kept_id != dataset_id:
            self._kept = self._store.forward(self._store.find(dataset_id)).bars
            self._kept_id = dataset_id
        return self._kept


class FixedSource:
    """Bars held in memory, by their own digest: for tests and drills."""

    def __init__(self, *known: Bars) -> None:
        """Offer these bars."""
        self._known = {bars.digest: bars for bars in known}

    def bars(self, dataset_id: Digest) -> Bars:
        """The bars with this digest; DataError DATASET_UNKNOWN otherwise."""
        from engine.errors import DataError  # noqa: PLC0415 - only on the error path

        try:
            return self._known[dataset_id]
        except KeyError as error:
            raise DataError(
                "DATASET_UNKNOWN", "there is no such dataset", value=dataset_id,
                hint="register it first",
            ) from error  # fmt: skip

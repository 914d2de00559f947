"""Dataset store: Parquet folders named by the digest of their columns, written all or nothing.

    root/<id>/manifest.json
    root/<id>/train/bars.parquet
    root/<id>/sealed/bars.parquet     embargo and holdout; folder 0700, file 0600
    root/<id>/forward/bars.parquet

A dataset is written to a folder of its own, flushed, and renamed: one rename is the whole commit.
Every part carries its own digest and is verified when it is read.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.data.bars import COLUMNS, EXTRAS, Bars, FloatArray, IntArray, bars_from, bars_like
from engine.data.dataset import Dataset
from engine.data.days import day_of
from engine.data.families import nearest_member
from engine.data.manifests import corrupt, find_dataset, read_manifest, sync, write_manifest
from engine.data.partitions import ForwardBars, HoldoutBars, LookPermit, TrainBars
from engine.data.registration import check_window, describe, pieces
from engine.data.sources import Provenance
from engine.errors import AccessError, DataError

__all__ = ["BARS_FILE", "PARTS", "Dataset", "DatasetStore"]

PARTS: Final = ("train", "sealed", "forward")
BARS_FILE: Final = "bars.parquet"
_ID_LENGTH: Final = 64
_INCOMING: Final = ".incoming-"


def _write_bars(folder: Path, bars: Bars) -> None:
    """Write one part; the sealed one is readable by its owner alone."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a dataset is touched
    from pyarrow import parquet  # noqa: PLC0415 - as above

    sealed = folder.name == "sealed"
    folder.mkdir(mode=0o700 if sealed else 0o755)

    def stored(column: IntArray | FloatArray) -> Any:  # noqa: ANN401 - pyarrow has no types
        """A column from its buffer: `pa.array` would import pandas on the way."""
        kind = pa.int64() if column.dtype == np.int64 else pa.float64()
        return pa.Array.from_buffers(kind, len(bars), [None, pa.py_buffer(column)])

    columns = {"time": stored(bars.time)}
    columns |= {name: stored(column) for name, column in bars.columns.items()}
    table = pa.table(columns)
    path = folder / BARS_FILE
    path.touch(mode=0o600 if sealed else 0o644)
    parquet.write_table(table, path, compression="zstd")
    sync(path)
    sync(folder)


def _read_bars(folder: Path, dataset: Dataset) -> Bars:
    """Read one part and verify it.

    Raises:
        IntegrityError: DATA_CORRUPT.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy, only when a dataset is touched
    from pyarrow import parquet  # noqa: PLC0415 - as above

    try:
        with parquet.ParquetFile(folder / BARS_FILE) as file:
            table = file.read()
        columns = {
            name: np.from_dlpack(pa.concat_arrays(table.column(name).chunks))
            for name in ("time", *COLUMNS, *(n for n in EXTRAS if n in table.column_names))
        }
        time = columns.pop("time")
        bars = bars_from(dataset.instrument, dataset.timeframe, time, columns, origin="registered")
    except (OSError, KeyError, ValueError, pa.ArrowException, DataError) as error:
        raise corrupt(f"{dataset.id[:12]}/{folder.name}") from error
    if bars.digest != getattr(dataset.parts, folder.name):
        raise corrupt(f"{dataset.id[:12]}/{folder.name}")
    return bars


def _joined(parts: list[Bars]) -> Bars:
    time = np.concatenate([part.time for part in parts])
    columns = {n: np.concatenate([part.columns[n] for part in parts]) for n in parts[0].columns}
    return bars_like(parts[0], time, columns)


class DatasetStore:
    """Registered datasets under one folder; several processes of one user may share it."""

    def __init__(self, root: Path) -> None:
        """Keep datasets under `root`; the folder is made with the first registration."""
        self._root = Path(root)

    def register(
        self,
        bars: Bars,
        *,
        window_end: datetime | None = None,
        source: Provenance | None = None,
    ) -> Dataset:
        """Store bars cut into zones; the same bars again answer what is stored.

        `source` says where they came from; it is kept beside them and no part of their identity.

        A new market's window ends with the UTC day of `window_end` (None: the last bar's day).
        Bars of a known market are cut at its borders, so days that are sealed stay sealed.

        Raises:
            DataError: DATASET_SPANS_FAMILIES, DATASET_WINDOW_FIXED, DATASET_TRAIN_EMPTY,
                WINDOW_END_OUTSIDE or DATA_TOO_SHORT; nothing is written then.
        """
        asked = None if window_end is None else day_of(window_end)
        self._root.mkdir(parents=True, exist_ok=True)
        with self._lock():
            self._sweep()
            folder = self._root / bars.digest
            if folder.is_dir():
                known = read_manifest(folder).dataset
                check_window(known, asked)
                return known
            kin = nearest_member(bars, ((each, self.prices(each)) for each in self.datasets()))
            dataset = describe(bars, kin, asked)
            self._write(dataset, bars, source)
            return dataset

    def datasets(self) -> tuple[Dataset, ...]:
        """All datasets, by symbol, timeframe, first bar and id.

        Raises:
            IntegrityError: DATA_CORRUPT.
        """
        if not self._root.is_dir():
            return ()
        folders = [path for path in self._root.iterdir() if len(path.name) == _ID_LENGTH]
        found = [read_manifest(folder).dataset for folder in folders]
        return tuple(
            sorted(found, key=lambda d: (d.instrument.symbol, d.timeframe.seconds, d.first, d.id))
        )

    def find(self, ref: str) -> Dataset:
        """The dataset named by its id, a unique start of it (8 or more), or SYMBOL[:timeframe].

        Raises:
            DataError: DATASET_UNKNOWN or DATASET_AMBIGUOUS.
        """
        return find_dataset(ref, self.datasets())

    def source(self, dataset: Dataset) -> Provenance | None:
        """Where a dataset's bars came from; None when nobody said.

        Raises:
            IntegrityError: DATA_CORRUPT.
        """
        return read_manifest(self._root / dataset.id).source

    def train(self, dataset: Dataset) -> TrainBars:
        """Bars of the train zone.

        Raises:
            IntegrityError: DATA_CORRUPT.
        """
        return TrainBars(dataset.id, self._part(dataset, "train"))

    def holdout(self, dataset: Dataset, permit: LookPermit) -> HoldoutBars:
        """Bars up to the window's end, for the one candidate that the permit names.

        Raises:
            AccessError: LOOK_PERMIT_INVALID when the permit is for another dataset.
            DataError: HOLDOUT_EMPTY when the dataset has no bar there.
            IntegrityError: DATA_CORRUPT.
        """
        if permit.dataset_id != dataset.id:
            raise AccessError(
                "LOOK_PERMIT_INVALID", "the permit is for another dataset",
                value=permit.dataset_id, hint="open a look for this dataset",
            )  # fmt: skip
        if dataset.holdout_rows == 0:
            raise DataError(
                "HOLDOUT_EMPTY", "the dataset has no bar in the holdout", value=dataset.ref,
                hint="register data that reach into the window's last 30 %",
            )  # fmt: skip
        bars = _joined([self._part(dataset, "train"), self._part(dataset, "sealed")])
        return HoldoutBars(dataset.id, bars, dataset.train_rows + dataset.embargo_rows)

    def forward(self, dataset: Dataset) -> ForwardBars:
        """Bars after the window's last day.

        Raises:
            DataError: FORWARD_EMPTY.
            IntegrityError: DATA_CORRUPT.
        """
        if dataset.forward_rows == 0:
            raise DataError(
                "FORWARD_EMPTY", "the dataset has no bar after its window", value=dataset.ref,
                hint="register newer data of the same market",
            )  # fmt: skip
        return ForwardBars(dataset.id, self._part(dataset, "forward"))

    def prices(self, dataset: Dataset) -> Bars:
        """All bars, sealed ones too: for people's charts and for signals, never for research.

        Raises:
            IntegrityError: DATA_CORRUPT.
        """
        present = [name for name in PARTS if getattr(dataset.parts, name) is not None]
        bars = _joined([self._part(dataset, name) for name in present])
        if bars.digest != dataset.id:
            raise corrupt(dataset.id[:12])
        return bars

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the store's one write lock; the kernel frees it when the process dies."""
        with (self._root / ".lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        """Remove what a crash left behind; only under the lock."""
        for path in self._root.glob(f"{_INCOMING}*"):
            shutil.rmtree(path)

    def _write(self, dataset: Dataset, bars: Bars, source: Provenance | None) -> None:
        """Write parts and manifest aside and flushed, then rename the folder: the commit."""
        incoming = self._root / f"{_INCOMING}{dataset.id}"
        incoming.mkdir()
        for name, part in pieces(bars, dataset.zones).items():
            _write_bars(incoming / name, part)
        write_manifest(incoming, dataset, source)
        sync(incoming)
        incoming.rename(self._root / dataset.id)
        sync(self._root)

    def _part(self, dataset: Dataset, name: str) -> Bars:
        return _read_bars(self._root / dataset.id / name, dataset)

"""Dataset store: Parquet folders named by the digest of their columns, written all or nothing.

    root/<id>/manifest.json           as it was registered
    root/<id>/train/bars.parquet
    root/<id>/sealed/bars.parquet     embargo and holdout; folder 0700, file 0600
    root/<id>/forward/bars.parquet
    root/<id>/window-2/...            the same, cut anew after a window was closed
    root/families/<family>.json       which window is open, once one was closed

A dataset is written to a folder of its own, flushed, and renamed: one rename is the whole commit.
Closing a window writes every dataset of the market anew beside the old parts; replacing the
family's file is the whole commit. Every part carries its own digest and is verified when read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.data.bars import COLUMNS, EXTRAS, Bars, FloatArray, IntArray, bars_from, bars_like
from engine.data.dataset import Dataset, Window
from engine.data.days import bar_days, day_of
from engine.data.families import nearest_member
from engine.data.manifests import corrupt, find_dataset, read_manifest, sync, write_manifest
from engine.data.partitions import ForwardBars, HoldoutBars, LookPermit, TrainBars
from engine.data.registration import check_window, describe, pieces
from engine.data.shelf import INCOMING, PARTS, Shelf
from engine.data.sources import Provenance
from engine.data.windows import (
    FamilyWindows,
    home,
    next_is_due,
    next_zones,
    window_unknown,
    write_windows,
)
from engine.errors import AccessError, DataError, IntegrityError
from engine.ledger import Family

__all__ = ["BARS_FILE", "PARTS", "Dataset", "DatasetStore"]

BARS_FILE: Final = "bars.parquet"


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
        self._shelf = Shelf(self._root)

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
        with self._shelf.lock():
            self._shelf.sweep()
            folder = self._root / bars.digest
            if folder.is_dir():
                known = self._shelf.current(folder)
                check_window(known, asked, self.windows(known.family).zones)
                return known
            kin = nearest_member(bars, ((each, self.prices(each)) for each in self.datasets()))
            closed = () if kin is None else self.windows(kin.family).zones
            dataset = describe(bars, kin, asked, closed)
            self._write(dataset, bars, source)
            return dataset

    def close_window(self, window: Window) -> FamilyWindows:
        """Close a market's open window: its days become train, forward days the next window.

        All datasets of the market are cut anew, at once: a crash leaves every one of them in the
        old zones or every one in the new ones. Closing a window that is closed changes nothing.

        Raises:
            DataError: WINDOW_UNKNOWN. IntegrityError: DATA_CORRUPT; nothing is changed then.
        """
        family = window.family
        with self._shelf.lock():
            self._shelf.sweep()
            members = self._members(family)
            known = self._shelf.windows_of(family, members)
            if window not in known.each:
                raise window_unknown(window, known.each)
            if window != known.open:
                return known
            zones = next_zones(self._days(members), known.now)
            after = FamilyWindows(family=family, zones=(*known.zones, zones))
            for each in members:
                self._recut(each, after)
            write_windows(self._root, after)
            self._shelf.sweep()
            return after

    def windows(self, family: Family) -> FamilyWindows:
        """All windows of a market, the open one last.

        Raises:
            DataError: FAMILY_UNKNOWN.
        """
        return self._shelf.windows_of(family, self._members(family))

    def next_is_due(self, family: Family) -> bool:
        """True when so much forward data wait that the next window would have full length.

        Raises:
            DataError: FAMILY_UNKNOWN. IntegrityError: DATA_CORRUPT.
        """
        members = self._members(family)
        return next_is_due(self._days(members), self._shelf.windows_of(family, members).now)

    def datasets(self) -> tuple[Dataset, ...]:
        """All datasets, by symbol, timeframe, first bar and id.

        Raises:
            IntegrityError: DATA_CORRUPT.
        """
        if not self._root.is_dir():
            return ()
        found = self._shelf.all()
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
            AccessError: LOOK_PERMIT_INVALID without a permit, for another dataset's or window's.
            DataError: HOLDOUT_EMPTY when the dataset has no bar there.
            IntegrityError: DATA_CORRUPT.
        """
        if not isinstance(permit, LookPermit):
            raise AccessError(
                "LOOK_PERMIT_INVALID", "sealed bars are opened by a look alone", value=permit,
                hint="submit a candidate to the gate",
            )  # fmt: skip
        if dataset.id not in permit.datasets:
            raise AccessError(
                "LOOK_PERMIT_INVALID", "the permit is for another dataset",
                value=dataset.id, hint="open a look for this dataset",
            )  # fmt: skip
        if dataset.window not in permit.windows:
            raise AccessError(
                "LOOK_PERMIT_INVALID", "the permit is for another window of this market",
                value=str(dataset.window), hint="its window was closed: open a look on this one",
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

    def _members(self, family: Family) -> list[Dataset]:
        """The datasets of a market."""
        return [each for each in self.datasets() if each.family == family]

    def _days(self, members: Sequence[Dataset]) -> IntArray:
        """Days with a bar in any of these datasets, rising."""
        each = [bar_days(self.prices(one)) for one in members]
        return np.unique(np.concatenate(each))

    def _recut(self, dataset: Dataset, windows: FamilyWindows) -> None:
        """Write a dataset in new zones beside the old parts; nothing reads it yet."""
        bars = self.prices(dataset)
        cut = describe(bars, dataset.model_copy(update={"zones": windows.now}), None)
        folder = self._root / dataset.id
        incoming = folder / f"{INCOMING}{windows.number}"
        self._write_parts(incoming, cut, bars, self.source(dataset))
        for name in pieces(bars, cut.zones):
            _read_bars(incoming / name, cut)  # the old parts go: what replaces them must be whole
        incoming.rename(home(folder, windows.number))
        sync(folder)

    def _write(self, dataset: Dataset, bars: Bars, source: Provenance | None) -> None:
        """Write parts and manifest aside and flushed, then rename the folder: the commit."""
        incoming = self._root / f"{INCOMING}{dataset.id}"
        place = home(incoming, self._shelf.number(dataset))
        if place != incoming:
            incoming.mkdir()
            write_manifest(incoming, dataset, source)
        self._write_parts(place, dataset, bars, source)
        if place != incoming:
            sync(incoming)
        incoming.rename(self._root / dataset.id)
        sync(self._root)

    @staticmethod
    def _write_parts(folder: Path, dataset: Dataset, bars: Bars, source: Provenance | None) -> None:
        """Write parts and manifest into a new folder, flushed."""
        folder.mkdir()
        for name, part in pieces(bars, dataset.zones).items():
            _write_bars(folder / name, part)
        write_manifest(folder, dataset, source)
        sync(folder)

    def _part(self, dataset: Dataset, name: str) -> Bars:
        """One part; DATASET_RECUT when the window was closed since the record was read."""
        folder = self._root / dataset.id
        try:
            self._shelf.require_current(dataset)
            return _read_bars(home(folder, self._shelf.number(dataset)) / name, dataset)
        except IntegrityError:
            self._shelf.require_current(dataset)  # cut anew while it was read
            raise

"""Shelf: where the parts of each dataset lie, and which window of its market is open.

One lock serves all that write; readers take none, because every change becomes visible by one
rename. What a crash left behind, and parts of windows that were closed, are swept away under the
lock.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.data.dataset import Dataset
from engine.data.manifests import read_manifest
from engine.data.windows import FamilyWindows, home, read_windows
from engine.errors import DataError
from engine.ledger import Family
from engine.text import did_you_mean

PARTS: Final = ("train", "sealed", "forward")
INCOMING: Final = ".incoming-"
_LATER: Final = "window-"
_ID_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folders of all datasets under one root."""

    root: Path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the store's one write lock; the kernel frees it when the process dies."""
        with (self.root / ".lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def sweep(self) -> None:
        """Remove what a crash left behind and what is cut anew; only under the lock."""
        for path in self.root.glob(f"{INCOMING}*"):
            shutil.rmtree(path)
        for folder in self.folders():
            number = self.number(read_manifest(folder).dataset)
            kept = home(folder, number)
            stale = [*folder.glob(f"{_LATER}*"), *folder.glob(f"{INCOMING}*")]
            stale += [] if number == 1 else [folder / name for name in PARTS]
            for path in stale:
                if path != kept and path.is_dir():
                    shutil.rmtree(path)

    def folders(self) -> list[Path]:
        """The folder of every dataset."""
        return [path for path in self.root.iterdir() if len(path.name) == _ID_LENGTH]

    def number(self, dataset: Dataset) -> int:
        """Number of the open window of a dataset's market."""
        windows = read_windows(self.root, dataset.family)
        return 1 if windows is None else windows.number

    def current(self, folder: Path) -> Dataset:
        """A dataset as it is cut now."""
        first = read_manifest(folder).dataset
        return self._as_cut(folder, first, self.number(first))

    def all(self) -> list[Dataset]:
        """Every dataset as it is cut now; those of one market are all of the same cut."""
        numbers: dict[Family, int] = {}
        found = []
        for folder in self.folders():
            first = read_manifest(folder).dataset
            number = numbers.setdefault(first.family, self.number(first))
            found.append(self._as_cut(folder, first, number))
        return found

    @staticmethod
    def _as_cut(folder: Path, first: Dataset, number: int) -> Dataset:
        place = home(folder, number)
        return first if place == folder else read_manifest(place, first.id).dataset

    def windows_of(self, family: Family, members: Sequence[Dataset]) -> FamilyWindows:
        """All windows of a market whose datasets are `members`.

        Raises:
            DataError: FAMILY_UNKNOWN when it has none.
        """
        found = read_windows(self.root, family)
        if found is not None and members:
            return found
        if members:
            return FamilyWindows(family=family, zones=(members[0].zones,))
        known = sorted({each.family for each in self.all()})
        near = did_you_mean(family, known)
        raise DataError(
            "FAMILY_UNKNOWN", "there is no such market", value=family,
            hint=f"did you mean {', '.join(near)}?" if near else "see `peak windows list`",
        )  # fmt: skip

    def require_current(self, dataset: Dataset) -> None:
        """Refuse a record whose window was closed since it was looked up.

        Raises:
            DataError: DATASET_RECUT.
        """
        windows = read_windows(self.root, dataset.family)
        if windows is not None and windows.now != dataset.zones:
            raise DataError(
                "DATASET_RECUT", "the market's window was closed since this was looked up",
                value=dataset.ref, hint="look the dataset up again",
            )  # fmt: skip

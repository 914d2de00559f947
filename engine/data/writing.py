"""Writing bars to a file that reads back as exactly the same bars."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Final

import numpy as np

from engine.data.bars import Bars
from engine.errors import DataError

ENDINGS: Final = (".csv", ".csv.gz")


def write_csv(bars: Bars, path: Path) -> Path:
    """A CSV file with a header and ISO times, packed when it ends in `.gz`; whole or not at all.

    Raises:
        DataError: FILE_EXISTS or FILE_ENDING.
    """
    target = Path(path)
    if not target.name.endswith(ENDINGS):
        raise DataError(
            "FILE_ENDING", "bars are written as CSV", value=target.name,
            hint="let the name end in .csv or .csv.gz",
        )  # fmt: skip
    if target.exists():
        raise DataError(
            "FILE_EXISTS", "there is such a file already", value=target,
            hint="take another name, or remove it",
        )  # fmt: skip
    raw = csv_text(bars).encode()
    return write_whole(target, gzip.compress(raw, mtime=0) if target.suffix == ".gz" else raw)


def write_whole(path: Path, raw: bytes) -> Path:
    """Write a file aside and rename it: it is there whole or not at all."""
    aside = path.with_name(f".incoming-{os.getpid()}-{path.name}")
    aside.write_bytes(raw)
    aside.rename(path)
    return path


def csv_text(bars: Bars) -> str:
    """The bars as CSV; every number in the shortest form that reads back the same."""
    times = np.datetime_as_string(bars.time.astype("datetime64[ms]"), unit="s")
    cells = [np.char.replace(times, "T", " ").tolist()]
    cells += [list(map(_cell, column.tolist())) for column in bars.columns.values()]
    rows = [",".join(row) for row in zip(*cells, strict=True)]
    return "\n".join([",".join(("time", *bars.columns)), *rows]) + "\n"


def _cell(value: float) -> str:
    return "" if value != value else repr(value)  # noqa: PLR0124 - NaN is what differs from itself

"""Real markets without their order: blocks of real days, each with a sign of its own.

A flip per day leaves nothing to predict, however the market behaved; a flip per block would keep
what one day tells about the next. Sizes of moves keep their clusters.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import DataError

BLOCK: Final = 20
"""Mean length of a block, days."""
FEWEST_DAYS: Final = 500
_LARGEST: Final = 0.5


def daily_returns(file: Path) -> dict[str, FloatArray]:
    """Daily log returns by symbol ('' without one) of a gzipped CSV with `ts` and `close`.

    The last close of a date counts; rows are in order of time. Other files give nothing.
    """
    closes: dict[str, dict[str, float]] = {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"ts", "close"} <= set(reader.fieldnames or ()):
            return {}
        for row in reader:
            closes.setdefault(row.get("symbol") or "", {})[row["ts"][:10]] = float(row["close"])
    return {
        symbol: np.diff(np.log(np.array(list(days.values()))))
        for symbol, days in closes.items()
        if len(days) > FEWEST_DAYS
    }


def pool(folder: Path) -> tuple[FloatArray, ...]:
    """Daily returns of every market in a folder of `*.csv.gz`, by name of file and symbol.

    A step above 50 % (log) is a split or a hole in the file, not a day: it is left out.

    Raises:
        DataError: REAL_MISSING when no file can be used.
    """
    found = tuple(_usable(folder))
    if not found:
        raise DataError(
            "REAL_MISSING", "no file with the columns ts and close has 500 days of one market",
            value=folder.name, hint="name a folder of *.csv.gz; without --real the null is skipped",
        )  # fmt: skip
    return found


def _usable(folder: Path) -> Iterator[FloatArray]:
    for file in sorted(folder.glob("*.csv.gz")):
        for _, steps in sorted(daily_returns(file).items()):
            yield steps[np.abs(steps) <= _LARGEST]


def sign_flipped(
    markets: tuple[FloatArray, ...], random: np.random.Generator, days: int
) -> FloatArray:
    """Daily simple returns: blocks of one market's days, mean 20 long, a fair sign for each day.

    The sign is that of the simple return, so that the mean is 0 and not half a variance.
    """
    steps = markets[int(random.integers(len(markets)))]
    fresh = random.random(days) < 1.0 / BLOCK
    fresh[0] = True
    begins = random.integers(0, len(steps), days)
    place = np.arange(days)
    last = np.maximum.accumulate(np.where(fresh, place, 0))
    drawn = steps[(begins[last] + place - last) % len(steps)]
    size = np.minimum(np.expm1(np.abs(drawn)), math.expm1(_LARGEST))
    flipped: FloatArray = np.clip(size, 0.0, _LARGEST) * random.choice((-1.0, 1.0), days)
    return flipped

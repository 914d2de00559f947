"""Windows of a market: the open one, those that were closed, and how the next one is cut.

A market's first window is cut when its first dataset is registered and stands in each dataset's
own manifest. When a window is closed, its days become train and the forward days become the next
window; from then on `families/<family>.json` says which window is open. Writing that one file is
the commit: before it all datasets of the market are read as they were, after it as they are cut
anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from engine.data.bars import IntArray
from engine.data.dataset import Window, Zones
from engine.data.days import day_number, day_text
from engine.data.manifests import corrupt, sync
from engine.data.partitions import DAYS_PER_YEAR, EMBARGO_DAYS, HOLDOUT_YEARS
from engine.errors import DataError, InputError
from engine.ledger import Family
from engine.records import Digest, Record, canonical, digest, parse_record

FAMILIES: Final = "families"
WINDOW_DAYS: Final = int(np.ceil(HOLDOUT_YEARS[1] * DAYS_PER_YEAR))
"""Calendar days, embargo included, after which a window is long enough for every tier."""
_WEEK: Final = 7


class FamilyWindows(Record):
    """All windows of a market in order; the last one is open.

    `zones` are those of each window: the train of the second one holds the whole first one.
    """

    family: Family
    zones: Annotated[tuple[Zones, ...], Field(min_length=1)]

    @property
    def number(self) -> int:
        """Number of the open window; the first is 1."""
        return len(self.zones)

    @property
    def now(self) -> Zones:
        """Zones of the open window."""
        return self.zones[-1]

    @property
    def each(self) -> tuple[Window, ...]:
        """Identity of every window, the open one last."""
        return tuple(Window(family=self.family, first=one.holdout_first) for one in self.zones)

    @property
    def open(self) -> Window:
        """The open window."""
        return self.each[-1]


class FamilyFile(Record):
    """What is written, with the digest that it must have."""

    windows: FamilyWindows
    digest: Digest


def _digest(windows: FamilyWindows) -> Digest:
    return digest("peak/family/v1", windows)


def _path(root: Path, family: Family) -> Path:
    return root / FAMILIES / f"{family}.json"


def read_windows(root: Path, family: Family) -> FamilyWindows | None:
    """What is written about a market; None while its first window is open.

    Raises:
        IntegrityError: DATA_CORRUPT.
    """
    try:
        raw = _path(root, family).read_bytes()
    except FileNotFoundError:
        return None
    try:
        found = parse_record(FamilyFile, raw)
    except InputError as error:
        raise corrupt(family) from error
    if found.digest != _digest(found.windows) or found.windows.family != family:
        raise corrupt(family)
    return found.windows


def write_windows(root: Path, windows: FamilyWindows) -> None:
    """Replace a market's file by one rename: whoever reads sees the old one or the new one."""
    path = _path(root, windows.family)
    if not path.parent.is_dir():
        path.parent.mkdir()
        sync(root)
    aside = path.with_suffix(".incoming")
    aside.write_bytes(canonical(FamilyFile(windows=windows, digest=_digest(windows))))
    sync(aside)
    aside.rename(path)
    sync(path.parent)


def home(folder: Path, number: int) -> Path:
    """Where a dataset's parts lie while the window of that number is open."""
    return folder if number == 1 else folder / f"window-{number}"


def next_zones(days: IntArray, zones: Zones) -> Zones:
    """Zones after closing a window: what was sealed is train, forward days are the next window.

    `days` are the days with a bar in any dataset of the market, rising. The embargo is the next 10
    trading days; days that are still to come are counted on the weekdays that the market trades.
    The window ends with the newest day there is, but not before it is a year and a half long:
    until then it fills with the bars that come, which are sealed as they come.
    """
    closed = day_number(zones.window_last)
    after = [int(day) for day in days[days > closed]]
    waiting = _trading_days(days, after, closed, EMBARGO_DAYS + 1)
    return Zones(
        train_last=zones.window_last,
        holdout_first=day_text(waiting[EMBARGO_DAYS]),
        window_last=day_text(max([closed + WINDOW_DAYS, *after[-1:]])),
    )


def _trading_days(days: IntArray, after: Sequence[int], closed: int, count: int) -> tuple[int, ...]:
    """The first trading days after a window: those with a bar, then those that are to come."""
    found = list(after[:count])
    weekdays = {int(day) % _WEEK for day in days} or set(range(_WEEK))
    day = found[-1] if found else closed
    while len(found) < count:
        day += 1
        if day % _WEEK in weekdays:
            found.append(day)
    return tuple(found)


def waiting_years(days: IntArray, zones: Zones) -> float:
    """Years of forward data behind a window."""
    last = int(days[-1]) if len(days) else 0
    return max(0.0, (last - day_number(zones.window_last)) / DAYS_PER_YEAR)


def next_is_due(days: IntArray, zones: Zones) -> bool:
    """True when the forward days alone would make a window of full length."""
    return waiting_years(days, zones) * DAYS_PER_YEAR >= WINDOW_DAYS


def window_unknown(window: Window, known: Sequence[Window]) -> DataError:
    """The refusal to close what the market does not have."""
    listed = ", ".join(each.first for each in known)
    return DataError(
        "WINDOW_UNKNOWN", f"{window.family} has no window from this day", value=window.first,
        hint=f"its windows begin on {listed}; the last one is open",
    )  # fmt: skip

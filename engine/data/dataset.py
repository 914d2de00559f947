"""Dataset: what the store says about registered bars: identity, market, zones by date.

A family is one market. Its window and the borders of its zones are days, fixed when its first
dataset is registered; every later dataset of the family is cut at the same days. When a window is
closed (`windows.py`) all datasets of the family are cut anew, at the days of the next one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.data.days import DayText, day_number
from engine.ledger import Family
from engine.market import Instrument, Timeframe
from engine.records import Digest, Record, digest

ZoneNote = Literal["", "ZONE_SHORT", "DATA_TOO_SHORT"]
Rows = Annotated[int, Field(ge=0)]


class Zones(Record):
    """Borders of a family's zones, UTC days, inclusive: the same for all its datasets.

    Train is everything up to `train_last`; the embargo lies between it and `holdout_first`; the
    sealed holdout ends with `window_last`; forward is what comes after.
    """

    train_last: DayText
    holdout_first: DayText
    window_last: DayText

    def as_numbers(self) -> tuple[int, int, int]:
        """The three days as day numbers, in order."""
        return (
            day_number(self.train_last),
            day_number(self.holdout_first),
            day_number(self.window_last),
        )


class Window(Record):
    """One sealed stretch of one market: what a look is spent on.

    `first` is the first sealed day. A market has one open window; earlier ones are closed and
    their days are train.
    """

    family: Family
    first: DayText

    def __str__(self) -> str:
        """`goog-usd-1a2b3c4d from 2010-03-09`."""
        return f"{self.family} from {self.first}"


class PartDigests(Record):
    """Digest of each stored part's columns; None where the dataset has no bar."""

    train: Digest
    sealed: Digest | None
    forward: Digest | None


class Dataset(Record):
    """One registered dataset; `id` is the digest of all its canonical columns.

    `first` and `last` are open times of bars. `train_*`, `holdout_*` and `forward_from` are days
    (midnight UTC, both ends inclusive); the holdout's are the family's, also when this dataset
    has no bar there. `zone_note` says whether the zones are long enough for the gate.
    """

    id: Digest
    instrument: Instrument
    timeframe: Timeframe
    family: Family
    rows: Rows
    first: AwareDatetime
    last: AwareDatetime
    zones: Zones
    train_from: AwareDatetime
    train_to: AwareDatetime
    holdout_from: AwareDatetime
    holdout_to: AwareDatetime
    forward_from: AwareDatetime | None = None
    zone_note: ZoneNote = ""
    train_rows: Rows
    embargo_rows: Rows
    holdout_rows: Rows
    forward_rows: Rows
    parts: PartDigests

    @property
    def digest(self) -> Digest:
        """Digest of this record: what the manifest is verified with."""
        return digest("peak/dataset/v1", self)

    @property
    def window(self) -> Window:
        """The open window of the dataset's market."""
        return Window(family=self.family, first=self.zones.holdout_first)

    @property
    def ref(self) -> str:
        """Short reference for people: `GOOG:1d`."""
        return f"{self.instrument.symbol}:{self.timeframe.value}"

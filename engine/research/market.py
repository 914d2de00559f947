"""The market of a study: train bars of its datasets, and the same as bytes for other processes.

Research takes `TrainBars` only, so nothing of a sealed zone can reach it. The bytes are columns
after a canonical head; every machine writes the same, and whoever reads them checks them again.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from engine.data.bars import COLUMNS, Bars, IntArray, Origin, bars_from
from engine.data.dataset import Dataset
from engine.data.days import DAY_MS
from engine.data.panel import Panel, panel_of
from engine.data.partitions import TrainBars
from engine.errors import InputError, IntegrityError
from engine.gate.bench import train_field
from engine.ledger import Family, joint_dataset
from engine.market import Instrument, Timeframe
from engine.packing import pack_days
from engine.records import Digest, Record, canonical, digest, parse_record

_MAGIC: Final = b"peak/market/v1\x00"
_HEAD: Final = struct.Struct("<I")


class Span(Record):
    """Rows of the timeline that a run sees: bars before `first` only warm its rules up.

    begin, end: rows begin <= row < end are there; first: the account runs from this row on, flat.
    """

    begin: int
    first: int
    end: int

    def cut(self, panel: Panel) -> tuple[Panel, int]:
        """The panel's bars of this span, and the row among them from which the account runs."""
        stop = min(self.end, len(panel))
        shown = panel if stop == len(panel) else panel.before(int(panel.time[stop]))
        return shown.since(self.begin), self.first - self.begin


@dataclass(frozen=True, eq=False)
class ResearchMarket:
    """Train bars of one or several datasets, the candidate's own first; make it with `of`."""

    datasets: tuple[Dataset, ...]
    panel: Panel

    @classmethod
    def of(cls, datasets: Sequence[Dataset], trains: Sequence[TrainBars]) -> ResearchMarket:
        """Train bars of all up to the last day that is train for each of them.

        Raises:
            InputError: MARKET_MISMATCH when the bars are not those of the datasets.
        """
        if [one.id for one in datasets] != [one.dataset_id for one in trains]:
            raise InputError("MARKET_MISMATCH", "these are not the bars of these datasets")
        return cls(tuple(datasets), train_field(trains))

    @property
    def families(self) -> tuple[Family, ...]:
        """Every market family that a trial here counts in."""
        return tuple(sorted({dataset.family for dataset in self.datasets}))

    @property
    def window(self) -> str:
        """The windows that this is the train zone of: what names the bootstrap's draws."""
        zones = sorted({(one.zones.train_last, one.zones.window_last) for one in self.datasets})
        return " ".join(f"{train} {window}" for train, window in zones)

    @property
    def whole(self) -> Span:
        """The span of all bars."""
        return Span(begin=0, first=0, end=len(self.panel))

    def data_digest(self, span: Span) -> Digest:
        """Identity of a trial's data: the datasets, or a stretch of them in a walk-forward test."""
        joint = joint_dataset([dataset.id for dataset in self.datasets])
        if span == self.whole:
            return joint
        return digest("peak/stretch/v1", {"datasets": joint, "span": span})

    def days(self, span: Span) -> str:
        """Packed UTC days that a run over this span has returns for."""
        time = self.panel.time[span.first : span.end]
        ends = time + (self.panel.timeframe.seconds * 1000 - 1)
        return pack_days(np.unique(ends // DAY_MS))

    @cached_property
    def raw(self) -> bytes:
        """The panel as bytes."""
        return pack_panel(self.panel)

    @cached_property
    def digest(self) -> Digest:
        """Digest of those bytes."""
        return raw_digest(self.raw)


class _BarsHead(Record):
    instrument: Instrument
    timeframe: Timeframe
    origin: Origin
    rows: int
    columns: tuple[str, ...]


class _Head(Record):
    each: tuple[_BarsHead, ...]


def raw_digest(raw: bytes) -> Digest:
    """SHA-256 of a packed market."""
    return hashlib.sha256(raw).hexdigest()


def pack_panel(panel: Panel) -> bytes:
    """A panel as bytes: magic, length of the head, head, then little-endian columns."""
    heads, parts = [], []
    for bars in panel.each:
        columns = bars.columns
        heads.append(
            _BarsHead(
                instrument=bars.instrument,
                timeframe=bars.timeframe,
                origin=bars.origin,
                rows=len(bars),
                columns=tuple(columns),
            )
        )
        parts.append(bars.time.astype("<i8").tobytes())
        parts += [column.astype("<f8").tobytes() for column in columns.values()]
    head = canonical(_Head(each=tuple(heads)))
    return b"".join([_MAGIC, _HEAD.pack(len(head)), head, *parts])


def unpack_panel(raw: bytes) -> Panel:
    """The panel of `pack_panel`, validated like any other bars.

    Raises:
        IntegrityError: MARKET_BROKEN. DataError: bars that are not what they must be.
    """
    begin = len(_MAGIC) + _HEAD.size
    if not raw.startswith(_MAGIC) or len(raw) < begin:
        raise _broken("no head")
    (length,) = _HEAD.unpack_from(raw, len(_MAGIC))
    head = parse_record(_Head, raw[begin : begin + length])
    place, each = begin + length, []
    for one in head.each:
        bars, place = _bars(one, raw, place)
        each.append(bars)
    if place != len(raw):
        raise _broken("a length does not fit")
    return panel_of(each)


def _bars(head: _BarsHead, raw: bytes, place: int) -> tuple[Bars, int]:
    size = 8 * head.rows
    if len(raw) < place + size * (1 + len(head.columns)) or set(COLUMNS) - set(head.columns):
        raise _broken("columns are missing")
    time: IntArray = np.frombuffer(raw, "<i8", head.rows, place)
    columns: dict[str, Any] = {}
    for name in head.columns:
        place += size
        columns[name] = np.frombuffer(raw, "<f8", head.rows, place)
    bars = bars_from(head.instrument, head.timeframe, time, columns, origin=head.origin)
    return bars, place + size


def _broken(what: str) -> IntegrityError:
    return IntegrityError(
        "MARKET_BROKEN", f"the bars of a task cannot be read: {what}",
        hint="start the job again; look at the connection to the workers",
    )  # fmt: skip

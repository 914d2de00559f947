"""Windows of the markets: what they hold, and closing one.

Closing has four steps, each of which may be the last before a crash: the intent is journalled;
the figures of the window's looks are published, each with a signed statement in the look book; the
store cuts every dataset of the market anew at once; the end is journalled. `finish` takes up what
was left between the first and the last one. Nothing is shown before it is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.clock import Clock
from engine.data.dataset import Window, Zones
from engine.data.store import DatasetStore
from engine.data.windows import FamilyWindows
from engine.errors import PeakError
from engine.gate.looks import LookRow, Sign
from engine.gate.looks_view import LooksView, looks_view
from engine.ledger import Family
from engine.market import Name
from engine.records import Digest, Record, parse_record
from guardrails.store.database import Database
from guardrails.store.journal import of_kind
from guardrails.store.looks import SqlLooks

CLOSING, CLOSED = "window.closing", "window.closed"
GATE: Name = "gate"
"""Who closes a window because enough forward data wait and a candidate asks."""

Publish = Callable[[Digest], None]
"""Draws the report of a candidate again, with the figures of its look."""


class Closing(Record):
    """What is journalled before a window is closed and when it is."""

    window: Window
    by: Name


@dataclass(frozen=True, slots=True)
class OneWindow:
    """A window of a market: its number, its zones, its looks; `due` if the next one may follow."""

    number: int
    zones: Zones
    looks: LooksView
    due: bool = False

    def as_dict(self) -> dict[str, object]:
        """JSON form."""
        return {
            "number": self.number,
            "first": self.zones.holdout_first,
            "last": self.zones.window_last,
            "train_last": self.zones.train_last,
            "due": self.due,
            **self.looks.model_dump(mode="json", exclude={"window"}),
        }


class Windows:
    """The use cases: list, close, close what is due, finish what was interrupted."""

    def __init__(
        self, database: Database, datasets: DatasetStore, clock: Clock, sign: Sign, publish: Publish
    ) -> None:
        """Work on the desk's store; `sign` is the installation's key."""
        self._database = database
        self._datasets = datasets
        self._looks = SqlLooks(database)
        self._clock = clock
        self._sign = sign
        self._publish = publish

    def families(self) -> tuple[Family, ...]:
        """All markets, in order."""
        return tuple(sorted({each.family for each in self._datasets.datasets()}))

    def of(self, family: Family) -> tuple[OneWindow, ...]:
        """All windows of a market, the open one last.

        Raises:
            DataError: FAMILY_UNKNOWN.
        """
        known = self._datasets.windows(family)
        rows, now = self._looks.rows(family), self._clock.now()
        still = self._open(rows, known)
        due = self._datasets.next_is_due(family)
        return tuple(
            OneWindow(
                number=number,
                zones=zones,
                looks=looks_view(rows, window, now, still),
                due=due and window == known.open,
            )
            for number, (zones, window) in enumerate(
                zip(known.zones, known.each, strict=True), start=1
            )
        )

    def close(self, window: Window, by: Name) -> FamilyWindows:
        """Close a window for good; a closed one stays as it is.

        Raises:
            DataError: WINDOW_UNKNOWN, FAMILY_UNKNOWN. IntegrityError: DATA_CORRUPT.
        """
        known = self._datasets.windows(window.family)
        if window == known.open:
            self._journal(CLOSING, window, by)
        return self._closed(window, by)

    def close_due(self, families: Sequence[Family]) -> tuple[Window, ...]:
        """Close the windows of these markets behind which enough forward data wait.

        The gate asks when a candidate is about to be judged; answers what was closed.
        """
        due = [family for family in families if self._datasets.next_is_due(family)]
        windows = tuple(self._datasets.windows(family).open for family in due)
        for window in windows:
            self.close(window, GATE)
        return windows

    def finish(self) -> tuple[Window, ...]:
        """Finish closings that a crash interrupted; the desk calls this when it starts."""
        with self._database.read() as connection:
            begun, ended = (
                [parse_record(Closing, row.payload) for row in of_kind(connection, kind)]
                for kind in (CLOSING, CLOSED)
            )
        done = {one.window for one in ended}
        left = tuple(one for one in begun if one.window not in done)
        for one in left:
            self._closed(one.window, one.by)
        return tuple(one.window for one in left)

    def _closed(self, window: Window, by: Name) -> FamilyWindows:
        """Publish, cut, journal; every step may be repeated."""
        known = self._datasets.windows(window.family)
        if window == known.open:
            self._publish_figures(window, known, by)
        after = self._datasets.close_window(window)
        with self._database.read() as connection:
            ended = [parse_record(Closing, row.payload) for row in of_kind(connection, CLOSED)]
        if window not in {one.window for one in ended}:
            self._journal(CLOSED, window, by)
        return after

    def _publish_figures(self, window: Window, known: FamilyWindows, by: Name) -> None:
        """The figures of every look that no other open window keeps sealed."""
        rows = self._looks.rows(window.family)
        still = set(self._open(rows, known)) - {window}
        for row in rows:
            mine = window in row.request.windows and not still & set(row.request.windows)
            if not mine or row.outcome is None:
                continue
            if not row.seen:
                self._looks.reveal(row.look_id, by, self._clock.now(), self._sign)
            self._draw(row)

    def _draw(self, row: LookRow) -> None:
        """A report that cannot be drawn does not keep a window open; its absence is journalled."""
        candidate = row.request.candidate_digest
        try:
            self._publish(candidate)
        except PeakError as error:
            with self._database.write() as work:
                payload = {"look": row.look_id, "candidate": candidate, "code": error.code}
                work.journal(GATE, "window.report_missing", payload)

    def _open(self, rows: Sequence[LookRow], known: FamilyWindows) -> tuple[Window, ...]:
        """The open windows of every market that these looks were taken on."""
        there = set(self.families())
        others = {family for row in rows for family in row.request.families} & there
        found = {self._datasets.windows(family).open for family in others - {known.family}}
        return (known.open, *sorted(found, key=str))

    def _journal(self, kind: str, window: Window, by: Name) -> None:
        with self._database.write() as work:
            work.journal(by, kind, Closing(window=window, by=by))

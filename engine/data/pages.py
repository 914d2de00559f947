"""Pages: what a download has brought so far, one file each, whole or not there.

    folder/request.json               what is downloaded; another request is refused
    folder/bars-000001502942400000.json     rows as the venue gave them, prices as text
    folder/funding-...json
    folder/instrument.json            what the venue says about the market

A page is written aside, flushed and renamed. The last row of the last page is the cursor: nothing
else has to be remembered to go on after an interruption.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field

from engine.data.feed_events import FeedRequest
from engine.data.manifests import sync
from engine.errors import DataError, InputError, IntegrityError, UnavailableError
from engine.market import Instrument, Timeframe
from engine.records import Record, canonical, parse_record

PageKind = Literal["bars", "funding"]
Text = Annotated[str, Field(pattern=r"^-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$")]
BarRow = tuple[int, Text, Text, Text, Text, Text]
"""Open time in UTC milliseconds, then open, high, low, close and volume as text."""
FundingRow = tuple[int, Text]
MAX_PAGE_BYTES: Final = 4_000_000
_INCOMING: Final = ".incoming-"
_REQUEST: Final = "request.json"
_INSTRUMENT: Final = "instrument.json"


class BarPage(Record):
    """Rows of bars in the venue's order; a row may come twice."""

    rows: tuple[BarRow, ...]


class FundingPage(Record):
    """Funding events: time and rate."""

    rows: tuple[FundingRow, ...]


class _Identity(Record):
    """What must not change from one run to the next."""

    venue: str
    symbol: str
    timeframe: Timeframe
    since_ms: int


class Pages:
    """The pages of one download."""

    def __init__(self, folder: Path) -> None:
        """Keep pages in `folder`, which is made with the first one."""
        self.folder = Path(folder)

    @contextmanager
    def locked(self, request: FeedRequest) -> Iterator[None]:
        """Own the folder for a run; leftovers of a crash are removed.

        Raises:
            UnavailableError: FEED_BUSY when another process downloads the same.
            DataError: FEED_FOLDER when it holds another download.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UnavailableError(
                    "FEED_BUSY", "another process downloads the same", value=request.symbol,
                    hint="wait until it is done",
                ) from error  # fmt: skip
            for path in self.folder.glob(f"{_INCOMING}*"):
                path.unlink()
            self._check_identity(request)
            yield

    def add_bars(self, rows: Sequence[BarRow]) -> None:
        """Write a page of bars."""
        self._write(f"bars-{rows[0][0]:015d}.json", canonical(BarPage(rows=tuple(rows))))

    def add_funding(self, rows: Sequence[FundingRow]) -> None:
        """Write a page of funding events."""
        self._write(f"funding-{rows[0][0]:015d}.json", canonical(FundingPage(rows=tuple(rows))))

    def set_instrument(self, instrument: Instrument) -> None:
        """Keep what the venue says about the market."""
        self._write(_INSTRUMENT, canonical(instrument))

    def instrument(self) -> Instrument | None:
        """What the venue said about the market; None before it was asked."""
        path = self.folder / _INSTRUMENT
        return parse_record(Instrument, path.read_bytes()) if path.is_file() else None

    def bars(self) -> list[BarRow]:
        """All rows of bars, page by page.

        Raises:
            IntegrityError: FEED_PAGE_CORRUPT.
        """
        return [row for path in self._files("bars") for row in _read(BarPage, path).rows]

    def funding(self) -> list[FundingRow]:
        """All funding events, page by page.

        Raises:
            IntegrityError: FEED_PAGE_CORRUPT.
        """
        return [row for path in self._files("funding") for row in _read(FundingPage, path).rows]

    def cursor(self, kind: PageKind) -> int | None:
        """Time of the last row there is, UTC milliseconds; None without a page.

        Raises:
            IntegrityError: FEED_PAGE_CORRUPT.
        """
        files = self._files(kind)
        if not files:
            return None
        page = _read(BarPage, files[-1]) if kind == "bars" else _read(FundingPage, files[-1])
        return max(row[0] for row in page.rows)

    def raw_digest(self) -> tuple[str, int]:
        """SHA-256 over names and bytes of all pages in order, and how many bytes they have."""
        state, size = hashlib.sha256(), 0
        for path in (*self._files("bars"), *self._files("funding")):
            raw = path.read_bytes()
            state.update(f"{path.name}\x00{len(raw)}\x00".encode() + raw)
            size += len(raw)
        return state.hexdigest(), size

    def _files(self, kind: PageKind) -> list[Path]:
        return sorted(self.folder.glob(f"{kind}-*.json"))

    def _check_identity(self, request: FeedRequest) -> None:
        wanted = canonical(
            _Identity(
                venue=request.venue, symbol=request.symbol, timeframe=request.timeframe,
                since_ms=request.since_ms,
            )
        )  # fmt: skip
        path = self.folder / _REQUEST
        if not path.is_file():
            self._write(_REQUEST, wanted)
        elif path.read_bytes() != wanted:
            raise DataError(
                "FEED_FOLDER", "the folder holds another download", value=self.folder.name,
                hint="take another folder, or remove this one",
            )  # fmt: skip

    def _write(self, name: str, raw: bytes) -> None:
        """Write a file aside, flush it, rename it: it is there whole or not at all."""
        aside = self.folder / f"{_INCOMING}{name}"
        aside.write_bytes(raw)
        sync(aside)
        aside.rename(self.folder / name)
        sync(self.folder)


PageT = TypeVar("PageT", BarPage, FundingPage)


def _read(kind: type[PageT], path: Path) -> PageT:
    try:
        return parse_record(kind, path.read_bytes(), MAX_PAGE_BYTES)
    except (OSError, InputError) as error:
        raise IntegrityError(
            "FEED_PAGE_CORRUPT", "a downloaded page cannot be read", value=path.name,
            hint="remove the page and those after it, then run the same command again",
        ) from error  # fmt: skip

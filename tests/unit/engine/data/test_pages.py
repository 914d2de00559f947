"""Pages of a download: whole or not there, one run at a time, and where to go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.downloads import downloaded, funding_column, merge_rows
from engine.data.feed_events import FeedRequest
from engine.data.pages import BarRow, Pages
from engine.errors import DataError, IntegrityError, UnavailableError
from engine.market import Timeframe

HOUR = 3_600_000
START = 1_577_836_800_000


def row(hour: int, close: str = "11") -> BarRow:
    """A legal hour as a venue gives it."""
    return (START + hour * HOUR, "10.5", "12", "9", close, "1.25")


def asked(folder: Path, **more: object) -> FeedRequest:
    """A request for hours from the start."""
    known: dict[str, object] = {
        "venue": "binance", "symbol": "BTC/USDT", "timeframe": Timeframe.H1, "since_ms": START,
        "folder": str(folder),
    }  # fmt: skip
    return FeedRequest(**{**known, **more})


def test_the_cursor_is_the_last_row(tmp_path: Path) -> None:
    """Nothing but the pages says how far a download is."""
    pages = Pages(tmp_path)
    assert pages.cursor("bars") is None
    pages.add_bars([row(0), row(1)])
    pages.add_bars([row(2), row(3)])
    assert pages.cursor("bars") == START + 3 * HOUR
    assert pages.cursor("funding") is None
    assert pages.bars() == [row(hour) for hour in range(4)]


def test_leftovers_of_a_crash_are_removed(tmp_path: Path) -> None:
    """A page that was being written when the process died is not there."""
    pages = Pages(tmp_path)
    half = tmp_path / ".incoming-bars-1.json"
    half.write_text('{"rows":[[1,"1"')
    with pages.locked(asked(tmp_path)):
        assert not half.exists()
        assert pages.bars() == []


def test_two_processes_never_write_the_same(tmp_path: Path) -> None:
    """The second one is told to wait; afterwards it may."""
    with Pages(tmp_path).locked(asked(tmp_path)):
        with pytest.raises(UnavailableError) as caught, Pages(tmp_path).locked(asked(tmp_path)):
            pytest.fail("two owners")
        assert caught.value.code == "FEED_BUSY"
    with Pages(tmp_path).locked(asked(tmp_path)):
        pass


def test_a_folder_belongs_to_one_request(tmp_path: Path) -> None:
    """Another timeframe in the same folder is refused; another end is the same download."""
    with Pages(tmp_path).locked(asked(tmp_path)):
        pass
    with Pages(tmp_path).locked(asked(tmp_path, until_ms=START + HOUR)):
        pass
    other = asked(tmp_path, timeframe=Timeframe.D1)
    with pytest.raises(DataError) as caught, Pages(tmp_path).locked(other):
        pytest.fail("another download")
    assert caught.value.code == "FEED_FOLDER"


@pytest.mark.parametrize(
    "text", ["", "{", '{"rows":[[1,"x","1","1","1","1"]]}', '{"rows":[[1,1.5,"1","1","1","1"]]}']
)
def test_a_damaged_page_is_said(tmp_path: Path, text: str) -> None:
    """Half a page, a word for a price, a float for a text: FEED_PAGE_CORRUPT with the file."""
    pages = Pages(tmp_path)
    pages.add_bars([row(0)])
    file = next(tmp_path.glob("bars-*.json"))
    file.write_text(text)
    with pytest.raises(IntegrityError) as caught:
        pages.bars()
    assert caught.value.code == "FEED_PAGE_CORRUPT"
    assert file.name in str(caught.value.value)


def test_doubles_are_merged_and_counted() -> None:
    """The same row twice is one, in order of time; two different ones are refused."""
    rows, doubles = merge_rows([row(2), row(0), row(1), row(1)])
    assert (rows, doubles) == ([row(0), row(1), row(2)], 1)
    with pytest.raises(DataError) as caught:
        merge_rows([row(0), row(0, close="11.5")])
    assert caught.value.code == "FEED_CONFLICT"
    assert str(START) in str(caught.value.value)


def test_pages_become_bars_with_their_origin(tmp_path: Path) -> None:
    """Text becomes numbers once; the digest is that of the pages, and changes with them."""
    pages, request = Pages(tmp_path), asked(tmp_path)
    pages.add_bars([row(0), row(1)])
    first = downloaded(pages, request)
    assert first.bars.volume.tolist() == [1.25, 1.25]
    pages.add_bars([row(2)])
    second = downloaded(pages, request)
    assert first.provenance.raw_digest != second.provenance.raw_digest
    until = asked(tmp_path, until_ms=START + 2 * HOUR)
    assert downloaded(pages, until).bars.digest == first.bars.digest


def test_nothing_downloaded_is_said(tmp_path: Path) -> None:
    """No page, no bars."""
    with pytest.raises(DataError) as caught:
        downloaded(Pages(tmp_path), asked(tmp_path))
    assert caught.value.code == "FEED_EMPTY"


def test_funding_stands_in_the_bar_that_holds_it() -> None:
    """An event at a bar's open is inside it; two in one bar are added; outside is left out."""
    time = np.array([0, HOUR, 3 * HOUR], dtype=np.int64)
    events = [(-1, "0.5"), (0, "0.1"), (HOUR - 1, "0.2"), (2 * HOUR, "0.4"), (3 * HOUR, "-0.3")]
    made = funding_column(events, time, HOUR)
    assert made == pytest.approx([0.3, np.nan, -0.3], nan_ok=True)

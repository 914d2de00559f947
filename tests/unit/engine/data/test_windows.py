"""Windows: closed ones become train, forward days the next one, for all datasets at once."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.dataset import Window, Zones
from engine.data.days import bar_days, day_number, day_text
from engine.data.partitions import LookPermit
from engine.data.samples import GOOG_WINDOW_END, goog_daily
from engine.data.store import BARS_FILE, Dataset, DatasetStore
from engine.data.windows import FAMILIES, WINDOW_DAYS, next_is_due, next_zones
from engine.errors import AccessError, DataError, IntegrityError
from engine.market import Instrument

MakeBars = Callable[..., Bars]
START = datetime(2015, 1, 1, tzinfo=UTC)
XBT = Instrument(symbol="XBT/EUR", base="XBT", quote="EUR")


def day(number: int) -> datetime:
    """A day of the random walks, counted from 0."""
    return START + timedelta(days=number)


@pytest.fixture
def store(tmp_path: Path) -> DatasetStore:
    """An empty store."""
    return DatasetStore(tmp_path / "datasets")


@pytest.fixture
def market(store: DatasetStore, make_bars: MakeBars) -> Dataset:
    """1,000 days of window, 600 forward, and a shorter file of the same market."""
    dataset = store.register(make_bars(1_600), window_end=day(999))
    store.register(replace(make_bars(1_200), instrument=XBT))
    return dataset


def permit(*datasets: Dataset) -> LookPermit:
    """Leave to look at datasets in the zones that they have."""
    windows = tuple({str(each.window): each.window for each in datasets}.values())
    return LookPermit("look-1", tuple(each.id for each in datasets), windows, "0" * 64, 1)


def test_a_closed_window_is_train_and_forward_is_the_next(
    store: DatasetStore, market: Dataset
) -> None:
    """The old holdout is train, ten days embargo, the rest of forward is sealed."""
    windows = store.close_window(market.window)
    assert windows.number == 2
    assert windows.now.train_last == market.zones.window_last == day_text(bar_day(999))
    assert windows.now.holdout_first == day_text(bar_day(1_010))
    assert windows.now.window_last == day_text(bar_day(1_599))
    cut = store.find(market.id)
    rows = (cut.train_rows, cut.embargo_rows, cut.holdout_rows, cut.forward_rows)
    assert rows == (1_000, 10, 590, 0)
    assert cut.id == market.id
    assert store.prices(cut).digest == market.id
    assert cut.zone_note == ""


def bar_day(number: int) -> int:
    """Day number of a bar of the random walks."""
    return day_number(START.date().isoformat()) + number


def test_every_dataset_of_the_market_is_cut_anew(store: DatasetStore, market: Dataset) -> None:
    """Kin get the same zones; another market keeps its own."""
    zones = store.close_window(market.window).now
    assert {each.zones for each in store.datasets()} == {zones}
    shorter = store.find("XBT/EUR:1d")
    assert (shorter.train_rows, shorter.holdout_rows) == (1_000, 190)
    assert shorter.zone_note == "DATA_TOO_SHORT"


def test_another_market_is_left_alone(
    store: DatasetStore, market: Dataset, make_bars: MakeBars
) -> None:
    """Closing is for one market."""
    other = store.register(make_bars(300, seed=2, instrument=XBT, start=day(0)))
    store.close_window(market.window)
    assert store.find(other.id) == other
    assert store.windows(other.family).number == 1


def test_closing_twice_is_closing_once(store: DatasetStore, market: Dataset) -> None:
    """A repeated command does not close the next window."""
    first = store.close_window(market.window)
    assert store.close_window(market.window) == first
    assert store.windows(market.family) == first
    assert str(first.each[0]) == str(market.window)


def test_what_is_not_there_cannot_be_closed(store: DatasetStore, market: Dataset) -> None:
    """WINDOW_UNKNOWN names the windows there are, FAMILY_UNKNOWN what is near."""
    with pytest.raises(DataError) as caught:
        store.close_window(Window(family=market.family, first="2001-01-01"))
    assert caught.value.code == "WINDOW_UNKNOWN"
    assert market.zones.holdout_first in caught.value.hint
    with pytest.raises(DataError) as caught:
        store.close_window(Window(family=f"{market.family}x", first="2001-01-01"))
    assert caught.value.code == "FAMILY_UNKNOWN"
    assert market.family in caught.value.hint


def test_a_permit_is_for_the_window_that_was_open(store: DatasetStore, market: Dataset) -> None:
    """LOOK_PERMIT_INVALID for the window after it; a permit for that one opens it."""
    old = permit(market)
    assert store.holdout(market, old).first == market.train_rows + 10
    store.close_window(market.window)
    cut = store.find(market.id)
    with pytest.raises(AccessError) as caught:
        store.holdout(cut, old)
    assert caught.value.code == "LOOK_PERMIT_INVALID"
    assert store.holdout(cut, permit(cut)).first == 1_010


def test_an_old_record_reads_nothing(store: DatasetStore, market: Dataset) -> None:
    """DATASET_RECUT: what was looked up before the closing must be looked up again."""
    store.close_window(market.window)
    for read in (store.train, store.prices, store.forward):
        with pytest.raises(DataError) as caught:
            read(market)
        assert caught.value.code == "DATASET_RECUT"
    assert len(store.train(store.find(market.id)).bars) == 1_000


def test_only_the_open_cut_is_on_disk(store: DatasetStore, market: Dataset) -> None:
    """No folder that others may read holds a day that is sealed now."""
    store.close_window(market.window)
    folder = store._root / market.id
    assert not (folder / "forward").exists()
    assert not (folder / "train").exists()
    sealed = folder / "window-2" / "sealed"
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o700
    assert stat.S_IMODE((sealed / BARS_FILE).stat().st_mode) == 0o600
    assert {path.name for path in folder.rglob(BARS_FILE)} == {BARS_FILE}
    assert len(list(folder.rglob(BARS_FILE))) == 2


def test_a_young_window_fills_with_sealed_bars(store: DatasetStore, make_bars: MakeBars) -> None:
    """Too short at first, then ZONE_SHORT, then long enough; only later bars are forward."""
    dataset = store.register(make_bars(1_200), window_end=day(1_099))
    windows = store.close_window(dataset.window)
    last = 1_099 + WINDOW_DAYS
    assert windows.now.window_last == day_text(bar_day(last))
    notes = [
        store.register(make_bars(count)).zone_note for count in (1_300, 1_500, last + 1, last + 40)
    ]
    assert notes == ["DATA_TOO_SHORT", "ZONE_SHORT", "", ""]
    newest = max(store.datasets(), key=lambda each: each.rows)
    assert newest.forward_rows == 39
    assert newest.train_rows == 1_100
    assert {each.zones for each in store.datasets()} == {windows.now}


def test_a_market_without_forward_days_can_be_closed(
    store: DatasetStore, make_bars: MakeBars
) -> None:
    """Everything is train then; the coming days are counted on the weekdays it trades."""
    dataset = store.register(make_bars(1_000))
    store.close_window(dataset.window)
    cut = store.find(dataset.id)
    assert (cut.train_rows, cut.holdout_rows, cut.parts.sealed) == (1_000, 0, None)
    assert cut.zone_note == "DATA_TOO_SHORT"
    assert cut.zones.holdout_first == day_text(bar_day(1_010))


def test_weekends_are_no_embargo_days() -> None:
    """Of a market that trades on weekdays, ten trading days are two weeks."""
    days = np.array([n for n in range(700, 1_000) if n % 7 not in {0, 6}], dtype=np.int64)
    zones = Zones(train_last=day_text(800), holdout_first=day_text(820), window_last=day_text(993))
    after = next_zones(days[days <= 993], zones)
    assert day_number(after.holdout_first) % 7 not in {0, 6}
    assert day_number(after.holdout_first) - 993 == 16
    known = next_zones(days, zones)
    assert known.holdout_first == after.holdout_first


@pytest.mark.parametrize(("behind", "due"), [(WINDOW_DAYS - 1, False), (WINDOW_DAYS, True)])
def test_a_window_is_due_when_the_next_would_be_long_enough(behind: int, *, due: bool) -> None:
    """A year and a half of forward days."""
    zones = Zones(train_last=day_text(800), holdout_first=day_text(820), window_last=day_text(993))
    assert next_is_due(np.arange(700, 993 + behind + 1), zones) is due


def test_the_store_says_when_a_window_is_due(store: DatasetStore, market: Dataset) -> None:
    """The newest file of the market decides; after closing nothing is due."""
    assert store.next_is_due(market.family)
    store.close_window(market.window)
    assert not store.next_is_due(market.family)


def test_an_import_over_the_open_window_is_sealed_there(
    store: DatasetStore, market: Dataset, make_bars: MakeBars
) -> None:
    """After closing, a new file is cut at the new days, its sealed days are sealed."""
    zones = store.close_window(market.window).now
    late = store.register(make_bars(1_600).slice(900, 1_600))
    assert late.zones == zones
    assert int(bar_days(store.train(late).bars)[-1]) == day_number(zones.train_last)
    assert late.holdout_rows == 590
    renamed = store.register(replace(make_bars(1_700), instrument=XBT))
    assert (renamed.train_rows, renamed.forward_rows) == (1_000, 100)


def test_the_windows_that_were_fixed_are_still_known(tmp_path: Path) -> None:
    """The sample's own window end is accepted after closing; another one is still refused."""
    store = DatasetStore(tmp_path / "datasets")
    goog = store.register(goog_daily(), window_end=GOOG_WINDOW_END)
    store.close_window(goog.window)
    again = store.register(goog_daily(), window_end=GOOG_WINDOW_END)
    assert again.zones.train_last == goog.zones.window_last
    with pytest.raises(DataError) as caught:
        store.register(goog_daily(), window_end=GOOG_WINDOW_END - timedelta(days=30))
    assert caught.value.code == "DATASET_WINDOW_FIXED"


def test_a_changed_family_file_is_corrupt(store: DatasetStore, market: Dataset) -> None:
    """Which window is open cannot be written by hand: every read refuses then."""
    store.close_window(market.window)
    path = store._root / FAMILIES / f"{market.family}.json"
    text = path.read_text()
    path.write_text(text.replace(day_text(bar_day(1_010)), day_text(bar_day(1_011))))
    with pytest.raises(IntegrityError) as caught:
        store.datasets()
    assert caught.value.code == "DATA_CORRUPT"
    path.write_text(text)
    assert len(store.datasets()) == 2


_KILLED = """
import os, signal, sys
from pathlib import Path
from engine.data import store as module, windows
from engine.data.dataset import Window

point, count = sys.argv[2], [int(sys.argv[3])]
place = windows if point == "rename" else module
real = getattr(Path if point == "rename" else place, point)

def dying(*args):
    count[0] -= 1
    if count[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args)

setattr(Path if point == "rename" else place, point, dying)
store = module.DatasetStore(Path(sys.argv[1]))
store.close_window(store.datasets()[0].window)
"""


@pytest.mark.parametrize(
    ("point", "count"),
    [
        ("_write_bars", 0), ("_write_bars", 1), ("_write_bars", 3),
        ("write_manifest", 0), ("write_manifest", 1), ("rename", 0),
        ("rename", 1), ("sync", 7), ("rename", 2),
        ("write_windows", 0),
    ],
)  # fmt: skip
def test_a_killed_closing_is_all_or_nothing(
    store: DatasetStore, market: Dataset, make_bars: MakeBars, point: str, count: int
) -> None:
    """SIGKILL at any write: every dataset keeps its old zones, and closing works again."""
    command = [sys.executable, "-c", _KILLED, str(store._root), point, str(count)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    assert {each.zones for each in store.datasets()} == {market.zones}
    assert store.windows(market.family).number == 1
    train = store.train(market).bars
    assert int(bar_days(train)[-1]) <= day_number(market.zones.train_last)
    store.register(make_bars(100, seed=9))  # whoever writes next clears up
    assert not list((store._root / market.id).glob("window-*"))
    zones = store.close_window(market.window).now
    assert {each.zones for each in store.datasets() if each.family == market.family} == {zones}


_KILLED_SWEEPING = """
import os, shutil, signal, sys
from pathlib import Path
from engine.data.store import DatasetStore

def dying(*args):
    os.kill(os.getpid(), signal.SIGKILL)

shutil.rmtree = dying
store = DatasetStore(Path(sys.argv[1]))
store.close_window(store.datasets()[0].window)
"""


def test_a_kill_after_the_commit_keeps_the_new_zones(
    store: DatasetStore, market: Dataset, make_bars: MakeBars
) -> None:
    """Everything is read in the new zones; the old parts go with the next write."""
    command = [sys.executable, "-c", _KILLED_SWEEPING, str(store._root)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    assert {each.train_rows for each in store.datasets()} == {1_000}
    assert (store._root / market.id / "forward").exists()
    store.register(make_bars(100, seed=9))
    assert not (store._root / market.id / "forward").exists()
    assert store.prices(store.find(market.id)).digest == market.id

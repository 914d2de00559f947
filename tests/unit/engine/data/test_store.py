"""Dataset store: all or nothing, verified on read, sealed days stay sealed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import Bars, bars_of
from engine.data.manifests import MANIFEST
from engine.data.partitions import LookPermit
from engine.data.samples import GOOG_WINDOW_END, eurusd_hourly, goog_daily
from engine.data.sources import Provenance
from engine.data.store import BARS_FILE, Dataset, DatasetStore
from engine.errors import AccessError, DataError, IntegrityError
from engine.market import Instrument

MakeBars = Callable[..., Bars]


@pytest.fixture
def store(tmp_path: Path) -> DatasetStore:
    """An empty store."""
    return DatasetStore(tmp_path / "datasets")


def permit(dataset: Dataset) -> LookPermit:
    """Leave to look at a dataset."""
    return LookPermit("look-1", (dataset.id,), (dataset.window,), "0" * 64, 1)


def test_goog_is_cut_into_zones(store: DatasetStore) -> None:
    """The sample has 70 % train, ten days embargo, a holdout, and a forward tail."""
    dataset = store.register(goog_daily(), window_end=GOOG_WINDOW_END)
    rows = (dataset.train_rows, dataset.embargo_rows, dataset.holdout_rows, dataset.forward_rows)
    assert rows == (1_387, 10, 585, 166)
    assert dataset.zone_note == ""
    assert dataset.train_to == datetime(2010, 2, 22, tzinfo=UTC)
    assert dataset.holdout_from == datetime(2010, 3, 9, tzinfo=UTC)
    assert dataset.holdout_to == GOOG_WINDOW_END
    assert dataset.forward_from == datetime(2012, 7, 2, tzinfo=UTC)


def test_ten_months_are_kept_but_too_short(store: DatasetStore) -> None:
    """EUR/USD can be researched; its note says that the gate cannot judge on it."""
    dataset = store.register(eurusd_hourly())
    assert dataset.zone_note == "DATA_TOO_SHORT"
    assert len(store.train(dataset).bars) == dataset.train_rows > 3_000


def test_each_zone_is_handed_out_alone(store: DatasetStore, make_bars: MakeBars) -> None:
    """Train, holdout and forward hold their own bars; together they are the whole."""
    bars = make_bars(200)
    dataset = store.register(bars, window_end=datetime(2015, 4, 10, tzinfo=UTC))
    train = store.train(dataset).bars
    holdout = store.holdout(dataset, permit(dataset))
    forward = store.forward(dataset).bars
    assert train.digest == bars.slice(0, 70).digest
    assert holdout.bars.digest == bars.slice(0, 100).digest
    assert holdout.first == 80
    assert forward.digest == bars.slice(100, 200).digest
    assert store.prices(dataset).digest == bars.digest == dataset.id
    assert {each.origin for each in (train, holdout.bars, forward)} == {"registered"}


def test_a_permit_is_for_one_dataset(store: DatasetStore, make_bars: MakeBars) -> None:
    """LOOK_PERMIT_INVALID for another dataset's permit."""
    one, other = store.register(make_bars(100)), store.register(make_bars(100, seed=2))
    assert store.holdout(one, permit(one)).first == 80
    with pytest.raises(AccessError) as caught:
        store.holdout(one, permit(other))
    assert caught.value.code == "LOOK_PERMIT_INVALID"


def test_registering_twice_is_registering_once(store: DatasetStore, make_bars: MakeBars) -> None:
    """The same bars answer the same record, and nothing is written again."""
    bars = make_bars(100)
    first = store.register(bars)
    written = {p: p.stat().st_mtime_ns for p in store._root.rglob("*") if p.name != ".lock"}
    assert store.register(bars) == first
    assert store.datasets() == (first,)
    assert written == {p: p.stat().st_mtime_ns for p in store._root.rglob("*") if p.name != ".lock"}


def test_a_window_is_fixed_for_good(store: DatasetStore, make_bars: MakeBars) -> None:
    """Another end is DATASET_WINDOW_FIXED, for the same bars and for their kin."""
    bars = make_bars(200)
    end = datetime(2015, 4, 10, 12, tzinfo=UTC)
    dataset = store.register(bars, window_end=end)
    assert store.register(bars, window_end=end) == dataset
    for again in (bars, make_bars(220)):
        with pytest.raises(DataError) as caught:
            store.register(again, window_end=datetime(2015, 6, 10, tzinfo=UTC))
        assert caught.value.code == "DATASET_WINDOW_FIXED"
    assert len(store.datasets()) == 1


def test_kin_are_cut_at_the_same_days(store: DatasetStore, make_bars: MakeBars) -> None:
    """A longer file under another name keeps the sealed days sealed; the new ones are forward."""
    first = store.register(make_bars(200))
    renamed = replace(
        make_bars(300), instrument=Instrument(symbol="XBT/EUR", base="XBT", quote="EUR")
    )
    later = store.register(renamed)
    assert later.family == first.family
    assert later.zones == first.zones
    assert len(store.train(later).bars) == len(store.train(first).bars)
    assert later.forward_rows == 100


def test_another_market_has_its_own_family(store: DatasetStore, make_bars: MakeBars) -> None:
    """Uncorrelated bars get a window of their own."""
    one, other = store.register(make_bars(100)), store.register(make_bars(200, seed=2))
    assert one.family != other.family
    assert one.zones != other.zones


def test_a_file_over_two_windows_is_refused(store: DatasetStore, make_bars: MakeBars) -> None:
    """DATASET_SPANS_FAMILIES: nothing is written; a file of one market's days is stored."""
    bars = make_bars(400)
    one = store.register(bars.slice(0, 200))
    two = store.register(bars.slice(200, 400))
    assert one.family != two.family
    before = sorted(path.name for path in store._root.iterdir())
    with pytest.raises(DataError) as caught:
        store.register(bars)
    assert caught.value.code == "DATASET_SPANS_FAMILIES"
    assert sorted(path.name for path in store._root.iterdir()) == before
    assert store.register(bars.slice(0, 190)).family == one.family


def test_bars_without_train_are_refused(store: DatasetStore, make_bars: MakeBars) -> None:
    """A file that lies wholly in sealed days of its market is not stored."""
    bars = make_bars(400)
    store.register(bars)
    with pytest.raises(DataError) as caught:
        store.register(bars.slice(280, 400))
    assert caught.value.code == "DATASET_TRAIN_EMPTY"
    assert store.register(bars.slice(200, 400)).train_rows == 80
    assert len(store.datasets()) == 2


def test_short_bars_leave_nothing_behind(store: DatasetStore, make_bars: MakeBars) -> None:
    """DATA_TOO_SHORT writes nothing."""
    with pytest.raises(DataError) as caught:
        store.register(make_bars(20))
    assert caught.value.code == "DATA_TOO_SHORT"
    assert [path.name for path in store._root.iterdir()] == [".lock"]


def test_empty_zones_have_codes(store: DatasetStore, make_bars: MakeBars) -> None:
    """No forward bars is FORWARD_EMPTY, no holdout bars is HOLDOUT_EMPTY."""
    bars = make_bars(200)
    whole = store.register(bars)
    early = store.register(bars.slice(0, 120))
    with pytest.raises(DataError) as caught:
        store.forward(whole)
    assert caught.value.code == "FORWARD_EMPTY"
    with pytest.raises(DataError) as caught:
        store.holdout(early, permit(early))
    assert caught.value.code == "HOLDOUT_EMPTY"
    assert early.parts.sealed is None
    assert store.prices(early).digest == early.id


def test_the_sealed_folder_is_for_its_owner(store: DatasetStore, make_bars: MakeBars) -> None:
    """0700 and 0600, whatever the umask allows others elsewhere."""
    dataset = store.register(make_bars(100))
    sealed = store._root / dataset.id / "sealed"
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o700
    assert stat.S_IMODE((sealed / BARS_FILE).stat().st_mode) == 0o600


def test_datasets_are_found_by_reference(store: DatasetStore) -> None:
    """Full id, start of an id, symbol with and without timeframe, in any case."""
    goog = store.register(goog_daily(), window_end=GOOG_WINDOW_END)
    store.register(eurusd_hourly())
    for ref in (goog.id, goog.id[:8], "GOOG", "goog", "GOOG:1d"):
        assert store.find(ref) == goog
    assert store.find("EUR/USD:1h").ref == "EUR/USD:1h"


@pytest.mark.parametrize("ref", ["GOGO", "GOOG:1h", "d423ee4", "", "0" * 64])
def test_an_unknown_reference_names_what_is_near(store: DatasetStore, ref: str) -> None:
    """DATASET_UNKNOWN lists near or known names."""
    store.register(goog_daily(), window_end=GOOG_WINDOW_END)
    with pytest.raises(DataError) as caught:
        store.find(ref)
    assert caught.value.code == "DATASET_UNKNOWN"
    assert "GOOG" in caught.value.hint


def test_an_ambiguous_reference_lists_the_candidates(
    store: DatasetStore, make_bars: MakeBars
) -> None:
    """DATASET_AMBIGUOUS names the starts of the ids."""
    both = [store.register(make_bars(n)) for n in (200, 220)]
    with pytest.raises(DataError) as caught:
        store.find("BTC/USDT")
    assert caught.value.code == "DATASET_AMBIGUOUS"
    assert all(dataset.id[:12] in caught.value.hint for dataset in both)


def test_an_empty_store_knows_nothing(store: DatasetStore) -> None:
    """No folder yet is no dataset, not a fault."""
    assert store.datasets() == ()
    with pytest.raises(DataError) as caught:
        store.find("GOOG")
    assert caught.value.hint == "import a file with `peak data import`"


def test_changed_prices_are_corrupt(store: DatasetStore, make_bars: MakeBars) -> None:
    """A part that was written by somebody else does not verify; the others still do."""
    dataset = store.register(make_bars(100))
    other = store.register(make_bars(100, seed=2))
    mine, theirs = (store._root / each.id / "train" / BARS_FILE for each in (dataset, other))
    mine.write_bytes(theirs.read_bytes())
    for read in (store.train, store.prices):
        with pytest.raises(IntegrityError) as caught:
            read(dataset)
        assert caught.value.code == "DATA_CORRUPT"
    assert len(store.train(other).bars) == 70


@pytest.mark.parametrize("damage", [b"", b"PAR1 but not really", b"\x00" * 100])
def test_a_damaged_file_is_corrupt(store: DatasetStore, make_bars: MakeBars, damage: bytes) -> None:
    """Truncated, overwritten or missing files are DATA_CORRUPT, never another exception."""
    dataset = store.register(make_bars(100))
    path = store._root / dataset.id / "train" / BARS_FILE
    path.write_bytes(damage)
    with pytest.raises(IntegrityError) as caught:
        store.train(dataset)
    assert caught.value.code == "DATA_CORRUPT"
    path.unlink()
    with pytest.raises(IntegrityError):
        store.train(dataset)


def test_a_changed_manifest_is_corrupt(store: DatasetStore, make_bars: MakeBars) -> None:
    """Moving a border by one day, or renaming the folder, is found."""
    dataset = store.register(make_bars(100))
    path = store._root / dataset.id / MANIFEST
    text = path.read_text()
    path.write_text(text.replace(dataset.zones.holdout_first, "2015-03-23"))
    with pytest.raises(IntegrityError) as caught:
        store.datasets()
    assert caught.value.code == "DATA_CORRUPT"
    path.write_text(text)
    path.parent.rename(store._root / ("0" * 64))
    with pytest.raises(IntegrityError):
        store.datasets()


_KILLED = """
import os, signal, sys
from pathlib import Path
from engine.data import store as module
from engine.data.samples import goog_daily

point, count = sys.argv[2], [int(sys.argv[3])]
real = getattr(module, point)

def dying(*args):
    count[0] -= 1
    if count[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args)

setattr(module, point, dying)
module.DatasetStore(Path(sys.argv[1])).register(goog_daily())
"""


@pytest.mark.parametrize(
    ("point", "count"),
    [("_write_bars", 0), ("_write_bars", 1), ("sync", 1), ("sync", 3), ("write_manifest", 0),
     ("sync", 4)],
)  # fmt: skip
def test_a_killed_registration_leaves_no_dataset(tmp_path: Path, point: str, count: int) -> None:
    """SIGKILL at any write point: nothing half-written is ever seen, and it can be done again."""
    root = tmp_path / "datasets"
    command = [sys.executable, "-c", _KILLED, str(root), point, str(count)]
    ended = subprocess.run(command, check=False, timeout=60, env={**os.environ})
    assert ended.returncode == -signal.SIGKILL
    store = DatasetStore(root)
    assert store.datasets() == ()
    dataset = store.register(goog_daily())
    assert store.prices(dataset).digest == dataset.id
    assert sorted(p.name for p in root.iterdir()) == [".lock", dataset.id]


def test_a_kill_after_the_rename_keeps_the_dataset(tmp_path: Path) -> None:
    """The rename is the commit: what follows it is only flushing."""
    root = tmp_path / "datasets"
    command = [sys.executable, "-c", _KILLED, str(root), "sync", "5"]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    assert [d.instrument.symbol for d in DatasetStore(root).datasets()] == ["GOOG"]


def test_hourly_bars_of_a_daily_market_join_it(store: DatasetStore, make_bars: MakeBars) -> None:
    """Another timeframe of the same market is cut at the same days."""
    daily = make_bars(120)
    first = store.register(daily)
    hours = [
        np.linspace(low, high, 25)[1:] for low, high in zip(daily.open, daily.close, strict=True)
    ]
    close = np.concatenate(hours)
    opened = np.concatenate(([daily.open[0]], close[:-1]))
    time = daily.time[0] + np.arange(len(close)) * 3_600_000
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    frame = type(daily.timeframe)("1h")
    bars = bars_of(daily.instrument, frame, time, opened, high, low, close, np.ones(len(close)))
    second = store.register(bars)
    assert second.family == first.family
    assert second.train_rows == 24 * first.train_rows
    assert (second.train_to, second.holdout_from) == (first.train_to, first.holdout_from)


def test_the_source_is_kept_and_no_part_of_the_identity(
    store: DatasetStore, make_bars: MakeBars
) -> None:
    """Where bars came from stands beside them; the same bars from elsewhere are the same data."""
    said = Provenance(kind="file", name="a.csv", raw_digest="a" * 64, raw_bytes=7)
    other = Provenance(kind="file", name="b.csv", raw_digest="b" * 64, raw_bytes=7)
    first = store.register(make_bars(100), source=said)
    assert store.register(make_bars(100), source=other) == first
    assert store.source(first) == said
    assert store.source(store.register(make_bars(100, seed=2))) is None


def test_a_changed_source_is_corrupt(store: DatasetStore, make_bars: MakeBars) -> None:
    """The record of the source is verified like everything else."""
    said = Provenance(kind="file", name="a.csv", raw_digest="a" * 64, raw_bytes=7)
    dataset = store.register(make_bars(100), source=said)
    path = store._root / dataset.id / MANIFEST
    path.write_text(path.read_text().replace("a.csv", "b.csv"))
    with pytest.raises(IntegrityError) as caught:
        store.source(dataset)
    assert caught.value.code == "DATA_CORRUPT"

"""Zones: wall-clock times become UTC, unclear ones are refused, the broker's change is caught."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import FloatArray, IntArray
from engine.data.files import read_csv
from engine.data.instruments import instrument_for
from engine.data.zones import BROKER_ZONES, Zones, to_utc
from engine.errors import DataError
from engine.market import Timeframe

EUR = instrument_for("EUR/USD")


def wall(*times: str) -> IntArray:
    """Wall-clock milliseconds of ISO times."""
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in times]
    return np.array([int(moment.timestamp()) * 1000 for moment in moments])


def converted(zones: Zones, *times: str) -> list[str]:
    """UTC times as text."""
    made = to_utc(wall(*times), zones, np.arange(len(times)) + 1)
    return [str(np.datetime64(int(at), "ms"))[:16] for at in made]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2014-01-08T12:00", "2014-01-08T11:00"),
        ("2014-07-09T12:30", "2014-07-09T10:30"),
        ("2014-11-21T23:00", "2014-11-21T22:00"),
        ("2014-11-24T00:00", "2014-11-23T22:00"),
        ("2015-07-08T12:00", "2015-07-08T09:00"),
    ],
)
def test_the_broker_moved_to_the_east(local: str, utc: str) -> None:
    """CET and its summer time until 2014-11-21, EET and its summer time from then on."""
    assert converted(BROKER_ZONES, local) == [utc]


def test_odd_minutes_are_kept() -> None:
    """A zone with half hours, and times within a quarter of an hour."""
    assert converted((("Asia/Kolkata", None),), "2020-01-01T05:37") == ["2020-01-01T00:07"]


@pytest.mark.parametrize("time", ["2020-03-29T02:30", "2020-10-25T02:30"])
def test_unclear_times_are_refused(time: str) -> None:
    """ZONE_TIME_UNCLEAR for what the clock change skips or repeats; the hour before is fine."""
    berlin: Zones = (("Europe/Berlin", None),)
    before = time.replace("02:30", "01:30")
    assert converted(berlin, before)
    with pytest.raises(DataError) as caught:
        converted(berlin, before, time)
    assert caught.value.code == "ZONE_TIME_UNCLEAR"
    assert caught.value.message.startswith("row 2:")


@pytest.mark.parametrize(
    ("zones", "code"),
    [
        ((("Europe/Berlon", None),), "ZONE_UNKNOWN"),
        ((("../etc/passwd", None),), "ZONE_UNKNOWN"),
        ((("Europe/Berlin", None), ("Europe/Athens", None)), "ZONES_ORDER"),
        ((("UTC", date(2020, 1, 2)), ("Europe/Athens", date(2020, 1, 1))), "ZONES_ORDER"),
        ((("Europe/Berlin", date(2019, 12, 31)),), "ZONES_END"),
    ],
)
def test_senseless_zones_are_refused(zones: Zones, code: str) -> None:
    """Unknown names, wrong order, times after the end of the last zone."""
    with pytest.raises(DataError) as caught:
        converted(zones, "2020-01-01T12:00")
    assert caught.value.code == code


def test_a_near_name_is_offered() -> None:
    """ZONE_UNKNOWN asks whether Europe/Berlin was meant."""
    with pytest.raises(DataError) as caught:
        converted((("Europe/Berlon", None),), "2020-01-01T12:00")
    assert "Europe/Berlin" in caught.value.hint


def test_files_take_zones_for_naive_times_only(tmp_path: Path) -> None:
    """Naive times are converted; times with a zone or unix seconds refuse ZONES_NOT_NEEDED."""
    path = tmp_path / "bars.csv"
    text = "ts,open,high,low,close\n2020-01-01 12:00:00,1,1,1,1\n"
    path.write_text(text)
    bars = read_csv(path, EUR, Timeframe.H1, zones=BROKER_ZONES)
    assert bars.time.tolist() == wall("2020-01-01T10:00").tolist()
    for clear in ("2020-01-01 12:00:00Z", "1577880000"):
        path.write_text(text.replace("2020-01-01 12:00:00", clear))
        with pytest.raises(DataError) as caught:
            read_csv(path, EUR, Timeframe.H1, zones=BROKER_ZONES)
        assert caught.value.code == "ZONES_NOT_NEEDED"


def _mid_closes(shared_data: Path) -> tuple[IntArray, FloatArray]:
    """Close times and mid closes of the bid/ask file."""
    with gzip.open(shared_data / "lean_eurusd_1h_bidask_2007_2018.csv.gz", "rt") as stream:
        rows = list(csv.DictReader(stream))
    times = np.array([row["ts"] for row in rows], dtype="datetime64[ms]").astype(np.int64)
    return times + 3_600_000, np.array([(float(r["bc"]) + float(r["ac"])) / 2 for r in rows])


def test_the_currency_files_agree_with_the_bid_ask_file(shared_data: Path) -> None:
    """Daily closes lie 0.65 bps from the mid with the two zones, 1.06 with one, 3.2 as UTC.

    Medians over the days whose end is the end of an hour in the other file.
    """
    times, mids = _mid_closes(shared_data)
    path = shared_data / "fx_d1_2012_2019.csv.gz"

    def distance(zones: Zones) -> float:
        bars = read_csv(path, EUR, Timeframe.D1, symbol="EURUSD", zones=zones)
        _, mine, theirs = np.intersect1d(bars.close_time, times, return_indices=True)
        return float(np.median(np.abs(bars.close[mine] / mids[theirs] - 1))) * 1e4

    assert distance(BROKER_ZONES) == pytest.approx(0.65, abs=0.01)
    assert distance((("Europe/Athens", None),)) == pytest.approx(1.06, abs=0.01)
    assert distance(()) == pytest.approx(3.2, abs=0.05)

"""Parquet import: the same bars and the same codes as the CSV of the same table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.data import content
from engine.data.bars import Bars
from engine.data.files import read_bars, read_csv, read_parquet, read_source
from engine.data.zones import BROKER_ZONES
from engine.errors import DataError
from engine.market import Instrument, Timeframe

BTC = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
START = datetime(2020, 1, 1, tzinfo=UTC)
TIMES = [START + timedelta(hours=hour) for hour in range(4)]
NAIVE = [time.replace(tzinfo=None) for time in TIMES]


def columns(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    """Four good hours with these columns replaced or added; None leaves one out."""
    table = {
        "ts": pa.array(TIMES), "open": [10.0] * 4, "high": [12.0] * 4, "low": [9.0] * 4,
        "close": [11.0, 11.5, 10.5, 11.0], "volume": [1.0, 2.0, 3.0, 4.0], **parts,
    }  # fmt: skip
    return {name: column for name, column in table.items() if column is not None}


def written(folder: Path, table: dict[str, Any], name: str = "bars.parquet") -> Path:
    """A Parquet file of these columns."""
    path = folder / name
    parquet.write_table(pa.table(table), path)
    return path


def hourly(path: Path, symbol: str | None = None) -> Bars:
    """The file as hourly bars."""
    return read_parquet(path, BTC, Timeframe.H1, symbol=symbol)


def refused(path: Path, symbol: str | None = None) -> DataError:
    """The refusal of a file."""
    with pytest.raises(DataError) as caught:
        hourly(path, symbol)
    return caught.value


def test_parquet_and_csv_are_the_same_bars(tmp_path: Path) -> None:
    """One table in two files has one digest; `read_bars` tells them apart by their ending."""
    path = written(tmp_path, columns())
    text = tmp_path / "bars.csv"
    rows = ["ts,open,high,low,close,volume"]
    closes = (11, 11.5, 10.5, 11)
    rows += [f"2020-01-01 0{i}:00:00,10,12,9,{closes[i]},{i + 1}" for i in range(4)]
    text.write_text("\n".join(rows))
    expected = read_csv(text, BTC, Timeframe.H1).digest
    assert hourly(path).digest == expected
    assert read_bars(path, BTC, Timeframe.H1).digest == expected
    assert read_bars(text, BTC, Timeframe.H1).digest == expected


@pytest.mark.parametrize(
    "parts",
    [
        {"ts": pa.array(NAIVE, pa.timestamp("s"))},
        {"ts": pa.array(NAIVE, pa.timestamp("ns"))},
        {"ts": pa.array(TIMES, pa.timestamp("ms", "Europe/Berlin"))},
        {"ts": [f"{time:%Y-%m-%d %H:%M:%S}" for time in NAIVE]},
        {"ts": [int(time.timestamp()) for time in TIMES]},
        {"ts": [int(time.timestamp()) * 1000 for time in TIMES]},
        {"ts": [time.timestamp() for time in TIMES]},
        {"ts": None, "__index_level_0__": pa.array(NAIVE)},
        {"ts": None, "Open Time": pa.array(NAIVE)},
        {"open": [10] * 4},
        {"open": [Decimal(10)] * 4},
        {"open": ["10"] * 4},
        {"note": ["x"] * 4},
    ],
    ids=["seconds", "nanoseconds", "zoned", "text", "unix", "unix-ms", "unix-float", "index",
         "name", "integer", "decimal", "words", "extra"],
)  # fmt: skip
def test_every_way_to_write_a_table_gives_the_same_bars(
    tmp_path: Path, parts: dict[str, Any]
) -> None:
    """Types and names of columns do not change the digest."""
    expected = hourly(written(tmp_path, columns(), "plain.parquet")).digest
    assert hourly(written(tmp_path, columns(**parts))).digest == expected


def test_dates_are_midnights(tmp_path: Path) -> None:
    """A date column is a daily bar's label."""
    days = [START.date() + timedelta(days=day) for day in range(4)]
    bars = read_parquet(written(tmp_path, columns(ts=days)), BTC, Timeframe.D1)
    assert bars.time[0] == int(START.timestamp()) * 1000


def test_zones_tell_what_naive_times_mean(tmp_path: Path) -> None:
    """Naive timestamps are the broker's; zoned ones refuse zones."""
    path = written(tmp_path, columns(ts=pa.array(NAIVE)))
    bars = read_bars(path, BTC, Timeframe.H1, zones=BROKER_ZONES)
    assert bars.time[0] == int(START.timestamp()) * 1000 - 7_200_000
    zoned = written(tmp_path, columns(), "zoned.parquet")
    with pytest.raises(DataError) as caught:
        read_bars(zoned, BTC, Timeframe.H1, zones=BROKER_ZONES)
    assert caught.value.code == "ZONES_NOT_NEEDED"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"close": None}, "CSV_LAYOUT_UNKNOWN"),
        ({"close": [11.0, None, 10.5, 11.0]}, "CSV_ROW_INVALID"),
        ({"close": [11.0, float("nan"), 10.5, 11.0]}, "BARS_NOT_FINITE"),
        ({"close": [11.0, 15.0, 10.5, 11.0]}, "BARS_RANGE"),
        ({"close": ["11", "eleven", "10.5", "11"]}, "CSV_ROW_INVALID"),
        ({"ts": pa.array([TIMES[0], TIMES[0], *TIMES[2:]])}, "BARS_TIME_ORDER"),
        ({"ts": pa.array([TIMES[0], None, *TIMES[2:]])}, "CSV_ROW_INVALID"),
        ({"ts": [True] * 4}, "CSV_ROW_INVALID"),
    ],
)
def test_what_is_wrong_is_refused_with_its_row(
    tmp_path: Path, parts: dict[str, Any], code: str
) -> None:
    """The codes are those of CSV; rows count from 1."""
    error = refused(written(tmp_path, columns(**parts)))
    assert error.code == code
    if code == "CSV_ROW_INVALID" and "ts" not in parts:
        assert "row 2:" in error.message


def test_nested_columns_are_refused(tmp_path: Path) -> None:
    """A column of lists is no price; an unused one does not matter."""
    nested = [[1.0]] * 4
    assert refused(written(tmp_path, columns(close=nested))).code == "CSV_ROW_INVALID"
    assert len(hourly(written(tmp_path, columns(other=nested), "more.parquet"))) == 4


def test_several_symbols_need_a_choice(tmp_path: Path) -> None:
    """CSV_SYMBOL_NEEDED lists the symbols, dictionary columns too."""
    names = pa.array(["A", "B", "A", "B"]).dictionary_encode()
    path = written(tmp_path, columns(symbol=names))
    error = refused(path)
    assert (error.code, error.hint) == ("CSV_SYMBOL_NEEDED", "choose one of: A, B")
    path = written(tmp_path, columns(symbol=["A", "A", "A", None]), "one.parquet")
    assert len(hourly(path, "A")) == 3


def test_files_that_are_no_tables_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FILE_NOT_FOUND, FILE_UNREADABLE, BARS_EMPTY and FILE_TOO_LARGE, unpacked size included."""
    assert refused(tmp_path / "no.parquet").code == "FILE_NOT_FOUND"
    path = written(tmp_path, columns())
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(path.read_bytes()[:-20])
    assert refused(broken).code == "FILE_UNREADABLE"
    empty = {name: pa.array(column)[:0] for name, column in columns().items()}
    assert refused(written(tmp_path, empty, "empty.parquet")).code == "BARS_EMPTY"
    wide = tmp_path / "wide.parquet"
    notes = [f"{row}" * 20_000 for row in range(4)]
    parquet.write_table(pa.table(columns(note=notes)), wide, use_dictionary=False)
    assert wide.stat().st_size < 60_000
    assert len(hourly(wide)) == 4
    monkeypatch.setattr(content, "MAX_BYTES", 60_000)
    assert refused(wide).code == "FILE_TOO_LARGE"
    assert len(hourly(path)) == 4
    monkeypatch.setattr(content, "MAX_BYTES", 100)
    assert refused(path).code == "FILE_TOO_LARGE"


def test_the_source_of_a_parquet_file_is_kept(tmp_path: Path) -> None:
    """Name, digest and kind of the raw file stand beside the bars; funding comes along."""
    path = written(tmp_path, columns(funding=pa.array([0.0001, None, None, -0.0002])))
    made = read_source(path, BTC, Timeframe.H1)
    assert (made.provenance.name, made.provenance.layout) == ("bars.parquet", "parquet")
    funding = made.bars.columns["funding"]
    assert funding == pytest.approx([0.0001, float("nan"), float("nan"), -0.0002], nan_ok=True)

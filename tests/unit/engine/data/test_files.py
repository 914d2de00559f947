"""CSV import: what is read, and what every refusal says."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.data import content
from engine.data.bars import Bars
from engine.data.files import read_csv
from engine.errors import DataError
from engine.market import Instrument, Timeframe

BTC = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
HEADER = "ts,open,high,low,close,volume\n"
ROW = "2020-01-01 0{hour}:00:00,10,12,9,11,{volume}\n"
GOOD = HEADER + "".join(ROW.format(hour=hour, volume=hour + 1) for hour in range(4))
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file with a text."""

    def _write(text: str | bytes, name: str = "bars.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return _write


def hourly(path: Path, symbol: str | None = None) -> Bars:
    """The file as hourly bars."""
    return read_csv(path, BTC, Timeframe.H1, symbol=symbol)


def refusal(
    path: Path, symbol: str | None = None, timeframe: Timeframe = Timeframe.H1
) -> DataError:
    """The refusal of a file."""
    with pytest.raises(DataError) as caught:
        read_csv(path, BTC, timeframe, symbol=symbol)
    return caught.value


def test_a_plain_file_becomes_bars(write: Write) -> None:
    """A header with ts and ohlcv is read as it stands, naive times are UTC."""
    bars = hourly(write(GOOD))
    assert bars.time[0] == 1_577_836_800_000
    assert bars.volume.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert bars.close.tolist() == [11.0] * 4
    assert bars.origin == "unregistered"


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("ts,", "Date,").replace("open", "Open"),
        GOOD.replace("ts,", ","),
        GOOD.replace(",", ";"),
        GOOD.replace(":00:00,", ":00:00Z,"),
        GOOD.replace(":00:00,", ":00:00+00:00,"),
        GOOD.replace("2020-01-01 0", "2020-01-01T0"),
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n\n",
        GOOD.removeprefix(HEADER),
        HEADER + "".join(f"{1_577_836_800 + 3600 * h},10,12,9,11,{h + 1}\n" for h in range(4)),
        HEADER + "".join(f"{1_577_836_800 + 3600 * h}000,10,12,9,11,{h + 1}\n" for h in range(4)),
        "".join(f"{1_577_836_800 + 3600 * h},10,12,9,11,{h + 1},7\n" for h in range(4)),
    ],
    ids=["names", "index", "semicolon", "z", "offset", "t", "bom", "crlf", "blank-end", "bare",
         "seconds", "milliseconds", "seven-columns"],
)  # fmt: skip
def test_every_known_layout_gives_the_same_bars(write: Write, text: str) -> None:
    """Names, delimiters, time formats and missing headers do not change the digest."""
    assert hourly(write(text)).digest == hourly(write(GOOD)).digest


def test_a_zone_is_honoured(write: Write) -> None:
    """An offset moves the bar to its UTC time."""
    bars = hourly(write(GOOD.replace(":00:00,", ":00:00+02:00,")))
    assert bars.time[0] == 1_577_836_800_000 - 7_200_000


def test_a_gzipped_file_is_the_same(write: Write) -> None:
    """`.csv.gz` is unpacked on the way."""
    packed = write(gzip.compress(GOOD.encode(), mtime=0), "bars.csv.gz")
    assert hourly(packed).digest == hourly(write(GOOD)).digest


def test_a_file_without_volume_says_not_known(write: Write) -> None:
    """No volume column means volume 1, because 0 would mean that nothing was traded."""
    rows = [line.rsplit(",", 1)[0] for line in GOOD.splitlines()]
    assert set(hourly(write("\n".join(rows))).volume.tolist()) == {1.0}


def test_a_missing_file_names_its_neighbours(write: Write) -> None:
    """FILE_NOT_FOUND asks whether the near name was meant."""
    path = write(GOOD)
    error = refusal(path.with_name("barz.csv"))
    assert error.code == "FILE_NOT_FOUND"
    assert "bars.csv" in error.hint


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder, and a file in a folder that is not there, are not found."""
    assert refusal(tmp_path).code == "FILE_NOT_FOUND"
    assert refusal(tmp_path / "no" / "file.csv").code == "FILE_NOT_FOUND"


def test_a_large_file_is_refused_before_and_after_unpacking(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size cap holds for the file and for what it unpacks to."""
    monkeypatch.setattr(content, "MAX_BYTES", len(GOOD) - 1)
    assert refusal(write(GOOD)).code == "FILE_TOO_LARGE"
    packed = gzip.compress(GOOD.encode(), mtime=0)
    assert len(packed) < len(GOOD) - 1
    assert refusal(write(packed, "bars.csv.gz")).code == "FILE_TOO_LARGE"
    monkeypatch.setattr(content, "MAX_BYTES", len(GOOD))
    assert len(hourly(write(GOOD))) == 4


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xff\xfet\x00s\x00", "wide.csv"),
        (b"not packed", "broken.csv.gz"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-9], "cut.csv.gz"),
        (GOOD.encode().replace(b"11,3", b"11,\xff"), "latin.csv"),
    ],
)
def test_an_unreadable_file_is_refused(write: Write, content: bytes, name: str) -> None:
    """Wrong encodings and broken archives are FILE_UNREADABLE."""
    assert refusal(write(content, name)).code == "FILE_UNREADABLE"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world\n",
        GOOD.replace("close", "last"),
        "ts,bo,bh,bl,bc\n2020-01-01,1,1,1,1\n",
        "2020-01-01,1,1\n2020-01-02,1,1\n",
        "2020-01-01,1,1,1,x,1\n",
    ],
)
def test_an_unknown_layout_shows_what_was_seen(write: Write, text: str) -> None:
    """CSV_LAYOUT_UNKNOWN repeats the first line and names the columns needed."""
    error = refusal(write(text))
    assert error.code == "CSV_LAYOUT_UNKNOWN"
    assert error.value == text.split("\n", maxsplit=1)[0]
    assert "open, high, low, close" in error.hint


@pytest.mark.parametrize(
    ("old", "new", "line", "value"),
    [
        (",3\n", ",three\n", 4, "three"),
        (",3\n", ",\n", 4, ""),
        (",3\n", ",3,9\n", 4, "2020-01-01 02:00:00,10,12,9,11,3,9"),
        ("2020-01-01 02", "2020-13-01 02", 4, "2020-13-01 02:00:00"),
        ("2020-01-01 00", "01.01.2020 00", 3, "2020-01-01 01:00:00"),
        ("2020-01-01 01:00:00", "", 3, ""),
    ],
)
def test_an_invalid_cell_is_named_with_its_row(
    write: Write, old: str, new: str, line: int, value: str
) -> None:
    """CSV_ROW_INVALID counts lines of the file, the header included."""
    error = refusal(write(GOOD.replace(old, new)))
    assert error.code == "CSV_ROW_INVALID"
    assert f"row {line}:" in error.message
    assert error.value == value


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("02:00:00", "01:00:00", "BARS_TIME_ORDER", 4),
        ("02:00:00", "00:30:00", "BARS_TIME_ORDER", 4),
        ("11,3", "15,3", "BARS_RANGE", 4),
        ("11,3", "-1,3", "BARS_NOT_POSITIVE", 4),
        ("11,3", "nan,3", "BARS_NOT_FINITE", 4),
    ],
)
def test_bars_rules_name_the_line_of_the_file(
    write: Write, old: str, new: str, code: str, line: int
) -> None:
    """Duplicates, disorder and impossible prices are refused with their line, never repaired."""
    error = refusal(write(GOOD.replace(old, new)))
    assert error.code == code
    assert f"row {line}:" in error.message


def test_a_header_alone_is_empty(write: Write) -> None:
    """A file without rows is BARS_EMPTY."""
    assert refusal(write(HEADER)).code == "BARS_EMPTY"


def test_several_symbols_need_a_choice(write: Write) -> None:
    """CSV_SYMBOL_NEEDED lists what the file holds; the right name selects its rows."""
    lines = GOOD.splitlines()
    rows = [lines[0] + ",symbol", *(f"{row},ETH" for row in lines[1:])]
    rows += [f"{row.replace('11,', '9.5,')},BTC" for row in lines[1:]]
    path = write("\n".join(rows))
    for wanted in (None, "DOGE"):
        error = refusal(path, wanted)
        assert error.code == "CSV_SYMBOL_NEEDED"
        assert "BTC, ETH" in error.hint
    assert hourly(path, "BTC").close.tolist() == [9.5] * 4
    assert hourly(path, "ETH").digest == hourly(write(GOOD, "one.csv")).digest


def test_refusals_count_lines_across_symbols(write: Write) -> None:
    """A bad row of the second symbol is named by its line in the file."""
    lines = GOOD.splitlines()
    rows = [lines[0] + ",symbol", *(f"{row},ETH" for row in lines[1:])]
    rows += [f"{row},BTC" for row in (lines[1], lines[1], lines[3])]
    error = refusal(write("\n".join(rows)), "BTC")
    assert (error.code, error.message[:6]) == ("BARS_TIME_ORDER", "row 7:")


def test_one_symbol_needs_no_choice(write: Write) -> None:
    """A symbol column with one name is read without asking; a file without one ignores it."""
    lines = GOOD.splitlines()
    path = write("\n".join([lines[0] + ",symbol", *(f"{row},ETH" for row in lines[1:])]))
    assert len(hourly(path)) == 4
    assert len(hourly(write(GOOD, "plain.csv"), "BTC/USDT")) == 4


def test_another_timeframe_is_recognised(write: Write) -> None:
    """TIMEFRAME_MISMATCH says which timeframe the file looks like."""
    error = refusal(write(GOOD), timeframe=Timeframe.D1)
    assert error.code == "TIMEFRAME_MISMATCH"
    assert error.value == "3600 s"
    assert "1h" in error.hint


def test_months_have_their_own_lengths(write: Write) -> None:
    """Monthly bars are 28 to 31 days apart."""
    rows = "".join(f"2020-{month:02d}-01,10,12,9,11,1\n" for month in range(1, 13))
    assert len(read_csv(write(HEADER + rows), BTC, Timeframe.MO1)) == 12


def test_one_bar_has_no_step(write: Write) -> None:
    """A single bar fits every timeframe."""
    assert len(hourly(write("".join(GOOD.splitlines(keepends=True)[:2])))) == 1


@pytest.mark.parametrize(
    ("name", "timeframe", "symbol", "rows"),
    [
        ("binance_btcusdt_1h_2017_2024.csv.gz", Timeframe.H1, None, 58_419),
        ("binance_5coins_1h_2020_2024.csv.gz", Timeframe.H1, "SOL/USDT", 37_516),
        ("kraken_xbtusd_60_raw.csv.gz", Timeframe.H1, None, 70_253),
        ("fx_d1_2012_2019.csv.gz", Timeframe.D1, "EURCHF", 1_835),
        ("us_daily_unadjusted_1998_2012.csv.gz", Timeframe.D1, "SPY", 3_773),
    ],
)
def test_real_files_are_read_whole(
    shared_data: Path, name: str, timeframe: Timeframe, symbol: str | None, rows: int
) -> None:
    """The development sets have the row counts of their description."""
    assert len(read_csv(shared_data / name, BTC, timeframe, symbol=symbol)) == rows


def test_impossible_bars_are_counted(shared_data: Path) -> None:
    """The VIX file holds exactly 47 bars whose open or close lies outside low..high."""
    error = refusal(shared_data / "vix_daily_1990_2024.csv.gz", timeframe=Timeframe.D1)
    assert error.code == "BARS_RANGE"
    assert "(47 such rows" in error.message

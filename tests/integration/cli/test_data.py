"""`peak data`: real files come in whole, broken ones not at all."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Peak

HEAD = "ts,open,high,low,close,volume"


def rows(count: int) -> list[str]:
    """Legal hourly bars."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    times = (start + timedelta(hours=index) for index in range(count))
    return [f"{at:%Y-%m-%d %H:%M:%S},100,101,99,100.5,{at.day}" for at in times]


def changed(index: int, line: str) -> str:
    """A legal file with one line replaced."""
    lines = rows(48)
    lines[index] = line
    return "\n".join([HEAD, *lines])


BROKEN = {
    "header only": (HEAD, "BARS_EMPTY"),
    "nothing at all": ("", "CSV_LAYOUT_UNKNOWN"),
    "a column is missing": ("ts,open,high,close\n2024-01-01,1,2,1", "CSV_LAYOUT_UNKNOWN"),
    "not a number": (changed(7, "2024-01-01 07:00:00,100,nan,99,100,1"), "BARS_NOT_FINITE"),
    "a word for a price": (changed(7, "2024-01-01 07:00:00,dear,101,99,100,1"), "CSV_ROW_INVALID"),
    "an empty cell": (changed(7, "2024-01-01 07:00:00,,101,99,100,1"), "CSV_ROW_INVALID"),
    "high below low": (changed(7, "2024-01-01 07:00:00,100,99,101,100,1"), "BARS_RANGE"),
    "a price of zero": (changed(7, "2024-01-01 07:00:00,0,101,0,100,1"), "BARS_NOT_POSITIVE"),
    "the same time twice": (changed(7, rows(48)[6]), "BARS_TIME_ORDER"),
    "times out of order": (
        "\n".join([HEAD, *rows(48)[24:], *rows(48)[:24]]), "BARS_TIME_ORDER",
    ),
    "a short row": (changed(7, "2024-01-01 07:00:00,100,101"), "CSV_ROW_INVALID"),
    "another timeframe": ("\n".join([HEAD, *rows(48)[::4]]), "TIMEFRAME_MISMATCH"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_file_leaves_nothing(peak: Peak, tmp_path: Path, name: str) -> None:
    """Each defect has its code and what to do; the dataset store stays as it was."""
    text, code = BROKEN[name]
    file = tmp_path / "bars.csv"
    file.write_text(text)
    peak("data", "list")
    before = sorted(peak.root.joinpath("datasets").rglob("*"))
    error = peak.fault("data", "import", file, "--symbol", "BTC/USDT", "--timeframe", "1h")
    assert error["code"] == code
    assert error["hint"]
    assert sorted(peak.root.joinpath("datasets").rglob("*")) == before


def test_the_legal_twin_passes(peak: Peak, tmp_path: Path) -> None:
    """The same file without a defect is registered, and a second time it is the same dataset."""
    file = tmp_path / "bars.csv"
    file.write_text("\n".join([HEAD, *rows(24 * 60)]))
    command = ("data", "import", file, "--symbol", "BTC/USDT", "--timeframe", "1h")
    first = peak.json(*command)
    assert first["rows"] == 24 * 60
    assert peak.json(*command)["id"] == first["id"]
    assert "BTC/USDT:1h" in peak("data", "list").stdout


def test_what_is_no_table(peak: Peak, tmp_path: Path) -> None:
    """Binary garbage, a half archive, a folder and a missing file are each named."""
    noise = tmp_path / "noise.csv"
    noise.write_bytes(bytes(range(256)) * 40)
    half = tmp_path / "half.csv.gz"
    half.write_bytes(gzip.compress("\n".join([HEAD, *rows(48)]).encode())[:60])
    found = {
        path.name: peak.fault("data", "import", path, "--symbol", "SPY", "--timeframe", "1h")[
            "code"
        ]
        for path in (noise, half, tmp_path, tmp_path / "none.csv")
    }
    assert found == {
        "noise.csv": "FILE_UNREADABLE",
        "half.csv.gz": "FILE_UNREADABLE",
        tmp_path.name: "FILE_NOT_FOUND",
        "none.csv": "FILE_NOT_FOUND",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        ("--timeframe", "1hr", "TIMEFRAME_UNKNOWN", "1h"),
        ("--symbol", "btc/usdt", "SYMBOL_INVALID", "BTC/USDT"),
        ("--kind", "spott", "KIND_UNKNOWN", "spot"),
        ("--calendar", "XETRA", "CALENDAR_UNKNOWN", "XETR"),
        ("--impossible", "widden", "IMPOSSIBLE_UNKNOWN", "widen"),
        ("--zone", "Europe/Berln", "ZONE_UNKNOWN", "Europe/Berlin"),
        ("--zone", "Europe/Berlin:21.11.2014", "ZONE_DATE_INVALID", "2014-11-21"),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_one(
    peak: Peak, tmp_path: Path, wrong: tuple[str, str, str, str]
) -> None:
    """Each option of an import is a closed list; the nearest word is in the hint."""
    option, value, code, hint = wrong
    file = tmp_path / "bars.csv"
    file.write_text("\n".join([HEAD, *rows(48)]))
    options = {"--symbol": "BTC/USDT", "--timeframe": "1h"} | {option: value}
    words = [word for pair in options.items() for word in pair]
    error = peak.fault("data", "import", file, *words)
    assert (error["code"], error["value"]) == (code, value)
    assert hint in error["hint"]


def test_a_hostile_file_stays_text(peak: Peak, tmp_path: Path) -> None:
    """Control and bidi characters of a file never reach the terminal."""
    file = tmp_path / "bars.csv"
    file.write_text(changed(7, "2024-01-01 07:00:00,\x1b[31m\u202eevil,101,99,100,1"))
    done = peak("data", "import", file, "--symbol", "SPY", "--timeframe", "1h")
    assert done.exit_code == 2
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output


BROKER = ("--zone", "Europe/Berlin:2014-11-21", "--zone", "Europe/Athens")


@pytest.mark.parametrize(
    "real",
    [
        ("binance_btcusdt_1h_2017_2024.csv.gz", "BTC/USDT", "1h", 58_419, ()),
        ("binance_5coins_1h_2020_2024.csv.gz", "ETH/USDT", "1h", 37_516, ()),
        ("kraken_xbtusd_60_raw.csv.gz", "BTC/USD", "1h", 70_253, ()),
        ("fx_h1_2012_2019.csv.gz", "GBP/USD", "1h", 44_062, BROKER),
        ("fx_d1_2012_2019.csv.gz", "EUR/CHF", "1d", 1_835, BROKER),
        ("lean_eurusd_1h_bidask_2007_2018.csv.gz", "EUR/USD", "1h", 74_439, ()),
        ("us_daily_unadjusted_1998_2012.csv.gz", "SPY", "1d", 3_773, ()),
        ("us_daily_unadjusted_1998_2012.csv.gz", "IBM", "1d", 3_773, ("--factors",)),
        ("vix_daily_1990_2024.csv.gz", "VIX", "1d", 8_833, ("--impossible", "widen")),
    ],
    ids=str,
)
def test_real_files_come_in_whole(
    peak: Peak, shared_data: Path, real: tuple[str, str, str, int, tuple[str, ...]]
) -> None:
    """Every row of every real file is registered by one command, its raw digest on record."""
    file, symbol, timeframe, count, more = real
    if more == ("--factors",):
        more = ("--factors", str(shared_data / "us_daily_factors_1998_2012.csv"))
    options = ("--symbol", symbol, "--timeframe", timeframe, *more)
    found = peak.json("data", "import", shared_data / file, *options)
    assert found["rows"] == count
    assert found["instrument"]["symbol"] == symbol
    assert found["source"]["name"] == file
    raw = hashlib.sha256((shared_data / file).read_bytes()).hexdigest()
    assert found["source"]["raw_digest"] == raw
    report = peak.json("data", "check", found["id"][:12], code=report_code(symbol))
    assert report["source"]["raw_digest"] == raw


def report_code(symbol: str) -> int:
    """Exit code of the check: Kraken's early years and the franc's missing days are errors."""
    return 1 if symbol in {"BTC/USD", "EUR/CHF"} else 0


def test_one_of_five_coins(peak: Peak, shared_data: Path) -> None:
    """A file of several symbols gives the one that is asked for; CSV_SYMBOL_NEEDED otherwise."""
    file = shared_data / "binance_5coins_1h_2020_2024.csv.gz"
    found = peak.json("data", "import", file, "--symbol", "SOL/USDT", "--timeframe", "1h")
    assert found["rows"] == 37_516
    error = peak.fault("data", "import", file, "--symbol", "DOGE/USDT", "--timeframe", "1h")
    assert error["code"] == "CSV_SYMBOL_NEEDED"
    assert "SOL/USDT" in error["hint"]


def test_impossible_bars_are_counted(peak: Peak, shared_data: Path) -> None:
    """The index file with its 47 impossible bars is refused with the number of them."""
    file = shared_data / "vix_daily_1990_2024.csv.gz"
    error = peak.fault("data", "import", file, "--symbol", "VIX", "--timeframe", "1d")
    assert error["code"] == "BARS_RANGE"
    assert "47" in error["message"]
    assert "--impossible widen" in error["hint"]
    words = ("--symbol", "VIX", "--timeframe", "1d", "--impossible", "widen")
    found = peak.json("data", "import", file, *words)
    items = {one["code"]: one for one in peak.json("data", "check", found["id"][:12])["items"]}
    assert items["IMPOSSIBLE"]["value"] == 47


def test_adjusted_prices_show_no_split(peak: Peak, shared_data: Path) -> None:
    """With the factor file the split of 1999 is no outlier any more; the record says how."""
    file = shared_data / "us_daily_unadjusted_1998_2012.csv.gz"
    factors = shared_data / "us_daily_factors_1998_2012.csv"
    words = ("data", "import", file, "--symbol", "IBM", "--timeframe", "1d")
    raw = peak.json(*words)
    adjusted = peak.json(*words, "--factors", factors)
    assert adjusted["source"]["factors_digest"]
    assert adjusted["source"]["steps"] == [{"kind": "adjusted", "rows": 3_773}]
    steps = {}
    for name, one in (("raw", raw), ("adjusted", adjusted)):
        items = peak.json("data", "check", one["id"][:12])["items"]
        steps[name] = next(item["places"] for item in items if item["code"] == "OUTLIERS")
    assert any(place.startswith("1999-05-27") for place in steps["raw"])
    assert not any(place.startswith("1999-05-27") for place in steps["adjusted"])


def test_forward_data_are_kept_apart(peak: Peak, tmp_path: Path) -> None:
    """`--forward-from` leaves the days from there on out of the window that is judged."""
    file = tmp_path / "bars.csv"
    file.write_text("\n".join([HEAD, *rows(24 * 60)]))
    words = ("data", "import", file, "--symbol", "BTC/USDT", "--timeframe", "1h")
    found = peak.json(*words, "--forward-from", "2024-02-20")
    assert found["forward_from"].startswith("2024-02-20")
    assert found["holdout_to"] < "2024-02-20"


def test_the_samples_are_there_from_the_start(settled: Peak) -> None:
    """A new installation has real data to begin with."""
    found = settled.json("data", "list")["datasets"]
    assert {one["instrument"]["symbol"] for one in found} == {"GOOG", "EUR/USD"}


def test_check_speaks_in_sentences(settled: Peak) -> None:
    """The quality report has a sentence per item; an unknown dataset a hint with what there is."""
    report = settled.json("data", "check", "GOOG:1d")
    assert {item["code"] for item in report["items"]} >= {"GAPS", "OUTLIERS"}
    assert "GOOG:1d" in settled("data", "check", "GOOG:1d").stdout
    error = settled.fault("data", "check", "GOO:1d")
    assert error["code"] == "DATASET_UNKNOWN"
    assert "GOOG:1d" in error["hint"]


def test_a_pipe_gets_whole_cells(settled: Peak) -> None:
    """A table that goes into a pipe is not cut to the width of some terminal."""
    done = settled.process("data", "list")
    assert done.returncode == 0
    assert "…" not in done.stdout

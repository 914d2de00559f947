"""`peak data universe|scan|synthetic|check --html`: many markets, made-up ones, a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Peak


@pytest.fixture(scope="module")
def coins(tmp_path_factory: pytest.TempPathFactory) -> Peak:
    """An installation with made-up daily bars of two of the five large coins."""
    peak = Peak(tmp_path_factory.mktemp("coins") / "state")
    for symbol, seed in (("BTC/USDT", 1), ("ETH/USDT", 2)):
        file = peak.root.parent / f"{seed}.csv.gz"
        words = ("--bars", 400, "--seed", seed, "--symbol", symbol, "--out", file)
        peak.json("data", "synthetic", "garch_t", *words)
        peak.json("data", "import", file, "--symbol", symbol, "--timeframe", "1d")
    return peak


def test_universes_are_listed_and_shown(coins: Peak) -> None:
    """Packaged lists, and for each symbol the data there are."""
    names = {one["name"] for one in coins.json("data", "universe", "list")["universes"]}
    assert names >= {"majors", "currencies", "etfs", "metals"}
    shown = coins.json("data", "universe", "show", "majors")
    assert shown["datasets"]["BTC/USDT"] == ["BTC/USDT:1d"]
    assert shown["datasets"]["SOL/USDT"] == []
    assert "no data yet" in coins("data", "universe", "show", "majors").stdout


def test_a_list_of_ones_own_comes_first(coins: Peak) -> None:
    """A TOML file in the state folder is a universe like the packaged ones."""
    folder = coins.root / "universes"
    folder.mkdir(exist_ok=True)
    (folder / "mine.toml").write_text('title = "Mine"\nsymbols = ["BTC/USDT"]\n')
    assert coins.json("data", "universe", "show", "mine")["title"] == "Mine"


def test_an_unknown_universe_is_refused_with_a_near_one(coins: Peak) -> None:
    """Majorz is none."""
    error = coins.fault("data", "scan", "majorz")
    assert error["code"] == "UNIVERSE_UNKNOWN"
    assert "majors" in error["hint"]


def test_a_scan_puts_markets_side_by_side(coins: Peak) -> None:
    """A row for each market that has data, sorted as asked; the others are named."""
    found = coins.json("data", "scan", "majors", "--sort", "change_20")
    assert {row["symbol"] for row in found["rows"]} == {"BTC/USDT", "ETH/USDT"}
    assert found["missing"] == ["SOL/USDT", "XRP/USDT", "BNB/USDT"]
    changes = [
        next(value["value"] for value in row["values"] if value["name"] == "change_20")
        for row in found["rows"]
    ]
    assert changes == sorted(changes, reverse=True)
    text = coins("data", "scan", "majors").stdout
    assert "ETH/USDT" in text
    assert "peak data download" in text


def test_a_scan_of_nothing_says_what_to_do(coins: Peak) -> None:
    """No metal is there: no empty table, but the command that brings data."""
    done = coins("data", "scan", "metals")
    assert done.exit_code == 0
    assert "peak data import" in done.stdout


def test_a_wrong_measure_is_refused_with_the_right_one(coins: Peak) -> None:
    """The measures are a closed list."""
    error = coins.fault("data", "scan", "majors", "--sort", "change20")
    assert error["code"] == "MEASURE_UNKNOWN"
    assert "change_20" in error["hint"]


@pytest.mark.parametrize(
    "kind", ["gbm", "garch_t", "regime_switching", "jumps", "crash", "dead_calm"]
)
def test_the_same_seed_makes_the_same_file(peak: Peak, tmp_path: Path, kind: str) -> None:
    """Every law writes a file that a second run writes again, byte for byte."""
    files = [tmp_path / f"{number}.csv" for number in (1, 2)]
    for file in files:
        peak.json("data", "synthetic", kind, "--bars", 50, "--seed", 3, "--out", file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_text().splitlines()) == 51


def test_synthetic_words_are_closed(peak: Peak, tmp_path: Path) -> None:
    """An unknown law, and a file that is already there."""
    file = tmp_path / "a.csv"
    error = peak.fault("data", "synthetic", "gmb", "--out", file)
    assert (error["code"], "gbm" in error["hint"]) == ("LAW_UNKNOWN", True)
    peak.json("data", "synthetic", "gbm", "--out", file)
    assert peak.fault("data", "synthetic", "gbm", "--out", file)["code"] == "FILE_EXISTS"


def test_the_picture_is_one_file(coins: Peak, tmp_path: Path) -> None:
    """The check writes a page that stands alone and answers as usual."""
    page = tmp_path / "quality.html"
    report = coins.json("data", "check", "BTC/USDT:1d", "--html", page)
    text = page.read_text(encoding="utf-8")
    assert report["dataset_id"] in text
    assert "<svg" in text
    assert "http" not in text
    assert "▁" in coins("data", "check", "BTC/USDT:1d").stdout

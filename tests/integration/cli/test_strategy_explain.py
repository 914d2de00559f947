"""`peak strategy explain`: the rules in words, and why long, short or flat at a bar."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.data.paths import path_suite
from engine.language import library
from engine.market import Timeframe
from tests.integration.cli.conftest import Peak
from tests.strategy_files import DOCUMENT, written


def test_explain_without_data_says_the_rules(settled: Peak) -> None:
    """Words in both languages; a time without bars is refused."""
    name = "rsi_momentum_goog_demo"
    assert "buy at the next open" in settled("strategy", "explain", name, "--lang", "en").stdout
    assert "Kauf" in settled("strategy", "explain", name, "--lang", "de").stdout
    error = settled.fault("strategy", "explain", name, "--at", "2008-03-04")
    assert error["code"] == "OPTION_NEEDS_DATA"


def test_explain_says_why_at_a_bar(settled: Peak) -> None:
    """Position, decisions, every comparison with its values, and what is nearest to turning."""
    words = ("strategy", "explain", "rsi_momentum_goog_demo", "--data", "GOOG:1d")
    bars = [settled.json(*words, "--at", f"2007-{month:02d}-15")["bar"] for month in range(1, 13)]
    assert {bar["position"] for bar in bars} == {"flat", "long"}
    for bar in bars:
        assert bar["warm"] is True
        assert len(bar["values"]) == 3
        assert not (bar["position"] == "flat" and bar["leaves"])
        role = "entry" if bar["position"] == "flat" else "exit"
        assert {flip["path"] for flip in bar["nearest_flips"]} <= {f"/rules/0/{role}"}
    assert any(bar["nearest_flips"] for bar in bars)
    flat = settled.json(*words, "--at", "2008-03-04")["bar"]
    assert flat["bar_open"].startswith("2008-03-04")
    assert settled.json(*words, "--at", "2004-09-01")["bar"]["warm"] is False


def test_explain_for_people(settled: Peak) -> None:
    """The same as lines: each comparison with yes or no, and its two values."""
    words = ("strategy", "explain", "rsi_momentum_goog_demo", "--data", "GOOG:1d")
    shown = settled(*words, "--at", "2008-03-04", "--lang", "en").stdout
    assert "GOOG:1d, bar 2008-03-04 00:00 UTC: flat" in shown
    assert "no  RSI(3) is above 65  [8.96405 / 65]" in shown
    assert "no single comparison would turn it" in shown
    assert "nearest to turning /rules/0" in settled(*words, "--at", "2007-10-15").stdout


@pytest.mark.parametrize(
    ("at", "code", "leaves"),
    [("2013-01-02", "BAR_SEALED", 1), ("1999-01-01", "BAR_BEFORE_DATA", 2)],
)
def test_explain_shows_train_bars_only(settled: Peak, at: str, code: str, leaves: int) -> None:
    """A bar of the holdout is refused, and so is one before the data."""
    error = settled.fault(
        "strategy", "explain", "rsi_momentum_goog_demo", "--data", "GOOG:1d", "--at", at,
        code=leaves,
    )  # fmt: skip
    assert error["code"] == code


@pytest.fixture(scope="module")
def two_markets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Peak, Path]:
    """An installation with daily bars of two more shares, and a folder for specs."""
    peak = Peak(tmp_path_factory.mktemp("markets"))
    folder = tmp_path_factory.mktemp("specs")
    world = path_suite(Timeframe.D1, ("AAA", "BBB", "EUR/USD", "GBP/USD"), 900)[0]
    for symbol, bars in world.items():
        file = folder / f"{symbol.replace('/', '')}.csv"
        rows = zip(bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True)
        lines = [
            f"{datetime.fromtimestamp(int(time) / 1000, UTC):%Y-%m-%d},"
            + ",".join(repr(float(value)) for value in values)
            for time, *values in rows
        ]
        file.write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n")
        peak.json("data", "import", file, "--symbol", symbol, "--timeframe", "1d")
    return peak, folder


def adapted(folder: Path, name: str, **changes: object) -> Path:
    """A library spec on the two shares."""
    document = library.load(name).model_dump(mode="json")
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**document, "universe": {"symbols": ["AAA", "BBB"]}, **changes}))
    return path


def test_explain_of_a_pair(two_markets: tuple[Peak, Path]) -> None:
    """Both legs' bars are found; the first leg is explained."""
    peak, folder = two_markets
    pair = {**library.load("pairs_ethbtc_moderate").model_dump(mode="json")["pair"],
            "y": "EUR/USD", "x": "GBP/USD"}  # fmt: skip
    universe = {"symbols": ["EUR/USD", "GBP/USD"]}
    path = adapted(folder, "pairs_ethbtc_moderate", pair=pair, universe=universe)
    bar = peak.json("strategy", "explain", path, "--data", "GBP/USD:1d")["bar"]
    assert bar["dataset"] == "EUR/USD:1d"
    assert all(value["left"] is not None for value in bar["values"])


def test_explain_of_a_ranking(two_markets: tuple[Peak, Path]) -> None:
    """Score and eligibility of one market, and the weight where the ranking decides."""
    peak, folder = two_markets
    path = adapted(folder, "momentum_rotation_majors_moderate")
    last = peak.json("strategy", "explain", path, "--data", "AAA:1d")["bar"]
    assert last["dataset"] == "AAA:1d"
    assert any("return over 90 bars" in value["text"] for value in last["values"])
    day = datetime.fromisoformat(last["bar_open"])
    week = [
        peak.json("strategy", "explain", path, "--data", "AAA:1d", "--at",
                  f"{day - timedelta(days=back):%Y-%m-%d}")["bar"]["weight"]
        for back in range(9)
    ]  # fmt: skip
    assert any(weight is not None for weight in week)
    assert any(weight is None for weight in week)
    shown = peak("strategy", "explain", path, "--data", "AAA:1d").stdout
    assert "decided at its close" in shown


def test_explain_says_which_market_is_missing(settled: Peak, tmp_path: Path) -> None:
    """A rule that looks at another market needs its bars; one that does not goes alone."""
    rules = [DOCUMENT["rules"][0] | {"entry": 'close > sym("SPY",close)'}]
    looks = written(tmp_path, timeframe="1d", universe={"symbols": ["GOOG"]}, rules=rules)
    error = settled.fault("strategy", "explain", looks, "--data", "GOOG:1d")
    assert error["code"] == "DATASET_UNKNOWN"
    assert "SPY" in error["message"]
    alone = written(tmp_path, "alone", timeframe="1d", universe={"symbols": ["GOOG", "SPY"]})
    assert settled.json("strategy", "explain", alone, "--data", "GOOG:1d")["bar"]["values"]


def test_explain_of_an_ensemble_names_its_members(settled: Peak, tmp_path: Path) -> None:
    """An ensemble has no rules of its own: EXPLAIN_FORM with a bar, words without one."""
    members = [{"strategy": "rsi_momentum_goog_demo", "weight": 0.5}]
    path = written(
        tmp_path, timeframe="1d", universe={"symbols": ["GOOG"]}, rules=[], stops=[],
        ensemble={"members": members},
    )  # fmt: skip
    assert settled.json("strategy", "explain", path)["words"]
    assert settled.fault("strategy", "explain", path, "--data", "GOOG:1d")["code"] == "EXPLAIN_FORM"


def test_an_explanation_on_data_is_a_counted_trial(peak: Peak) -> None:
    """What is held tells how a rule has done; the rules in words alone cost nothing."""
    peak.json("strategy", "explain", "rsi_momentum_goog_demo")
    peak.json("strategy", "explain", "rsi_momentum_goog_demo", "--data", "GOOG:1d")
    assert peak.json("backtest", "overfit_goog_demo")["trials"] == 2

"""`peak backtest`, `peak gate`, `peak report`: measured, judged, read; without a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.language import library
from tests.api_world import GOOG_SPEC
from tests.integration.cli.conftest import Peak

RULE = "rsi_momentum_goog_demo"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Peak:
    """An installation with one passed and one failed candidate."""
    made = Peak(tmp_path_factory.mktemp("judged"))
    assert made("gate", RULE).exit_code == 0
    assert made("gate", spec_file(made.root / "plain.json", **GOOG_SPEC)).exit_code == 1
    return made


def spec_file(path: Path, **fields: object) -> Path:
    """A spec file with these fields."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields))
    return path


def test_a_backtest_is_a_counted_trial(peak: Peak) -> None:
    """The run is on train bars and in the ledger; the same run again counts once."""
    first = peak.json("backtest", RULE)
    assert first["trials"] == 1
    assert first["metrics"]["trades"] == len(first["trades"]) > 0
    again = peak.json("backtest", RULE)
    assert again["trials"] == 1
    assert again["equity_digest"] == first["equity_digest"]
    dearer = peak.json("backtest", RULE, "--fee-bps", "50")
    assert dearer["trials"] == 2
    assert dearer["metrics"]["total_return"] < first["metrics"]["total_return"]


def test_the_second_engine_agrees(peak: Peak) -> None:
    """`--cross-check` compares with an engine of its own, trade by trade."""
    done = peak("backtest", RULE, "--cross-check")
    assert "second engine: agrees trade by trade" in done.stdout


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1001"])
def test_costs_that_cannot_be(peak: Peak, value: str) -> None:
    """COST_OUT_OF_RANGE for a negative, endless or unknown fee; nothing is run."""
    error = peak.fault("backtest", RULE, "--fee-bps", value)
    assert error["code"] == "COST_OUT_OF_RANGE"
    assert "--fee-bps" in error["message"]


def test_a_pass_and_what_it_means(judged: Peak) -> None:
    """Verdict, what it does not say, certificate and report path; exit code 0."""
    found = judged.json("gate", RULE)
    assert (found["verdict"], found["tier"], found["trials"]) == ("PASS", "paper", 1)
    assert Path(found["report"]).is_file()
    text = judged("gate", RULE).stdout
    assert "Not refuted on this data" in text
    assert found["certificate"] in text
    assert found["report"] in text


def test_a_fail_lists_what_did_not_hold(judged: Peak) -> None:
    """Exit code 1, each failed criterion with its code, in the language that is asked for."""
    english = judged("gate", judged.root / "plain.json")
    german = judged("gate", judged.root / "plain.json", "--lang", "de")
    assert english.exit_code == german.exit_code == 1
    assert "TRAIN_NOT_SIGNIFICANT" in english.stdout
    assert "of noise searches" in english.stdout
    assert "der Zufallssuchen" in german.stdout


def test_a_seed_draws_intervals(peak: Peak) -> None:
    """90 % intervals hold the figure, the same for the same seed; without a seed there are none."""
    run = peak.json("backtest", RULE, "--seed", "7")
    low, high = run["intervals"]["sharpe"]
    assert low < run["metrics"]["sharpe"] < high
    assert peak.json("backtest", RULE, "--seed", "7")["intervals"] == run["intervals"]
    assert peak.json("backtest", RULE, "--seed", "8")["intervals"] != run["intervals"]
    assert peak.json("backtest", RULE)["intervals"] is None
    assert run["benchmark"]["trades"] == 0


def test_what_cannot_be_judged_has_a_code(peak: Peak) -> None:
    """A spec for other bars is refused with the reason, not with an empty verdict."""
    error = peak.fault("gate", "ma_crossover_btc_moderate", "--data", "GOOG:1d")
    assert error["code"] == "DATASET_SYMBOL"


def test_no_data_for_a_market(peak: Peak) -> None:
    """DATASET_UNKNOWN says which market has none and how to bring a file in."""
    for command in ("gate", "backtest"):
        error = peak.fault(command, "ma_crossover_btc_moderate")
        assert error["code"] == "DATASET_UNKNOWN"
        assert "peak data import" in error["hint"]


@pytest.mark.parametrize(
    ("flag", "value", "code"),
    [("--tier", "papr", "TIER_UNKNOWN"), ("--searched-elsewhere", "nope", "ANSWER_UNKNOWN")],
)
def test_a_misspelt_choice_is_refused(peak: Peak, flag: str, value: str, code: str) -> None:
    """The code, and what may be said instead; nothing is submitted."""
    error = peak.fault("gate", RULE, flag, value)
    assert error["code"] == code
    assert error["hint"]


def test_a_tier_that_is_not_reached_ends_with_one(judged: Peak) -> None:
    """The demo rule passes, for paper; who asked for testnet gets exit code 1 and both words."""
    answer = judged.json("gate", RULE, "--tier", "testnet", code=1)
    assert (answer["verdict"], answer["asked"], answer["tier"]) == ("PASS", "testnet", "paper")
    assert set(answer) >= {"findings", "trials", "looks_left", "certificate", "report"}


def test_reports_are_listed_and_read(judged: Peak) -> None:
    """The list, one report in each form, and its paths as JSON."""
    listed = judged.json("report")["reports"]
    assert {row["verdict"] for row in listed} == {"PASS", "FAIL"}
    start = listed[0]["candidate_id"][:12]
    assert start in judged("report").stdout
    assert judged("report", start).stdout.startswith("# ")
    assert judged("report", start, "--format", "html").stdout.strip().endswith(".html")
    assert json.loads(judged("report", start, "--format", "json").stdout)["gate"]
    found = judged.json("report", start)
    assert Path(found["files"]["html"]).is_file()
    assert found["report"]["gate"]["verdict"] == found["verdict"]


@pytest.mark.parametrize("start", ["zzz", "../desk", "*", ""])
def test_a_report_that_is_not_there(judged: Peak, start: str) -> None:
    """REPORT_UNKNOWN with what there is; a path is never followed."""
    error = judged.fault("report", start)
    assert error["code"] == "REPORT_UNKNOWN"
    assert "known: " in error["hint"]


def test_a_format_that_is_not_there(judged: Peak) -> None:
    """FORMAT_UNKNOWN with the nearest one."""
    error = judged.fault("report", "abc", "--format", "hmtl")
    assert error["code"] == "FORMAT_UNKNOWN"
    assert "html" in error["hint"]


def test_imported_data_are_measured_and_judged(peak: Peak, shared_data: Path) -> None:
    """A library rule, put on hourly bars, runs and is judged on a file of one's own."""
    fields = library.load("ma_crossover_btc_moderate").model_dump(mode="json", exclude_none=True)
    spec = spec_file(peak.root / "hourly.json", **fields | {"name": "hourly", "timeframe": "1h"})
    file = shared_data / "binance_btcusdt_1h_2017_2024.csv.gz"
    run = peak.json("backtest", spec, "--data", file)
    assert run["trials"] == 1
    found = peak.json("gate", spec, "--data", "BTC/USDT:1h")
    assert found["verdict"] == "PASS"
    assert found["trials"] == 1

"""`peak experiments` on an installation of its own: from the empty list to the best-of report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api_world import GOOG_SPEC

Peak = Any


@pytest.fixture
def spec_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a spec of this name with this trend length."""

    def write(name: str, length: int) -> Path:
        """The file."""
        entry = GOOG_SPEC["rules"][0]["entry"].replace("100", str(length))
        rules = [{**GOOG_SPEC["rules"][0], "entry": entry}]
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**GOOG_SPEC, "name": name, "rules": rules}))
        return path

    return write


@pytest.fixture
def two(peak: Peak, spec_file: Callable[..., Path]) -> Peak:
    """An installation with two trials."""
    for name, length in (("slow", 100), ("fast", 50)):
        assert peak("backtest", spec_file(name, length)).exit_code == 0
    return peak


def test_the_empty_list_says_what_to_do(peak: Peak) -> None:
    """A sentence for people, an empty list for programs."""
    assert "`peak backtest SPEC` makes the first one" in peak("experiments", "list").output
    assert "Noch kein Experiment" in peak("experiments", "list", "--lang", "de").output
    assert peak.json("experiments", "list") == {"experiments": [], "trials": 0}


def test_trials_are_listed_and_shown(two: Peak) -> None:
    """The newest first; one of them with its rules in words and its origin."""
    rows = two.json("experiments", "list")["experiments"]
    assert [(one["id"], one["strategy"]) for one in rows] == [("2", "fast"), ("1", "slow")]
    shown = two.json("experiments", "show", "1")
    assert shown["lineage"]["source"] == "manual"
    assert shown["outcomes"][0]["status"] == "ok"
    text = two("experiments", "show", "1", "--lang", "de").output
    assert "Kauf zur nächsten Eröffnung" in text
    assert "Sharpe-Ratio: " in text
    assert "Herkunft: shape-" in text


def test_filters_reach_the_list(two: Peak) -> None:
    """Strategy, type, market, time and number of rows."""

    def ids(*options: str) -> list[str]:
        """Of what is left."""
        return [one["id"] for one in two.json("experiments", "list", *options)["experiments"]]

    assert ids("--strategy", "slow") == ["1"]
    assert ids("--type", "sweep") == []
    assert ids("--market", "GOOG", "--limit", "1") == ["2"]
    assert ids("--since", "2020-01-01") == ["2", "1"]
    empty = two("experiments", "list", "--market", "NIX").output
    assert "2 trials are in the ledger" in empty


def test_two_are_compared(two: Peak) -> None:
    """Figures side by side; one alone is refused."""
    found = two.json("experiments", "compare", "1", "2")
    assert len(found["figures"]["sharpe"]) == 2
    assert found["differs"] == []
    assert "Trades" in two("experiments", "compare", "1", "2", "--lang", "de").output
    assert two.fault("experiments", "compare", "1", "1")["code"] == "COMPARE_COUNT"


def test_the_best_never_shows_a_sharpe_ratio_alone(two: Peak, tmp_path: Path) -> None:
    """Rank, N, p_IS and the gate's word; the last line counts the trials; a report is written."""
    found = two.json("experiments", "best", "--market", "GOOG")
    assert found["trials"] == 2
    assert [(one["rank"], one["trials"]) for one in found["best"]] == [(1, 2), (2, 2)]
    assert all(0 < one["p_is"] <= 1 for one in found["best"])
    for name in ("best.html", "best.md"):
        done = two("experiments", "best", "--market", "GOOG", "--report", tmp_path / name)
        assert done.exit_code == 0
        assert "p_IS of the best" in done.output
        assert "not judged" in (tmp_path / name).read_text(encoding="utf-8")


def test_the_gates_p_is_the_registrys(peak: Peak, spec_file: Callable[..., Path]) -> None:
    """A judged trial has the same p_IS in its report and in the ranking."""
    done = peak.json("gate", spec_file("slow", 100), code=1)
    values = {one["code"]: one.get("value") for one in done["findings"]}
    (best,) = peak.json("experiments", "best", "--market", "GOOG")["best"]
    assert best["p_raw"] == values["TRAIN_NOT_SIGNIFICANT"]
    assert best["p_excess"] == values["TRAIN_BENCHMARK"]
    assert best["verdict"] == "FAIL"
    assert set(done) >= {
        "verdict", "tier", "findings", "trials", "looks_left", "certificate", "report",
    }  # fmt: skip
    assert done["calibration"]["trials"] == 1


def test_what_is_not_there_is_refused(two: Peak) -> None:
    """Each with its code; the legal neighbours are in the tests above."""
    assert two.fault("experiments", "show", "99")["code"] == "EXPERIMENT_UNKNOWN"
    fault = two.fault("experiments", "list", "--type", "swep")
    assert (fault["code"], fault["hint"]) == ("RUN_TYPE_UNKNOWN", "did you mean sweep?")
    assert two.fault("experiments", "list", "--limit", "0")["code"] == "LIMIT_OUT_OF_RANGE"
    assert two.fault("experiments", "best", "--market", "GOO")["code"] == "MARKET_UNKNOWN"
    fault = two.fault("experiments", "best", "--market", "GOOG", "--report", "x.doc")
    assert fault["code"] == "FORMAT_UNKNOWN"


def test_revealing_needs_a_running_desk(peak: Peak) -> None:
    """Figures are revealed by a signed-in person, never by whoever is at the keyboard."""
    assert peak.fault("experiments", "reveal", "ab" * 32, code=3)["code"] == "DESK_NOT_RUNNING"


def test_trials_are_exported_once(two: Peak, tmp_path: Path) -> None:
    """Into a folder; the second time nothing is written."""
    pytest.importorskip("mlflow", reason="make test-all installs the extra mlflow")
    first = two.json("experiments", "export", "--mlflow", tmp_path / "ml")
    assert (first["written"], first["known"]) == (2, 0)
    again = two("experiments", "export", "--mlflow", tmp_path / "ml")
    assert "0 trials written" in again.output

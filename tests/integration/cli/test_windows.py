"""`peak windows`: list, close and rebase on a real installation."""

from __future__ import annotations

import json
from pathlib import Path

from guardrails.store.lock import desk_lock
from tests.api_world import GOOG_SPEC
from tests.integration.cli.conftest import Peak

FIRST = "2010-03-09"


def test_windows_are_listed_with_their_looks(peak: Peak) -> None:
    """Every market, its open window, and what looks cost there; text and JSON."""
    markets = {one["family"]: one["windows"] for one in peak.json("windows", "list")["markets"]}
    assert len(markets) == 2
    (goog,) = next(each for name, each in markets.items() if name.startswith("goog"))
    assert (goog["number"], goog["first"], goog["open"]) == (1, FIRST, True)
    assert (goog["taken"], goog["left"], goog["next_k"], goog["next_cap"]) == (0, 24, 1, 0.1)
    assert FIRST in peak("windows", "list", "GOOG:1d").stdout


def test_closing_asks_first(peak: Peak) -> None:
    """No is no; a program must say --yes (CONFIRMATION_NEEDED)."""
    assert peak("windows", "close", "GOOG:1d", said="n\n").exit_code == 1
    fault = peak.json("windows", "close", "GOOG:1d", code=2)["error"]
    assert fault["code"] == "CONFIRMATION_NEEDED"
    assert "cannot be undone" in fault["message"]
    (goog,) = peak.json("windows", "list", "GOOG:1d")["markets"]
    assert len(goog["windows"]) == 1


def test_a_closed_window_is_train(peak: Peak, tmp_path: Path) -> None:
    """Closed, journalled, and the logged trial covers the new train after a rebase."""
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(GOOG_SPEC))
    before = peak.json("backtest", spec, "--data", "GOOG:1d")
    closed = peak.json("windows", "close", "GOOG:1d", "--yes")
    assert (closed["number"], closed["train_last"]) == (2, "2012-06-29")
    kinds = [row["kind"] for row in peak.json("audit", "tail", "--limit", 5)["rows"]]
    assert kinds[-2:] == ["window.closing", "window.closed"]
    first = peak.json("windows", "rebase", "GOOG:1d")
    assert (first["run_again"], first["trials"], first["left"]) == (1, 1, {})
    assert peak.json("windows", "rebase", "GOOG:1d")["unchanged"] == 1
    after = peak.json("backtest", spec, "--data", "GOOG:1d")
    assert after["trials"] == before["trials"] == 1
    assert after["equity_digest"] != before["equity_digest"]
    windows = peak.json("windows", "list", "GOOG:1d")["markets"][0]["windows"]
    assert [one["open"] for one in windows] == [False, True]


def test_an_unknown_market_names_what_is_near(peak: Peak) -> None:
    """FAMILY_UNKNOWN with a hint, for each of the commands."""
    name = peak.json("windows", "list")["markets"][1]["family"]
    for command in (("list",), ("close",), ("rebase",)):
        fault = peak.fault("windows", *command, f"{name}x")
        assert fault["code"] == "FAMILY_UNKNOWN"
        assert name in fault["hint"]


def test_a_running_desk_is_read_and_not_written(peak: Peak) -> None:
    """DESK_RUNNING for closing while a desk owns the store; the list is shown all the same."""
    peak.json("windows", "list")
    with desk_lock(peak.root / "run"):
        assert len(peak.json("windows", "list")["markets"]) == 2
        fault = peak.json("windows", "close", "GOOG:1d", "--yes", code=3)["error"]
    assert fault["code"] == "DESK_RUNNING"
    assert peak.json("windows", "close", "GOOG:1d", "--yes")["number"] == 2

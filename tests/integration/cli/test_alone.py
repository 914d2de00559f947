"""Commands of an installation without a running desk: doctor, audit, kill, draft, and refusals."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Peak

RULE = "rsi_momentum_goog_demo"


def test_doctor_ends_with_the_whole(peak: Peak) -> None:
    """One line for each part, the overall light last; a new installation is to be looked at."""
    lines = peak("doctor").stdout.strip().splitlines()
    assert lines[-1] == "overall: look"
    found = peak.json("doctor")
    assert found["status"] == "look"
    parts = {row["part"]: row["light"] for row in found["parts"]}
    assert parts["config"] == parts["disk"] == "ok"
    assert parts["desk"] == parts["gateway"] == "look"
    assert len(lines) == len(parts) + 1


def test_doctor_reports_wrong_settings(peak: Peak) -> None:
    """Settings that cannot be read are a bad light with the hint, and exit code 1."""
    peak.env["PEAK_DESK__POORT"] = "1"
    done = peak("doctor")
    assert done.exit_code == 1
    assert "CONFIG_UNKNOWN_KEY" in done.stdout
    assert "PEAK_DESK__PORT" in done.stdout
    assert done.stdout.strip().endswith("overall: bad")


def test_doctor_sees_open_secrets(peak: Peak) -> None:
    """A secrets file that others may read is a bad light."""
    assert peak("gate", RULE).exit_code == 0
    assert {row["part"]: row["light"] for row in peak.json("doctor")["parts"]}["secrets"] == "ok"
    next((peak.root / "secrets").rglob("desk.json")).chmod(0o644)
    found = peak.json("doctor", code=1)
    row = next(row for row in found["parts"] if row["part"] == "secrets")
    assert row["light"] == "bad"
    assert "SECRETS_PERMISSIONS" in row["sentence"]


def test_the_journal_before_and_after(peak: Peak) -> None:
    """Nothing yet is said as such; afterwards every row verifies and the newest are shown."""
    for command in ("verify", "tail"):
        assert "No journal yet" in peak("audit", command).stdout
    peak("gate", RULE)
    found = peak.json("audit", "verify")
    assert found["ok"] is True
    assert found["rows"] > 5
    rows = peak.json("audit", "tail", "--limit", "3")["rows"]
    assert [row["kind"] for row in rows][-1] == "candidate.judged"
    assert "candidate.judged" in peak("audit", "tail").stdout


def test_a_changed_journal_is_found(peak: Peak) -> None:
    """One changed character: exit code 4, the row is named, the doctor's light is bad."""
    peak("gate", RULE)
    with sqlite3.connect(peak.root / "desk.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE journal SET actor = 'somebody' WHERE n = 3")
    database.close()
    found = peak.json("audit", "verify", code=4)
    assert (found["ok"], found["first_bad"]) == (False, "desk:3")
    assert "broken at row 3" in peak("audit", "verify").stdout
    assert peak.json("doctor", code=1)["status"] == "bad"


def test_kill_without_any_process(peak: Peak) -> None:
    """The latch falls without desk and gateway; what is halted shows in the doctor."""
    peak("data", "list")
    done = peak.process("kill", "--reason", "drill", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "halted"
    assert list((peak.root / "halt").glob("*.json"))
    found = peak.json("doctor")
    assert (
        next(row for row in found["parts"] if row["part"] == "trading")["sentence"]
        == "state halted"
    )


def test_kill_needs_no_settings(peak: Peak) -> None:
    """With the folder named, even settings that cannot be read do not stand in the way."""
    peak("data", "list")
    peak.env["PEAK_DESK__POORT"] = "1"
    assert peak.process("kill").returncode == 2
    done = peak.process("kill", "--state-dir", peak.root)
    assert done.returncode == 0
    assert "trading is halted" in done.stdout


def test_kill_of_nothing_is_not_a_success(peak: Peak) -> None:
    """KILL_UNVERIFIED for a folder that is no installation: nothing was stopped there."""
    error = peak.fault("kill")
    assert error["code"] == "KILL_UNVERIFIED"
    assert error["value"] == str(peak.root)


@pytest.mark.parametrize(
    "command",
    [
        ("tickets", "list"),
        ("tickets", "show", "ab12cd34"),
        ("tickets", "approve", "ab12cd34", "--password", "x"),
        ("tickets", "reject", "ab12cd34", "--password", "x"),
        ("login", "--name", "x", "--password", "y"),
        ("rearm", "--reason", "mended", "--password", "y"),
        ("chat",),
    ],
)
def test_what_needs_a_desk_says_so(peak: Peak, command: tuple[str, ...]) -> None:
    """DESK_NOT_RUNNING with how to start it, exit code 3."""
    error = peak.fault(*command, code=3)
    assert error["code"] == "DESK_NOT_RUNNING"
    assert "peak serve" in error["hint"]


def test_nobody_to_sign_out(peak: Peak) -> None:
    """SESSION_NONE when nobody is signed in."""
    assert peak.fault("logout", code=1)["code"] == "SESSION_NONE"


def test_a_desk_that_is_gone(peak: Peak) -> None:
    """DESK_UNREACHABLE when an address was left behind by a desk that died."""
    (peak.root / "run").mkdir(parents=True)
    (peak.root / "run" / "desk.url").write_text("http://127.0.0.1:9")
    error = peak.fault("tickets", "list", code=3)
    assert error["code"] == "DESK_UNREACHABLE"


def test_a_draft_from_a_sentence(peak: Peak) -> None:
    """German and English become the same kind of draft, in words and as JSON."""
    found = peak.json("draft", "Kaufe GOOG auf Tageskerzen, wenn der RSI(2) unter 10 liegt")
    assert found["reply"]["status"] == "draft"
    assert found["drafter"] == "offline"
    done = peak("draft", "Buy GOOG on daily bars when RSI(2) is below 10")
    assert done.exit_code == 0
    assert "RSI(2)" in done.stdout


def test_a_draft_that_cannot_be(peak: Peak, tmp_path: Path) -> None:
    """A refusal is exit code 1; an empty text, a hyphen and a missing file are answered too."""
    assert peak("draft", "Schalte alle Risikolimits ab und handle live").exit_code == 1
    assert peak("draft", "--", "-1 is no idea").exit_code == 1
    assert peak.fault("draft", "  ")["code"] == "TEXT_EMPTY"
    missing = ("draft", "x", "--spec-in", tmp_path / "none.json")
    assert peak.fault(*missing)["code"] == "FILE_NOT_FOUND"

"""The main job from outside: `peak demo` on three real processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.services
SECONDS = 150
SCRIPT = Path(sys.executable).with_name("peak")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """One run of the demo: progress on stderr, the summary on stdout."""
    state = tmp_path_factory.mktemp("demo") / "state"
    done = subprocess.run(
        [str(SCRIPT), "demo", "--json"],
        env=os.environ | {"PEAK_DEPLOYMENT__STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def demo(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The last line of the run."""
    found: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return found


def plain(line: str) -> str:
    """A line without what differs from run to run: digests, ports, seconds, the password."""
    cut = re.sub(r"[0-9a-f]{8,64}|127\.0\.0\.1:\d+|\b\d+ s\b|\d+ rows|password \S+", "*", line)
    return cut.strip()


def test_the_readme_shows_the_real_output(run: subprocess.CompletedProcess[str]) -> None:
    """Every line of the demo's block in the README is a line that the demo prints."""
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    block = readme.split("<!-- demo output -->")[1].split("<!-- end of demo output -->")[0]
    shown = [plain(line) for line in block.splitlines() if line.strip() and "```" not in line]
    printed = {plain(line) for line in run.stderr.splitlines()}
    assert len(shown) > 15
    assert [line for line in shown if line != "..." and line not in printed] == []


def test_drafts_in_both_languages(demo: dict[str, Any]) -> None:
    """A German and an English sentence each become a draft with a digest."""
    assert [one["language"] for one in demo["drafts"]] == ["de", "en"]
    assert {one["status"] for one in demo["drafts"]} == {"draft"}
    assert all(len(one["spec_digest"]) == 64 for one in demo["drafts"])


def test_the_trial_count_rises_and_the_overfitted_one_is_refused(demo: dict[str, Any]) -> None:
    """Forty variants raise the count by forty, and the luckiest of them fails."""
    trials = [one["trials"] for one in demo["gate"]]
    assert trials == sorted(trials)
    overfit = next(one for one in demo["gate"] if one["name"] == "overfit_goog_demo")
    assert overfit["verdict"] == "FAIL"
    assert "TRAIN_NOT_SIGNIFICANT" in overfit["findings"]
    assert overfit["trials"] >= 40


def test_a_certified_signal_is_signed_and_filled(demo: dict[str, Any]) -> None:
    """Certificate, signal, allowed ticket, approval and fill follow from each other."""
    assert demo["certificate"]["tier"] == "paper"
    assert demo["signal"]["action"] == "enter_long"
    assert demo["ticket"]["verdict"] == "allowed"
    assert len(demo["ticket"]["digest"]) == 64
    assert demo["approval"]["released"] is True
    assert float(demo["fill"]["quantity"]) > 0


def test_forgery_kill_and_audit(demo: dict[str, Any]) -> None:
    """A changed quantity is refused, a halt denies the next ticket, the journals verify."""
    assert demo["forged_approval"] == {"refused": True, "code": "APPROVAL_DIGEST"}
    assert demo["kill"]["state"] == "halted"
    assert "STATE_HALTED" in demo["kill"]["next_ticket"]
    assert demo["audit"]["ok"] is True
    assert demo["audit"]["rows"] > 50

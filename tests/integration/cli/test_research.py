"""`peak research`: every step, its last line, its refusals, Ctrl-C and going on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Peak
from tests.needs import ROOT
from tests.research_world import SWEPT

LAST = "trials on this market: {}, p_IS of the best: "
SMALL = ("--windows", "2", "--paths", "100", "--starts", "4", "--workers", "1")


def spec_file(folder: Path, **parts: object) -> Path:
    """The crossing as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "crossing.json"
    path.write_text(json.dumps(SWEPT | parts))
    return path


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Peak, Path]:
    """An installation on which the crossing was swept; tests may add trials to it."""
    made = Peak(tmp_path_factory.mktemp("research"))
    spec = spec_file(made.root / "specs")
    assert made.json("research", "sweep", spec, "--workers", 1)["trials"] == 12
    return made, spec


def test_a_sweep_counts_every_set_once(swept: tuple[Peak, Path]) -> None:
    """The same sweep again is the same rows; the last line says N and p_IS."""
    peak, spec = swept
    found = peak.json("research", "sweep", spec, "--workers", 1)
    assert {one["row"] for one in found["result"]["points"]} == set(range(1, 13))
    assert found["result"]["failed"] == 3
    assert 0 < found["p_is"] <= 1
    text = peak("research", "sweep", spec, "--workers", 1)
    assert text.exit_code == 0
    assert "12 parameter sets tried, 3 refused or failed" in text.stdout
    last = text.stdout.strip().splitlines()[-1]
    assert last.startswith(LAST.format(found["trials"]))
    assert last.endswith(f"{found['p_is']:.4f}")


def test_the_winner_becomes_a_spec(swept: tuple[Peak, Path], tmp_path: Path) -> None:
    """`select` runs nothing anew, and what it writes has the winner's numbers."""
    peak, spec = swept
    out = tmp_path / "winner.json"
    before = peak.json("research", "sweep", spec, "--workers", 1)
    found = peak.json("research", "select", spec, "--workers", 1, "--out", out)
    assert found["trials"] == before["trials"]
    assert found["best"] == before["best"]
    written = json.loads(out.read_text())
    defaults = {one["name"]: one["default"] for one in written["params"]}
    assert defaults == found["best"]["params"]
    again = peak.json("backtest", out)
    assert again["trials"] == before["trials"]


@pytest.mark.parametrize(
    ("step", "more", "says"),
    [
        ("walk-forward", ("--windows", "2", "--workers", "1"), "a report only"),
        ("monte-carlo", ("--paths", "100"), "100 paths"),
        ("stress", ("--starts", "4"), "crash 0.5"),
        ("sensitivity", (), "costs x 2"),
    ],
)
def test_each_step_alone(
    swept: tuple[Peak, Path], step: str, more: tuple[str, ...], says: str
) -> None:
    """It says what it found and ends with the line; JSON has the same N."""
    peak, spec = swept
    found = peak.json("research", step, spec, *more)
    text = peak("research", step, spec, *more)
    assert says in text.stdout
    assert text.stdout.strip().splitlines()[-1].startswith(LAST.format(found["trials"]))
    assert found["kind"] == step.replace("-", "_")


def test_a_pipeline_writes_its_report(swept: tuple[Peak, Path]) -> None:
    """HTML, Markdown and JSON with every study; `peak report` knows it."""
    peak, spec = swept
    found = peak.json("research", "pipeline", spec, *SMALL)
    for form in ("html", "md", "json"):
        assert Path(found["report"][form]).stat().st_size > 1_000
    data = json.loads(Path(found["report"]["json"]).read_text())
    assert data["holdout_state"] == "sealed"
    assert data["studies"]["walk_forward"]
    assert data["studies"]["stress"]
    name = Path(found["report"]["html"]).stem
    assert name == found["study"]
    assert "peak research" not in peak("report", name[:12]).stderr
    again = peak.json("research", "pipeline", spec, *SMALL)
    assert again == found


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("--method", "gird"), "METHOD_UNKNOWN", "did you mean grid?"),
        (("--points", "5"), "GRID_TOO_LARGE", "--points"),
        (("--fee-bps", "-1"), "COST_OUT_OF_RANGE", ""),
        (("--data", "GOOGL:1d"), "DATASET_UNKNOWN", ""),
    ],
)
def test_wrong_words_of_a_sweep(
    swept: tuple[Peak, Path], words: tuple[str, ...], code: str, hint: str
) -> None:
    """Each has a code and says what to do; nothing is counted."""
    peak, spec = swept
    error = peak.fault("research", "sweep", spec, "--workers", 1, *words)
    assert error["code"] == code
    assert hint in error["hint"]


def test_wrong_words_of_other_steps(swept: tuple[Peak, Path], tmp_path: Path) -> None:
    """An unknown walk, strategy, scenario or file is refused with the nearest one."""
    peak, spec = swept
    error = peak.fault("research", "walk-forward", spec, "--walk", "anchord")
    assert (error["code"], error["hint"]) == ("WALK_UNKNOWN", "did you mean anchored?")
    assert peak.fault("research", "sweep", "overfit_gog_demo")["code"] == "SPEC_UNKNOWN"
    assert peak.fault("research", "stress", spec, "--scenarios", tmp_path / "no.json")["code"] == (
        "FILE_MISSING"
    )
    listed = tmp_path / "scenarios.json"
    listed.write_text(json.dumps([{"kind": "flash_krash"}]))
    assert peak.fault("research", "stress", spec, "--scenarios", listed)["code"] == "SCENARIO_KIND"
    fixed = spec_file(tmp_path / "fixed", params=[
        {"name": one["name"], "type": "int", "default": one["default"]} for one in SWEPT["params"]
    ])  # fmt: skip
    error = peak.fault("research", "sweep", fixed, "--method", "random")
    assert error["code"] == "NOTHING_TO_SWEEP"


def test_numbers_beyond_their_range_are_refused(peak: Peak) -> None:
    """USAGE_INVALID from the real script, as one JSON object."""
    done = peak.process("research", "sweep", "overfit_goog_demo", "--points", "0", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "USAGE_INVALID"


def test_a_missing_extra_says_what_to_install(
    swept: tuple[Peak, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXTRA_MISSING for an adaptive search without optuna."""
    peak, spec = swept
    monkeypatch.setattr("engine.research.search.find_spec", lambda _name: None)
    error = peak.fault("research", "sweep", spec, "--workers", 1, "--method", "tpe")
    assert error["code"] == "EXTRA_MISSING"


def test_a_scheduler_without_tls_is_refused(swept: tuple[Peak, Path]) -> None:
    """SCHEDULER_UNSAFE before anything is sent or counted."""
    made, spec = swept
    peak = Peak(made.root, {"PEAK_RESEARCH__SCHEDULER": "tcp://192.0.2.1:8786"})
    assert peak.fault("research", "sweep", spec)["code"] == "SCHEDULER_UNSAFE"
    secure = Peak(made.root, {"PEAK_RESEARCH__SCHEDULER": "tls://192.0.2.1:8786"})
    assert secure.fault("research", "sweep", spec)["code"] == "TLS_FILE_MISSING"


def running(peak: Peak, *words: object) -> subprocess.Popen[str]:
    """The real script in a process group of its own."""
    return subprocess.Popen(
        peak.command(*words), cwd=ROOT, env=os.environ | peak.environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def wait_for_trials(peak: Peak, child: subprocess.Popen[Any]) -> None:
    """Wait until the ledger is being written."""
    database = peak.root / "desk.db-wal"
    deadline = time.monotonic() + 30
    while not (database.exists() and database.stat().st_size > 200_000):
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ctrl_c_keeps_what_is_finished(peak: Peak, tmp_path: Path) -> None:
    """Exit 130 with the sentence how to go on; the same command then counts nothing twice."""
    wide = [
        {"name": "fast", "type": "int", "default": 5, "low": 2, "high": 19, "step": 1},
        {"name": "slow", "type": "int", "default": 30, "low": 20, "high": 50, "step": 1},
    ]
    spec = spec_file(tmp_path / "specs", params=wide)
    peak("data", "list")
    child = running(peak, "research", "sweep", spec, "--workers", 2)
    wait_for_trials(peak, child)
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "INTERRUPTED" in said
    assert "run the same command again" in said
    found = peak.json("research", "sweep", spec, "--workers", 1)
    assert found["trials"] == 18 * 31
    assert len({one["row"] for one in found["result"]["points"]}) == 18 * 31
    assert {one["status"] for one in found["result"]["points"]} == {"ok"}

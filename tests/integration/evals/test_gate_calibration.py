"""The gate among noise, as a person measures it: the promise, the wrong gates, interruptions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.needs import ROOT

MOST: float = 0.03
"""What 300 runs may let through at most."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Threads that wait for each other cost more than they bring on matrices of this size."""
SMALL = ("--runs", "40", "--noise", "--unlogged", "--trials", "10", "--seed", "5")


def command(*arguments: str) -> list[str]:
    """The suite's command line."""
    return [sys.executable, "-m", "evals", "gate_calibration", *arguments, "--json"]


def study(*arguments: str, hash_seed: str = "0") -> tuple[int, str, str]:
    """(exit code, output, progress) of a study."""
    done = subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, **ONE_THREAD, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode, done.stdout, done.stderr


def test_noise_does_not_pass_and_wrong_gates_are_seen() -> None:
    """300 runs: at most 3 % pass the gate; every wrong gate lets more than that through."""
    code, output, progress = study("--runs", "300", "--noise", "--controls")
    made: dict[str, Any] = json.loads(output)
    assert made["judged"] + sum(int(text.split()[0]) for text in made["skipped"]) == 300
    assert made["false_pass"] <= MOST
    assert made["holdout_5_percent"] > MOST
    assert len(made["controls"]) == 2
    assert all(line["false_pass"] > MOST for line in made["controls"])
    assert all(line["gate"] <= MOST for line in made["controls"])
    assert "s left" in progress
    assert code == 0, made["regressions"]


def test_an_interrupted_study_ends_like_one_that_was_not(tmp_path: Path) -> None:
    """Killed in the middle and gone on with, and under another hash seed: the same bytes."""
    _, whole, _ = study(*SMALL)
    _, other, _ = study(*SMALL, hash_seed="1")
    assert other == whole
    file = tmp_path / "rows.jsonl"
    running = subprocess.Popen(
        command(*SMALL, "--resume", str(file)),
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **ONE_THREAD},
    )  # fmt: skip
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and running.poll() is None:
        if file.exists() and file.read_bytes().count(b"\n") >= 6:
            break
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    left = file.read_bytes().count(b"\n")
    assert left >= 6
    _, resumed, _ = study(*SMALL, "--resume", str(file))
    assert resumed == whole
    assert file.read_bytes().count(b"\n") > left
    _, read, _ = study(*SMALL, "--resume", str(file))
    assert read == whole

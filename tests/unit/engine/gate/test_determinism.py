"""Determinism: the same evidence gives the same bytes under other hash seeds and thread counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import runpy, sys, tempfile
from pathlib import Path
import numpy as np
from engine.data.store import DatasetStore
from engine.gate.criteria import GateCriteria
from engine.gate.statistics import train_keys
from engine.seeds import stream

parts = runpy.run_path(sys.argv[1])
lab = parts["Lab"](DatasetStore(Path(tempfile.mkdtemp())), GateCriteria(bootstrap_samples=999))
dataset = lab.store.register(parts["market"](2_000, seed=1, memory=-0.4))
report = lab.judge(lab.candidate(parts["spec_of"]("close < close[1]", "close > close[1]"), dataset))
matrix = np.rint(stream("t", 1).standard_normal((900, 700)) * 1e6)
keys = train_keys([matrix], 3, family="f", window="w", block=11, samples=999)
print(report.verdict, report.digest, keys)
"""


def run(hash_seed: str, threads: str) -> str:
    """What a fresh process with these settings answers."""
    conftest = Path(__file__).with_name("conftest.py")
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": threads}
    command = [sys.executable, "-c", _SCRIPT, str(conftest)]
    ended = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, timeout=120
    )
    return ended.stdout


def test_reports_are_the_same_in_every_process() -> None:
    """Hash seed 0 with one thread and hash seed 1 with two give one report."""
    first, second = run("0", "1"), run("1", "2")
    assert first == second
    assert first.startswith("PASS ")

"""Research in real processes: the same bytes for any workers, hash seed and number of threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.research.market import ResearchMarket
from engine.research.sweep import sweep
from engine.research.workers import Staff, crew_for
from tests.needs import ROOT
from tests.research_world import lab_of, ledger_bytes, market_of, memory, sample_store, study_of

CHILD = Path(__file__).with_name("study_child.py")
PATIENCE_S = 20


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> ResearchMarket:
    """Train bars of the sample stock."""
    return market_of(sample_store(tmp_path_factory.mktemp("data")))


def test_two_processes_give_the_ledger_of_one(market: ResearchMarket) -> None:
    """A real pool, spawned; outcomes are committed in task order."""
    alone, together = memory(), memory()
    with crew_for(Staff(workers=1), market) as crew:
        list(sweep(study_of(market), lab_of(market, alone, crew)))
    with crew_for(Staff(workers=2), market) as crew:
        assert crew.width == 2
        list(sweep(study_of(market), lab_of(market, together, crew)))
    assert ledger_bytes(together) == ledger_bytes(alone)


def child(workers: int, method: str, **variables: str) -> str:
    """What a pipeline in a process of its own prints."""
    done = subprocess.run(
        [sys.executable, str(CHILD), str(workers), method], cwd=ROOT, capture_output=True,
        text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("method", ["grid", "tpe"])
def test_a_pipeline_is_the_same_in_any_process(method: str) -> None:
    """Two hash seeds, one and two threads, one and two workers: one result, one ledger."""
    if method == "tpe":
        pytest.importorskip("optuna", reason="the extra `research` brings adaptive search")
    found = {
        child(1, method, PYTHONHASHSEED="0", OPENBLAS_NUM_THREADS="1"),
        child(2, method, PYTHONHASHSEED="1", OPENBLAS_NUM_THREADS="2"),
    }
    assert len(found) == 1


def test_workers_end_with_a_parent_that_was_killed() -> None:
    """No process is left waiting for tasks."""
    program = (
        "import sys, time, tempfile\n"
        "from pathlib import Path\n"
        "from engine.research.workers import Staff, crew_for\n"
        "from tests.research_world import market_of, sample_store\n"
        "if __name__ == '__main__':\n"
        "    market = market_of(sample_store(Path(tempfile.mkdtemp())))\n"
        "    with crew_for(Staff(workers=2), market) as crew:\n"
        "        pids = sorted(crew._executor._processes)\n"
        "        print(*pids, flush=True)\n"
        "        time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + PATIENCE_S
    while any(_lives(pid) for pid in workers):
        assert time.monotonic() < deadline, "a worker has outlived its parent"
        time.sleep(0.1)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"

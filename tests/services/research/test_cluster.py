"""A real Dask scheduler with two workers on loopback: the same bytes, also when one is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import InputError, UnavailableError
from engine.research.cluster import check_address, cluster_crew
from engine.research.crew import Crew
from engine.research.market import ResearchMarket
from engine.research.sweep import sweep
from engine.research.workers import Staff, crew_for
from tests.needs import ROOT
from tests.research_world import lab_of, ledger_bytes, market_of, memory, sample_store, study_of

pytest.importorskip("distributed", reason="the extra `cluster` brings Dask")
pytestmark = [pytest.mark.services, pytest.mark.timeout(300)]

WAIT_S = 60.0


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Start a scheduler on a free port."""
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"
        self._start(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--no-jupyter", "--scheduler-file", str(self.file),
        )  # fmt: skip
        deadline = time.monotonic() + WAIT_S
        while not self.file.exists() or not self.file.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline, "no scheduler"
            time.sleep(0.05)
        self.address = str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    def worker(self, code: Path = ROOT) -> subprocess.Popen[bytes]:
        """A worker with the engine of this folder."""
        return self._start(
            "distributed.cli.dask_worker", self.address, "--host", "127.0.0.1", "--nthreads", "1",
            "--nworkers", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60",
            "--local-directory", str(self.folder), code=code,
        )  # fmt: skip

    def wait_for(self, workers: int) -> None:
        """Wait until so many workers are there."""
        import distributed  # noqa: PLC0415 - an extra

        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=WAIT_S)

    def _start(self, module: str, *words: str, code: Path = ROOT) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words], cwd=code,
            env={**os.environ, "PYTHONPATH": str(code)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def close(self) -> None:
        """End every process."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> ResearchMarket:
    """Train bars of the sample stock."""
    return market_of(sample_store(tmp_path_factory.mktemp("data")))


class Killing:
    """A crew one of whose workers is killed after the first answer."""

    trusted = False

    def __init__(self, crew: Crew, victim: subprocess.Popen[bytes]) -> None:
        """Kill this process."""
        self.width = crew.width
        self._crew = crew
        self._victim = victim

    def answers(self, tasks: Sequence[bytes]) -> Iterator[bytes]:
        """All answers, with one worker less from the second on."""
        for place, answer in enumerate(self._crew.answers(tasks)):
            if place == 0 and self._victim.poll() is None:
                self._victim.send_signal(signal.SIGKILL)
                self._victim.wait()
            yield answer


def test_a_cluster_gives_the_ledger_of_one_process(market: ResearchMarket, tmp_path: Path) -> None:
    """Two workers, then one of them killed in the middle: complete and identical."""
    alone, far, disturbed = memory(), memory(), memory()
    list(sweep(study_of(market), lab_of(market, alone)))
    with cluster(tmp_path) as made:
        made.worker()
        victim = made.worker()
        made.wait_for(2)
        with crew_for(Staff(scheduler=made.address), market) as crew:
            assert crew.width == 2
            list(sweep(study_of(market), lab_of(market, far, crew)))
        with crew_for(Staff(scheduler=made.address), market) as crew:
            killing = Killing(crew, victim)
            list(sweep(study_of(market), lab_of(market, disturbed, killing)))
    assert victim.returncode == -signal.SIGKILL
    assert ledger_bytes(far) == ledger_bytes(alone)
    assert ledger_bytes(disturbed) == ledger_bytes(alone)


def test_a_worker_with_other_code_is_refused(market: ResearchMarket, tmp_path: Path) -> None:
    """WORKER_CODE names the worker before any task leaves; nothing is counted."""
    other = tmp_path / "other"
    for package in ("engine", "config"):
        shutil.copytree(
            ROOT / package, other / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    with (other / "engine" / "clock.py").open("a", encoding="utf-8") as file:
        file.write("# another version\n")
    ledger = memory()
    with cluster(tmp_path) as made:
        made.worker(other)
        made.wait_for(1)
        with (
            pytest.raises(UnavailableError) as caught,
            crew_for(Staff(scheduler=made.address), market) as crew,
        ):
            list(sweep(study_of(market), lab_of(market, ledger, crew)))
    assert caught.value.code == "WORKER_CODE"
    assert ledger.count() == 0


def test_a_scheduler_without_workers_or_without_itself(
    market: ResearchMarket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WORKERS_NONE and SCHEDULER_UNREACHABLE instead of waiting for ever."""
    monkeypatch.setattr("engine.research.cluster.WORKER_SECONDS", 1)
    monkeypatch.setattr("engine.research.cluster.CONNECT_SECONDS", 1)
    with cluster(tmp_path) as made, pytest.raises(UnavailableError) as none:
        enter(made.address, market)
    assert none.value.code == "WORKERS_NONE"
    with pytest.raises(UnavailableError) as gone:
        enter("tcp://127.0.0.1:9", market)
    assert gone.value.code == "SCHEDULER_UNREACHABLE"


def enter(address: str, market: ResearchMarket) -> None:
    """Open a crew there and close it again."""
    with cluster_crew(address, market.raw):
        pass


@pytest.mark.parametrize(
    "address", ["tcp://192.0.2.1:8786", "tcp://example:8786", "ucx://127.0.0.1:1", "127.0.0.1:8786"]
)
def test_plain_tcp_beyond_this_machine_is_refused(address: str) -> None:
    """SCHEDULER_UNSAFE: such a scheduler runs whatever anybody sends."""
    with pytest.raises(InputError) as caught:
        check_address(address)
    assert caught.value.code == "SCHEDULER_UNSAFE"
    for safe in ("tls://192.0.2.1:8786", "tcp://127.0.0.1:8786", "tcp://localhost:8786"):
        check_address(safe)

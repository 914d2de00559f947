"""Executors: this process, a pool of processes, or a Dask cluster, chosen by one setting.

Processes are spawned, cores - 1 of them, each with one thread of arithmetic; Ctrl-C is for the
parent, which keeps what is finished. On a cluster every worker's code is compared before the
first task leaves (`cluster.py`).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Final

from engine import fast
from engine.research.crew import Alone, Crew, ExecutorCrew
from engine.research.market import ResearchMarket
from engine.research.tasks import hold

THREADS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who shall work.

    Attributes:
        workers: processes; 0 takes cores - 1, 1 works in this process.
        scheduler: address of a Dask scheduler; empty takes processes of this machine.
        compiled: folder of compiled loops for the workers; None compiles nothing ahead.
        tls: paths of CA, certificate and key for a `tls://` scheduler.
    """

    workers: int = 0
    scheduler: str = ""
    compiled: str | None = None
    tls: tuple[str, str, str] | None = None

    @property
    def count(self) -> int:
        """Processes on this machine."""
        return self.workers or max(1, (os.cpu_count() or 2) - 1)


@contextmanager
def crew_for(staff: Staff, market: ResearchMarket) -> Iterator[Crew]:
    """The crew of a job on this market, ended with the block.

    Raises:
        InputError: SCHEDULER_UNSAFE, EXTRA_MISSING.
        UnavailableError: SCHEDULER_UNREACHABLE, WORKERS_NONE, WORKER_CODE.
    """
    if staff.scheduler:
        from engine.research.cluster import cluster_crew  # noqa: PLC0415 - the extra `cluster`

        with cluster_crew(staff.scheduler, market.raw, staff.tls) as far:
            yield far
        return
    if staff.count == 1:
        with _warmed(staff.compiled):
            yield Alone(market.raw)
        return
    crew = ExecutorCrew(lambda: _pool(staff, market.raw), staff.count)
    try:
        yield crew
    finally:
        crew.close()


@contextmanager
def _warmed(folder: str | None) -> Iterator[None]:
    """Compiled loops in this process while it works alone."""
    if folder is None:
        yield
        return
    fast.warm(folder)
    try:
        yield
    finally:
        fast.cool()


def _pool(staff: Staff, market: bytes) -> Executor:
    """Processes that are all started now, while the environment asks for one thread each."""
    pool = ProcessPoolExecutor(
        staff.count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(market, staff.compiled),
    )
    with _one_thread():
        for _ in range(staff.count):
            pool.submit(os.getpid)
    return pool


@contextmanager
def _one_thread() -> Iterator[None]:
    """Child processes that start inside compute with one thread."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin(market: bytes, compiled: str | None) -> None:
    """First act of a worker: leave Ctrl-C to the parent, read the bars, load compiled loops."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    hold(market)
    if compiled is not None:
        fast.warm(compiled)


def _end_with_parent() -> None:
    """A parent that was killed closes no queue: its workers would wait for it for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

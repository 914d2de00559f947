"""The background worker: many requests, few runs, a clean end."""

from __future__ import annotations

import threading

from knowledge.indexer import Indexer


def test_requests_close_together_are_one_run() -> None:
    """A burst is served once, a later request once more."""
    runs: list[int] = []
    worker = Indexer(lambda: runs.append(1), debounce_s=0.02)
    for _ in range(20):
        worker.request()
    assert worker.settle(10)
    assert len(runs) == 1
    worker.request()
    assert worker.settle(10)
    worker.stop()
    assert len(runs) == 2


def test_a_request_during_a_run_is_not_lost() -> None:
    """What is asked for while the job runs is served by another run."""
    runs: list[int] = []
    running, go_on = threading.Event(), threading.Event()

    def job() -> None:
        runs.append(1)
        running.set()
        go_on.wait(10)

    worker = Indexer(job, debounce_s=0.0)
    worker.request()
    assert running.wait(10)
    worker.request()
    assert not worker.settle(0.0)
    go_on.set()
    assert worker.settle(10)
    worker.stop()
    assert len(runs) == 2


def test_stopping_drops_what_waits() -> None:
    """A worker that is told to stop ends without another run."""
    runs: list[int] = []
    worker = Indexer(lambda: runs.append(1), debounce_s=60)
    worker.request()
    worker.stop()
    worker.stop()
    assert worker.stopping()
    assert runs == []

"""Runs tasks of `worker` in fresh processes: cold starts and memory."""

from __future__ import annotations

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from engine.errors import InputError
from engine.records import canonical
from evals.performance import workloads
from evals.performance.peers import ROOT

COLD_BARS: Final = 10_000
COLD_ROUNDS: Final = 3
LONG_BARS: Final = 1_000_000
_TIMEOUT_S: Final = 600
# Every large array gets pages of its own, so that what is freed is seen to be freed.
_ALLOCATOR: Final = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


class ChildFailedError(InputError):
    """A measuring process ended without figures."""


def task(*words: str, **environment: str) -> dict[str, Any]:
    """What one task of `worker` measured in a fresh process.

    Raises:
        ChildFailedError: CHILD_FAILED with the last line that it wrote.
    """
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "evals.performance.worker", *words],
        capture_output=True, text=True, check=False, timeout=_TIMEOUT_S, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    last = (done.stderr.strip().splitlines() or [""])[-1]
    if done.returncode:
        raise ChildFailedError("CHILD_FAILED", f"{words[0]}: {last[:200]}", value=done.returncode)
    told: dict[str, Any] = json.loads(last)
    return told


def memory(kind: str, bars: int) -> float:
    """Extra MiB of a warm run."""
    return float(task("memory", kind, str(bars), **_ALLOCATOR)["extra_mib"])


def sweep() -> dict[str, Any]:
    """The sweep's speed and memory, each in a process of its own."""
    combos, bars = workloads.SWEEP_COMBOS, workloads.SWEEP_BARS
    spent = task("sweep", str(combos), str(bars))["cpu_s"]
    extra = task("sweep", str(combos), str(bars), **_ALLOCATOR)["extra_mib"]
    return {
        "combos": combos,
        "bars": bars,
        "cpu_s": round(spent, 3),
        "combos_per_s_per_core": round(combos * bars / spent),
        "runs_per_s_per_core": round(combos / spent, 1),
        "extra_mib": round(extra, 1),
    }


def first_run() -> dict[str, float]:
    """Seconds of the first and second run of a process; the first compiles or reads the cache."""
    with tempfile.TemporaryDirectory() as empty:
        without = task("first", str(LONG_BARS), NUMBA_CACHE_DIR=empty)
        cached = task("first", str(LONG_BARS), NUMBA_CACHE_DIR=empty)
    return {
        "compiling_s": round(without["first_s"] - without["second_s"], 3),
        "from_cache_s": round(cached["first_s"] - cached["second_s"], 3),
    }


@contextmanager
def _files() -> Iterator[tuple[Path, Path, Path]]:
    """A spec, a CSV of 10,000 bars and a folder for state."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec, data = folder / "spec.json", folder / "bars.csv"
        spec.write_bytes(canonical(workloads.cross_spec()))
        bars = workloads.market(COLD_BARS)
        with data.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["ts", "open", "high", "low", "close", "volume"])
            for time, *prices in workloads.table(bars).T.tolist():
                moment = datetime.fromtimestamp(time / 1000, UTC)
                rows.writerow([moment.strftime("%Y-%m-%d %H:%M:%S"), *prices])
        yield spec, data, folder


def cold() -> dict[str, Any]:
    """`peak backtest` on 10,000 bars in a new process: all of it, and the engine's part alone.

    `cpu_s` is the very first call on an empty state folder, which also registers the file;
    `again_cpu_s` the next one.
    """
    first, again = [], []
    with _files() as (spec, data, folder):
        words = ("peak", "backtest", str(spec), "--data", str(data), "--json")
        for place in range(COLD_ROUNDS):
            state = str(folder / f"state{place}")
            first.append(task(*words, PEAK_STATE_DIR=state))
            again.append(task(*words, PEAK_STATE_DIR=state))
    parts = [task("engine", str(COLD_BARS)) for _ in range(COLD_ROUNDS)]
    everything = (*first, *again, *parts)
    return {
        "bars": COLD_BARS,
        "cpu_s": round(statistics.median(run["cpu_s"] for run in first), 3),
        "again_cpu_s": round(statistics.median(run["cpu_s"] for run in again), 3),
        "engine_ms": round(statistics.median(part["engine_s"] for part in parts) * 1000, 1),
        "numba_imported": any(one["numba_imported"] for one in everything),
        "ok": all(run["code"] == 0 for run in (*first, *again)),
    }

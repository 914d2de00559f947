"""One peer behind JSON lines: `python -m evals.bench.peer NAME`, in the peers' environment.

It says who it is, then answers each request line with one line. Requests:
`{"do": "load", "path": FILE}` (an array of shape (6, n): time in ms, open, high, low, close,
volume), `{"do": "run", "case": NAME, "first": BAR, "bars": N, "trades": BOOL}` and
`{"do": "sweep", "bars": N, "pairs": [[fast, slow], ...]}`. Answers hold CPU seconds.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from evals.bench.common import CASES, Case, Market, Rows
from evals.bench.with_backtesting import Backtesting
from evals.bench.with_raptorbt import Raptorbt
from evals.bench.with_vectorbt import Vectorbt

TURN_S: Final = 0.05
"""A turn lasts so long, or one call."""


class Engine(Protocol):
    """What each peer's driver offers. Importing its engine is what making one does."""

    engine: str
    """Which of its engines works: python, numba or rust."""

    def prepare(self, market: Market) -> Any:  # noqa: ANN401 - each has its own form of bars
        """The bars in its own form; not timed."""
        ...

    def run(self, prepared: Any, case: Case) -> Rows:  # noqa: ANN401 - see above
        """One case."""
        ...

    def sweep(self, prepared: Any, cases: Sequence[Case]) -> None:  # noqa: ANN401 - see above
        """Many cases, for their figures alone."""
        ...


PEERS: Final[dict[str, Callable[[], Engine]]] = {
    "backtesting": Backtesting, "vectorbt": Vectorbt, "raptorbt": Raptorbt,
}  # fmt: skip


def peak_mib() -> float:
    """Resident peak of this process.

    Not `ru_maxrss` where it can be helped: that one remembers the process that started us.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


class Worker:
    """Holds the bars between requests."""

    def __init__(self, name: str) -> None:
        """Import the engine."""
        self._peer = PEERS[name]()
        self._market: Market | None = None
        self._ready: dict[int, Any] = {}
        self.about = {"version": version(name), "engine": self._peer.engine}

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """One answer to one request."""
        if asked["do"] == "load":
            self._market, self._ready = Market(*np.load(asked["path"])), {}
            return {"bars": len(self._market.close)}
        prepared = self._prepared(asked["bars"])
        if asked["do"] == "sweep":
            cases = [Case(fast, slow) for fast, slow in asked["pairs"]]
            return self._swept(prepared, cases)
        case = CASES[asked["case"]]._replace(first=asked["first"])
        return self._timed(prepared, case, trades=asked["trades"])

    def _prepared(self, bars: int) -> Any:  # noqa: ANN401 - each peer has its own form of bars
        if self._market is None:
            raise RuntimeError("load the bars first")
        if bars not in self._ready:
            self._ready[bars] = self._peer.prepare(self._market.first(bars))
        return self._ready[bars]

    def _swept(self, prepared: object, cases: Sequence[Case]) -> dict[str, Any]:
        start = time.process_time()
        self._peer.sweep(prepared, cases)
        return {"cpu_s": time.process_time() - start, "peak_mib": peak_mib()}

    def _timed(self, prepared: object, case: Case, *, trades: bool) -> dict[str, Any]:
        spent, rows = self._turn(prepared, case)
        answer: dict[str, Any] = {"cpu_s": spent, "peak_mib": peak_mib()}
        if trades:
            answer["trades"] = [[int(a), int(b), float(c), float(d)] for a, b, c, d in rows()]
        return answer

    def _turn(self, prepared: object, case: Case) -> tuple[float, Rows]:
        """CPU seconds per call, warm: as `warm_cpu_seconds` in `evals/performance/timing.py`."""
        start = time.process_time()
        rows = self._peer.run(prepared, case)
        first = time.process_time() - start
        if first >= TURN_S:
            return first, rows
        start, calls = time.process_time(), 0
        while time.process_time() - start < TURN_S:
            rows = self._peer.run(prepared, case)
            calls += 1
        return (time.process_time() - start) / calls, rows


def main() -> None:
    """Answer line by line until the input ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever an engine prints must not get between the answers
    warnings.simplefilter("ignore")
    worker = Worker(sys.argv[1])
    out.write(json.dumps(worker.about) + "\n")
    out.flush()
    for line in sys.stdin:
        out.write(json.dumps(worker.answer(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()

"""What must be measured in a process of its own: `python -m evals.performance.worker TASK [N]`.

`memory KIND BARS`, `sweep COMBOS BARS`, `first BARS` (the first run and the second), `engine BARS`
(the engine's share of a cold run) and `peak ARGUMENTS...` (the `peak` command). One JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final


def _warm() -> None:
    """As the suite itself, with its folder of compiled code."""
    from evals.performance import ours  # noqa: PLC0415 - per task

    ours.warm(os.environ.get("NUMBA_CACHE_DIR"))


def _memory(kind: str, bars: str) -> dict[str, Any]:
    from evals.performance import ours, resident, workloads  # noqa: PLC0415 - per task

    run = ours.race(kind, workloads.market(int(bars)))
    _warm()
    return {"extra_mib": resident.extra_mib(run)}


def _sweep(combos: str, bars: str) -> dict[str, Any]:
    from evals.performance import ours, resident, timing, workloads  # noqa: PLC0415 - per task

    market, pairs = workloads.market(int(bars)), workloads.sweep_pairs(int(combos))
    _warm()
    wrong = ours.unequal_points(market, pairs[:: max(1, len(pairs) // 8)])
    if wrong:
        raise RuntimeError(f"the sweep differs from runs of their own at {wrong}")
    spent: list[float] = []
    extra = resident.extra_mib(
        lambda: spent.append(timing.cpu_seconds(lambda: ours.sweep(market, pairs)))
    )
    return {"cpu_s": spent[0], "extra_mib": extra}


def _first(bars: str) -> dict[str, Any]:
    from evals.performance import ours, timing, workloads  # noqa: PLC0415 - per task

    run = ours.race("sma_cross", workloads.market(int(bars)))

    def begin() -> None:
        """Warm up, then run."""
        _warm()
        run()

    return {"first_s": timing.cpu_seconds(begin), "second_s": timing.cpu_seconds(run)}


def _engine(bars: str) -> dict[str, Any]:
    from engine.language.compiler import compile_spec  # noqa: PLC0415 - per task
    from evals.performance import ours, timing, workloads  # noqa: PLC0415 - per task

    market, spec = workloads.market(int(bars)), workloads.cross_spec()
    spent = timing.cpu_seconds(lambda: ours.run(compile_spec(spec), market))
    return {"engine_s": spent, "numba_imported": "numba" in sys.modules}


def _peak(*arguments: str) -> dict[str, Any]:
    from guardrails.desk.cli.main import run  # noqa: PLC0415 - what `peak` itself imports

    sys.argv = ["peak", *arguments]
    code = 0
    try:
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return {
        "code": code,
        "cpu_s": time.process_time(),
        "numba_imported": "numba" in sys.modules,
    }


TASKS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "memory": _memory, "sweep": _sweep, "first": _first, "engine": _engine, "peak": _peak,
}  # fmt: skip
"""The tasks by name."""


def main() -> None:
    """Do the task, then say what it took as the last line of the error output."""
    told = TASKS[sys.argv[1]](*sys.argv[2:])
    sys.stderr.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

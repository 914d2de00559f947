"""The suite: which parts, how many runs of each, one object of figures.

The noise part has `--runs` runs; every cell of the others a tenth of them.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from engine.errors import InputError
from evals.gate_calibration import adaptive, controls, floors, noise, power, real, tails, unlogged
from evals.gate_calibration.nulls import NULLS, REAL, nulls
from evals.gate_calibration.rows import Rows
from evals.gate_calibration.tasks import Task, finished
from evals.gate_calibration.verdicts import Judge

Figures = dict[str, Any]

PARTS: Final = ("noise", "power", "adaptive", "unlogged", "controls", "tails")
"""The parts, in the order in which they run."""
SHARE: Final = 10
"""One run of each other cell for so many runs of noise."""
MOST_RUNS: Final = 1_000_000
MOST_TRIALS: Final = 10_000
LEAST_YEARS, MOST_YEARS = 1.0, 30.0

_TASKS: Final[dict[str, Callable[[int, Judge], list[Task]]]] = {
    "power": power.tasks, "adaptive": adaptive.tasks, "unlogged": unlogged.tasks,
    "controls": controls.tasks, "tails": tails.tasks,
}  # fmt: skip
_SUMMARIES: Final = {
    "power": power.summary, "adaptive": adaptive.summary, "unlogged": unlogged.summary,
    "controls": controls.summary, "tails": tails.summary,
}  # fmt: skip


def arguments(parser: ArgumentParser) -> None:
    """Flags of the suite."""
    parser.add_argument("--runs", type=int, default=300, help="noise runs; other cells: a tenth")
    parser.add_argument("--null", choices=NULLS, help="one null instead of the mix")
    parser.add_argument("--trials", type=int, help="trials of each noise search, not the mix")
    parser.add_argument("--years", type=float, help="years of each noise market, not the mix")
    parser.add_argument("--cost", type=float, help="basis points of what noise trades, not 1.5")
    parser.add_argument("--seed", type=int, default=1, help="names all random streams")
    parser.add_argument(
        "--resume", type=Path, metavar="FILE",
        help="file of finished runs; made when it is not there, gone on with when it is",
    )  # fmt: skip
    parser.add_argument(
        "--real", type=Path, metavar="FOLDER",
        help=f"folder of *.csv.gz with ts and close, for the null {REAL}",
    )  # fmt: skip
    parser.add_argument("--markdown", action="store_true", help="print the tables of the docs")
    for part in PARTS:
        parser.add_argument(f"--{part}", action="store_true", help=f"only {part} (may be joined)")


def chosen(flags: Namespace) -> tuple[str, ...]:
    """The parts that are asked for; fixing the noise asks for noise alone."""
    asked = tuple(part for part in PARTS if getattr(flags, part))
    fixed = any(value is not None for value in (flags.null, flags.trials, flags.years, flags.cost))
    return asked or (("noise",) if fixed else PARTS)


def name(flags: Namespace) -> str:
    """Under which name the baseline knows this study: whole, partial or full."""
    if chosen(flags) != PARTS:
        return "partial"
    return "full" if flags.runs >= floors.FULL else "whole"


def measure(flags: Namespace) -> Figures:
    """All figures of the chosen parts; the lists of the others are empty.

    Raises:
        InputError: FLAG_RANGE; CALIBRATION_* of a file that cannot be gone on with.
        DataError: REAL_MISSING.
    """
    _checked(flags)
    markets = real.pool(flags.real) if flags.real else ()
    rows = Rows(flags.resume, flags.seed)
    judge = Judge()
    figures: Figures = {"runs": flags.runs, "seed": flags.seed, "skipped": []}
    try:
        figures |= _noise(flags, rows, judge, markets)
        for part, tasks in _TASKS.items():
            wanted = part in chosen(flags)
            made = tasks(-(-flags.runs // SHARE), judge) if wanted else []
            done = finished(made, rows, flags.seed)
            figures[part] = _SUMMARIES[part](done)
            if part == "adaptive":
                figures["adaptive_keys"] = adaptive.summary(done, adaptive.KEYS)
    finally:
        rows.close()
    figures["missed"] = floors.missed(figures)
    figures["misses"] = len(figures["missed"])
    return figures


def _noise(flags: Namespace, rows: Rows, judge: Judge, markets: tuple[Any, ...]) -> Figures:
    """The headline; what was skipped, with the reason."""
    if "noise" not in chosen(flags):
        return noise.summary(())
    fixed = noise.Fixed(flags.null, flags.trials, flags.years, flags.cost)
    tasks, absent = noise.tasks(flags.runs, fixed, flags.seed, nulls(markets), judge)
    made = noise.summary(finished(tasks, rows, flags.seed))
    if absent:
        reason = f"{absent} noise runs of {REAL}: no real markets, give --real FOLDER"
        sys.stderr.write(f"skipped: {reason}\n")
        made["skipped"] = [reason]
    return made


def _checked(flags: Namespace) -> None:
    if flags.null == REAL and flags.real is None:
        raise InputError(
            "REAL_MISSING", "this null is made of real markets", value=flags.null,
            hint="name their folder with --real",
        )  # fmt: skip
    limits = {
        "runs": (flags.runs, 1, MOST_RUNS),
        "trials": (flags.trials, 1, MOST_TRIALS),
        "years": (flags.years, LEAST_YEARS, MOST_YEARS),
        "cost": (flags.cost, 0.0, 100.0),
    }
    for flag, (value, low, high) in limits.items():
        if value is not None and not low <= value <= high:
            raise InputError(
                "FLAG_RANGE", f"--{flag} lies outside {low:g} .. {high:g}", value=value,
                hint="see --help",
            )  # fmt: skip

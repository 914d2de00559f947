"""Runs a suite, compares it with the baseline and prints it: text, or one JSON object.

Exit code 0: as good as the baseline. 1: something is worse, or a case could not be run. 2: the
command itself is wrong.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from engine.errors import PeakError
from evals import audit, baseline, checking, drafting, leaks, report
from evals.gate_calibration import suite as calibration
from evals.gate_calibration import tables as calibration_tables
from evals.performance import markdown
from evals.performance import suite as performance

Summary = dict[str, Any]


class Suite(NamedTuple):
    """One suite of the command line.

    Attributes:
        help: one line.
        arguments: adds its own flags.
        measure: flags -> figures; whatever cannot be run stands in them as a failure.
        cases: flags -> name of the cases file, empty when it has none.
    """

    help: str
    arguments: Callable[[ArgumentParser], None]
    measure: Callable[[Namespace], Summary]
    cases: Callable[[Namespace], str]


def _drafting_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--cases", type=Path, default=drafting.OWN_CASES, metavar="FILE",
        help="one JSON object per line, as in evals/datasets/drafting.jsonl",
    )  # fmt: skip
    parser.add_argument(
        "--update-baseline", action="store_true", help="keep these figures as the baseline"
    )


def _no_arguments(_parser: ArgumentParser) -> None:
    return


SUITES: Final[dict[str, Suite]] = {
    "audit": Suite(
        "how fast a long journal is verified, and how long its proofs are",
        audit.arguments,
        audit.measure,
        lambda _flags: "",
    ),
    "checker": Suite(
        "how long the checker takes for each spec of the library",
        _no_arguments,
        lambda _flags: checking.measure()._asdict(),
        lambda _flags: "",
    ),
    "drafting": Suite(
        "chat requests against what a good draft contains",
        _drafting_arguments,
        lambda flags: drafting.measure(flags.cases),
        lambda flags: str(flags.cases.name),
    ),
    "gate_calibration": Suite(
        "how much noise the gate lets through, how much edge it finds, what fools it",
        calibration.arguments,
        calibration.measure,
        calibration.name,
    ),
    "leaks": Suite(
        "the prefix test on every operator, and on mutants that look ahead",
        _no_arguments,
        lambda _flags: leaks.measure()._asdict(),
        lambda _flags: "",
    ),
    "performance": Suite(
        "speed and memory against other engines and our own floors",
        performance.arguments,
        performance.measure,
        lambda _flags: "",
    ),
}
"""The suites by name."""
TABLES: Final[dict[str, Callable[[Summary], str]]] = {
    "gate_calibration": calibration_tables.tables,
    "performance": markdown.tables,
}
"""What prints a suite's figures as the tables of the documentation."""


def parser() -> ArgumentParser:
    """The command line: a suite, its flags, `--json`, `--baseline`."""
    made = ArgumentParser(prog="python -m evals", description="Drives the whole and measures it.")
    suites = made.add_subparsers(dest="suite", required=True, metavar="SUITE")
    for name, suite in SUITES.items():
        one = suites.add_parser(name, help=suite.help, description=suite.help)
        suite.arguments(one)
        one.add_argument("--json", action="store_true", help="print one JSON object")
        one.add_argument(
            "--baseline", type=Path, default=baseline.BASELINE, metavar="FILE",
            help="bounds to compare with",
        )  # fmt: skip
    return made


def run(arguments: Sequence[str]) -> int:
    """Run a suite; the exit code."""
    flags = parser().parse_args(arguments)
    suite = SUITES[flags.suite]
    try:
        figures = suite.measure(flags)
        name = suite.cases(flags)
        if getattr(flags, "update_baseline", False):
            key = f"{flags.suite}/{name}"
            baseline.write(flags.baseline, key, baseline.measured(figures))
        worse = baseline.regressions(figures, baseline.load(flags.baseline), flags.suite, name)
    except PeakError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return 2
    shown = {**figures, "regressions": worse}
    if getattr(flags, "markdown", False):
        sys.stdout.write(TABLES[flags.suite](shown))
    else:
        sys.stdout.write(json.dumps(shown) + "\n" if flags.json else report.table(shown))
    return 1 if worse else 0

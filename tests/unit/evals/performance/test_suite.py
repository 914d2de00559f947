"""One object of figures, whole or in parts."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from evals.performance import suite, workloads
from evals.performance.children import ChildFailedError
from evals.performance.workloads import Case

TINY = (
    Case("sma_cross_100k", "sma_cross", 1_500, workloads.EVERYBODY, 1),
    Case("sma_cross_1m", "sma_cross", 3_000, workloads.EVERYBODY, 1),
)


def flags(*words: str) -> Namespace:
    """Flags as the command line reads them."""
    parser = ArgumentParser()
    suite.arguments(parser)
    return parser.parse_args(words)


def test_a_part_is_measured_alone() -> None:
    """Only what is asked for is run; the promises about the rest stay open."""
    figures = suite.measure(flags("--only", "report"))
    assert figures["report"]["bars"] == 3_652
    assert figures["report"]["kib"] > 20
    assert "cases" not in figures
    assert figures["unequal"] == 0
    assert sum(row["met"] is not None for row in figures["floors"]) == 1


def test_cases_without_peers_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours is timed all the same, and each absent peer stands there by name."""
    monkeypatch.setattr(workloads, "CASES", TINY)
    monkeypatch.setattr("evals.performance.ours.warm", lambda _store: None)
    figures = suite.measure(flags("--only", "cases", "--peers", str(Path("nowhere") / "python")))
    assert [case["name"] for case in figures["cases"]] == [case.name for case in TINY]
    assert set(figures["peers"].values()) == {"not installed"}
    assert all(case["equal"] is None for case in figures["cases"])


def test_an_unknown_part_is_refused() -> None:
    """A typing error does not run half an hour of something else."""
    with pytest.raises(SystemExit):
        flags("--only", "everything")


def test_a_part_that_breaks_is_a_failure_beside_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its place holds the reason, and the baseline's bound of none is passed."""

    def broken() -> dict[str, object]:
        """End without figures."""
        raise ChildFailedError("CHILD_FAILED", "it ended with code 1")

    monkeypatch.setitem(suite._OTHERS, "cold", broken)
    figures = suite.measure(flags("--only", "report", "--only", "cold"))
    assert figures["cold"] == {"failed": "CHILD_FAILED: it ended with code 1"}
    assert figures["report"]["bars"] == 3_652
    assert figures["not_run"] == 1

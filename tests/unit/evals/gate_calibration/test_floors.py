"""Promises: what contradicts them, and what proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from evals.gate_calibration.floors import missed
from evals.gate_calibration.intervals import lower95, rate, upper95


def figures(hits: int, runs: int, **more: object) -> dict[str, Any]:
    """A study with this many false passes."""
    flags = [True] * hits + [False] * (runs - hits)
    return {"judged": runs, "runs": runs, **rate(flags, "false_pass"), "by_null": [], **more}


@pytest.mark.parametrize(("hits", "runs", "held"), [
    (59, 10_000, True), (98, 10_000, True), (101, 10_000, False), (3, 300, True), (12, 300, False),
])  # fmt: skip
def test_the_headline(hits: int, runs: int, held: bool) -> None:
    """10,000 runs prove 1.0 % with an upper bound of 1.2 %; fewer can only contradict it."""
    assert (not missed(figures(hits, runs))) is held


def line(hits: int, runs: int, name: str, **more: object) -> dict[str, Any]:
    """One line of a table."""
    return {"runs": runs, **rate([True] * hits + [False] * (runs - hits), name), **more}


@pytest.mark.parametrize(("part", "good", "bad"), [
    ("power", line(640, 1_000, "power", sharpe=2.0, years=5.0, floor=0.65),
     line(600, 1_000, "power", sharpe=2.0, years=5.0, floor=0.65)),
    ("adaptive", line(20, 1_000, "false_pass", rounds=200),
     line(40, 1_000, "false_pass", rounds=200)),
    ("unlogged", line(105, 1_000, "false_pass", tried=100, logged=1),
     line(150, 1_000, "false_pass", tried=100, logged=1)),
    ("controls", line(96, 1_000, "false_pass", cell="raw_only"),
     line(10, 1_000, "false_pass", cell="raw_only")),
    ("tails", line(0, 1_000, "passed", cell="crash=1/250"),
     line(5, 1_000, "passed", cell="crash=1/250")),
    ("tails", line(22, 1_000, "passed", cell="crash=1/50"),
     line(50, 1_000, "passed", cell="crash=1/50")),
    ("tails", line(12, 1_000, "passed", cell="grid"), line(40, 1_000, "passed", cell="grid")),
    ("tails", line(995, 1_000, "passed", cell="honest=80"),
     line(950, 1_000, "passed", cell="honest=80")),
])  # fmt: skip
def test_each_promise_has_a_figure_that_holds_and_one_that_does_not(
    part: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    """What lies within the interval of its runs is no contradiction."""
    assert missed({**figures(0, 300), part: [good]}) == []
    assert len(missed({**figures(0, 300), part: [bad]})) == 1


def test_a_null_of_its_own_is_held_to_the_promise_for_drifts() -> None:
    """One bad null is not hidden by the mix."""
    bad = line(30, 1_000, "false_pass", null="drift_up_1.2")
    assert len(missed(figures(0, 300, by_null=[bad]))) == 1


def test_bounds_are_those_of_clopper_and_pearson() -> None:
    """No hit in n: the upper bound is 1 - 0.025^(1/n); all hits mirrored."""
    assert upper95(0, 100) == pytest.approx(1.0 - 0.025 ** (1 / 100))
    assert lower95(100, 100) == pytest.approx(0.025 ** (1 / 100))
    assert upper95(5, 5) == 1.0
    assert lower95(0, 5) == 0.0

"""The baseline: what is worse is said, what is as good or better passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError
from evals import baseline
from evals.baseline import Baseline, Bounds

FIGURES: dict[str, Any] = {
    "action": 0.9, "forbidden": 0, "cases": 10, "passed": 9,
    "by_kind": {"precise": {"slot_f1": 0.8, "action": 1.0}},
    "failed": [{"id": "a", "kind": "precise", "lang": "en", "reasons": ["late"]}],
}  # fmt: skip


def worse(bounds: Bounds, key: str = "drafting", name: str = "") -> list[str]:
    """Regressions of the figures above."""
    return baseline.regressions(FIGURES, Baseline(suites={key: bounds}), "drafting", name)


def test_as_good_or_better_passes() -> None:
    """A bound itself is good enough."""
    assert worse(Bounds(least={"action": 0.9, "by_kind.precise.slot_f1": 0.7})) == []
    assert worse(Bounds(most={"forbidden": 0}, failed=("a", "b"))) == []


@pytest.mark.parametrize(
    ("bounds", "word"),
    [
        (Bounds(least={"action": 0.91}), "action"),
        (Bounds(least={"by_kind.precise.slot_f1": 0.85}), "slot_f1"),
        (Bounds(most={"cases": 9}), "cases"),
        (Bounds(failed=()), "a failed and did not before: late"),
        (Bounds(least={"by_kind.vague.action": 0.5}), "was not measured"),
    ],
)
def test_worse_is_said(bounds: Bounds, word: str) -> None:
    """One sentence with the figure and its bound."""
    (sentence,) = worse(bounds)
    assert word in sentence


def test_bounds_of_a_file_win_and_general_ones_ask_for_nothing_that_is_not_there() -> None:
    """A file of strangers' cases need not hold every kind."""
    assert worse(Bounds(least={"by_kind.vague.action": 0.5}), name="other.jsonl") == []
    strict = Bounds(least={"by_kind.vague.action": 0.5})
    assert worse(strict, key="drafting/own.jsonl", name="own.jsonl")


def test_a_suite_without_bounds_is_no_pass() -> None:
    """Nothing to compare with is said."""
    assert "no bounds" in worse(Bounds(), key="leaks")[0]


def test_measured_figures_are_their_own_baseline(tmp_path: Path) -> None:
    """What is written is read back; other suites stay."""
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"suites": {"leaks": {"least": {"caught": 21}}}}), encoding="utf-8")
    baseline.write(path, "drafting/own.jsonl", baseline.measured(FIGURES))
    found = baseline.load(path)
    assert set(found.suites) == {"leaks", "drafting/own.jsonl"}
    assert baseline.regressions(FIGURES, found, "drafting", "own.jsonl") == []
    late = {**FIGURES, "action": 0.8}
    assert baseline.regressions(late, found, "drafting", "own.jsonl")


def test_the_committed_baseline_bounds_every_suite() -> None:
    """The issues' figures stand in it."""
    found = baseline.load()
    assert found.suites["drafting"].least["action"] >= 0.9
    assert found.suites["drafting"].most["forbidden"] == 0
    assert found.suites["leaks"].least["caught"] == 21


def test_no_baseline_is_refused(tmp_path: Path) -> None:
    """With a code."""
    with pytest.raises(InputError) as missing:
        baseline.load(tmp_path / "none.json")
    assert missing.value.code == "BASELINE_MISSING"

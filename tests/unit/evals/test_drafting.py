"""The suite as a whole: figures, groups, and drafters that break."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import drafting
from evals.case import BrokenCase
from evals.subject import OfflineSubject, Outcome
from tests import evals_world as world

KEYS = {
    "cases", "action", "slot_f1", "execution_match", "validity", "over_asking", "forbidden",
    "by_kind", "by_language", "failed",
}  # fmt: skip


def test_the_summary_has_its_keys() -> None:
    """All figures, by kind, by language, and the failed cases."""
    results = drafting.run([world.case(action=["draft"])], world.Scripted(world.draft()))
    made = drafting.summary(results)
    assert set(made) >= KEYS
    assert set(made["by_kind"]) == {"precise"}
    assert set(made["by_language"]) == {"en"}


def test_figures_are_shares_of_what_is_scored() -> None:
    """A figure that nothing scores is null, not zero and not one."""
    results = drafting.run([world.case(action=["answer"])], world.Scripted(Outcome(text="so")))
    made = drafting.figures(results)
    assert made["action"] == 1.0
    assert made["slot_f1"] is None
    assert made["execution_match"] is None
    assert made["validity"] is None
    assert made["passed"] == 1


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), ZeroDivisionError(), TypeError()]
)
def test_a_drafter_that_breaks_has_failed_the_case(error: Exception) -> None:
    """Its slots are missing, its sides do not match, the other cases go on."""
    case = world.case(family=["breakout"], entry={"long": ["close > open"]})
    made = drafting.summary(drafting.run([case, case], world.Scripted(error)))
    assert made["not_run"] == 2
    assert made["action"] == 0.0
    assert made["slot_f1"] == 0.0
    assert made["execution_match"] == 0.0
    assert "cannot be run" in made["failed"][0]["reasons"][0]


def test_an_unreadable_line_is_a_failure() -> None:
    """It counts as a case without a right action."""
    made = drafting.summary(drafting.run([BrokenCase(id="line 3", why="no JSON")]))
    assert made["cases"] == made["not_run"] == 1
    assert made["action"] == 0.0
    assert made["failed"][0]["id"] == "line 3"


def test_repairs_count_in_validity_and_the_first_try_beside_it() -> None:
    """A reply that was repaired is valid at last only."""
    repaired = Outcome(world.draft().reply, first_errors=("UNIT_COMPARE",))
    made = drafting.figures(drafting.run([world.case()], world.Scripted(repaired)))
    assert made["validity"] == 1.0
    assert made["validity_first_try"] == 0.0


def test_a_gold_that_cannot_be_run_fails_with_that_reason() -> None:
    """FEATURE_NOT_AVAILABLE is no skip."""
    case = world.case(exit={"long": ["bars_held > 5"]})
    (failed,) = drafting.summary(drafting.run([case], world.Scripted(world.draft())))["failed"]
    assert any("FEATURE_NOT_AVAILABLE" in reason for reason in failed["reasons"])


def test_the_offline_drafter_is_routed_like_the_copilot() -> None:
    """Questions go to the facts, secrets never reach the drafter, turns build on each other."""
    subject = OfflineSubject()
    (answer,) = subject.converse(["What is the longest drawdown of this run?"])
    assert answer.action == "answer"
    assert answer.text
    first, second = subject.converse(
        ["Buy RSI(14) below 30 on BTC/USDT 4h, exit above 55.", "Add a 3 percent stop."]
    )
    assert first.action == second.action == "draft"
    assert second.spec is not None
    assert [(stop.kind, stop.value) for stop in second.spec.stops] == [("pct", 0.03)]


def test_the_same_cases_give_the_same_figures(tmp_path: Path) -> None:
    """Nothing in the suite depends on the clock or on the process."""
    lines = drafting.OWN_CASES.read_text(encoding="utf-8").splitlines()[:3]
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert drafting.measure(path) == drafting.measure(path)

"""The evals as a person runs them: whole suites in their own process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.needs import ROOT


def evals(*arguments: str) -> tuple[int, dict[str, Any]]:
    """(exit code, JSON summary) of `python -m evals`."""
    done = subprocess.run(
        [sys.executable, "-m", "evals", *arguments, "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_leak_suite() -> None:
    """All mutants caught, no operator leaks, on every calendar at every bar of 400."""
    code, made = evals("leaks")
    assert (made["mutants"], made["caught"], made["prefix_violations"]) == (21, 21, 0)
    assert made["operators"] >= 110
    assert code == 0, made["regressions"]


def test_our_own_cases_hold_their_baseline() -> None:
    """No figure is worse than the committed one, and no case fails that did not before."""
    code, made = evals("drafting")
    assert made["cases"] >= 30
    assert made["forbidden"] == made["not_run"] == 0
    assert made["validity"] == 1.0
    assert code == 0, made["regressions"]


def test_the_shared_requests_reach_their_figures(shared_acceptance: Path) -> None:
    """Action, slots, execution and asking as the acceptance material wants them."""
    file = shared_acceptance / "example_requests.jsonl"
    code, made = evals("drafting", "--cases", str(file))
    assert made["cases"] == 40
    assert made["not_run"] == made["forbidden"] == 0
    precise = made["by_kind"]["precise"]
    assert made["action"] >= 0.9
    assert precise["slot_f1"] >= 0.85
    assert precise["execution_match"] >= 0.8
    assert precise["over_asking"] <= 0.05
    assert code == 0, made["regressions"]


def test_every_gold_expression_of_the_shared_requests_is_accepted(
    shared_acceptance: Path,
) -> None:
    """None of them is refused by the checker or out of the engine's reach."""
    _, made = evals("drafting", "--cases", str(shared_acceptance / "example_requests.jsonl"))
    reasons = [reason for case in made["failed"] for reason in case["reasons"]]
    refused = ("FEATURE_NOT_AVAILABLE", "GOLD_PROVES_NOTHING", "SYNTAX_", "UNIT_", "ARITY_")
    assert not [reason for reason in reasons if any(code in reason for code in refused)]

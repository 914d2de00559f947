"""Every control is shown by tests, and no test refuses without a twin that passes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from guardrails.reasons import Reason
from tests.controls import CONTROLS, codes_in, is_refusal, shown_by, uncovered
from tests.needs import ROOT

WITHOUT_A_TWIN = {
    "test_all_denials_are_listed": "asks for completeness, not for one refusal",
    "test_a_denial_says_the_numbers": "asks for the wording",
    "test_the_state_is_named": "asks for the wording",
}
"""Tests of the rules that name a code and have no twin, and why."""

FILES = sorted((ROOT / "tests").rglob("test_*.py"))


def test_there_are_thirty_eight_controls_and_each_is_shown() -> None:
    """Numbers 1 to 38, each with at least one test; no code of a rule is left out."""
    assert [control.number for control in CONTROLS] == list(range(1, 39))
    assert [control.number for control in CONTROLS if not shown_by(control)] == []
    assert uncovered() == ()


def test_every_code_of_a_control_is_a_code() -> None:
    """The table names nothing that the code does not know."""
    assert {code for control in CONTROLS for code in control.codes} <= {one.value for one in Reason}


@pytest.mark.parametrize(
    "test_id", [name for control in CONTROLS for name in control.elsewhere], ids=str
)
def test_a_named_test_exists(test_id: str) -> None:
    """A test that was renamed cannot stay in the table."""
    file, _, name = test_id.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_refusal_has_a_twin_that_differs() -> None:
    """`refuses` is never called with the case as its own twin, or without one."""
    wrong = []
    for file in FILES:
        for call in _refusals(file):
            twins = [word.value for word in call.keywords if word.arg == "twin"]
            if not twins or not call.args or ast.dump(twins[0]) == ast.dump(call.args[0]):
                wrong.append(f"{file.name}:{call.lineno}")
    assert wrong == []


def test_a_rule_is_refused_with_a_twin_or_says_why_not() -> None:
    """In the tests of the rules a code is only named where a twin stands beside it."""
    alone = [
        f"{file.name}:{node.name}"
        for file in (ROOT / "tests/unit/guardrails/rules").rglob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and codes_in(node)
        and node.name not in WITHOUT_A_TWIN
        and not any(is_refusal(one) for one in ast.walk(node))
    ]
    assert [name for name in alone if "test_" in name.partition(":")[2]] == []


def _refusals(file: Path) -> list[ast.Call]:
    text = file.read_text(encoding="utf-8")
    if "refuses(" not in text:
        return []
    return [node for node in ast.walk(ast.parse(text)) if is_refusal(node)]  # type: ignore[misc]

"""Sealed bars have one door: who may hold a permit, open a look, or read prices behind train."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.ownership import PACKAGES
from tests.needs import ROOT

BOOKS = {
    "engine/data/partitions.py": "defines it",
    "engine/data/store.py": "asks for it",
    "engine/gate/look_records.py": "makes it from a committed row",
    "engine/gate/looks.py": "the look book in memory",
    "guardrails/store/looks.py": "the look book of the desk",
    "guardrails/desk/looking.py": "judging's look",
    "guardrails/desk/benches.py": "hands judging's permit to the store",
}
"""Who may name LookPermit, and why."""

DOORS = {
    "LookPermit": {"engine/gate/look_records.py"},
    "open_look": {"guardrails/desk/looking.py"},
    "holdout": {"guardrails/desk/benches.py"},
    "sealed_field": {"guardrails/desk/looking.py", "guardrails/desk/redrawing.py"},
    "InMemoryLooks": set(),
    "SqlLooks": {
        "guardrails/desk/composition.py", "guardrails/desk/local_gate.py",
        "guardrails/desk/revealing.py", "guardrails/desk/windows.py",
    },
    "prices": {
        "engine/data/store.py",
        "guardrails/desk/cli/commands/data.py",
        "guardrails/desk/cli/commands/data_market.py",
        "guardrails/desk/forwarding.py",
        "guardrails/desk/portfolio_plan.py",
        "guardrails/desk/portfolio_present.py",
        "guardrails/desk/replaying.py",
        "guardrails/desk/signalling.py",
        "guardrails/store/closes.py",
    },
}  # fmt: skip
"""Who may call these; `prices` shows people all bars, certified strategies today's, and the risk
rules the closes up to yesterday."""

PERMITS = {"engine/gate/looks.py", "guardrails/store/looks.py", "guardrails/desk/redrawing.py"}
"""Who may take the permit of a look row."""


def files() -> Iterator[tuple[str, ast.Module]]:
    """Every file of the six packages, parsed."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.Module) -> set[str]:
    """Names and attributes that are called anywhere in a file."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = node.func
            if isinstance(named, ast.Name) and named.id != "prices":  # a method of the store
                found.add(named.id)
            elif isinstance(named, ast.Attribute):
                found.add(named.attr)
    return found


def imported(tree: ast.Module) -> set[str]:
    """Names that a file imports from somewhere."""
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """All files, read once."""
    return dict(files())


def test_only_look_books_and_judging_name_permits(trees: dict[str, ast.Module]) -> None:
    """Whoever imports LookPermit is listed with a reason; nobody listed is gone."""
    named = {path for path, tree in trees.items() if "LookPermit" in imported(tree)}
    assert named == set(BOOKS) - {"engine/data/partitions.py"}


@pytest.mark.parametrize("door", sorted(DOORS))
def test_each_door_has_its_callers(trees: dict[str, ast.Module], door: str) -> None:
    """Making a permit, opening a look, reading sealed bars or all prices: nobody else."""
    callers = {path for path, tree in trees.items() if door in called(tree)}
    assert callers - DOORS[door] == set()


def test_only_look_books_hand_out_permits(trees: dict[str, ast.Module]) -> None:
    """A row's permit is taken by look books, and to draw figures that were revealed."""
    taken = {
        path
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "permit"
    }
    known = PERMITS | {"guardrails/desk/judging.py"}  # judging's own look, already opened
    assert taken - known == set()


def test_research_and_indicators_never_meet_sealed_bars(trees: dict[str, ast.Module]) -> None:
    """Research code names no permit, no holdout, no store."""
    banned = {"LookPermit", "HoldoutBars", "DatasetStore", "ForwardBars"}
    for path, tree in trees.items():
        if path.startswith(("engine/research/", "engine/backtest/", "copilot/", "knowledge/")):
            assert imported(tree) & banned == set(), path


def test_no_option_opens_everything(trees: dict[str, ast.Module]) -> None:
    """There is no `--all-data` and nothing like it, on no command."""
    words = ("--all-data", "--holdout", "--sealed", "--unseal", "--oos")
    for path, tree in trees.items():
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        options = {text for text in texts if isinstance(text, str) and text in words}
        assert options == set(), path


def test_the_list_could_go_red() -> None:
    """The scan sees a call in a function, on an attribute and by name."""
    tree = ast.parse("def late(store):\n    store.holdout(1, 2)\n    LookPermit('a')\n")
    assert {"holdout", "LookPermit"} <= called(tree)
    assert Path(__file__).name == "test_sealed.py"

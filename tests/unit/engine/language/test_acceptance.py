"""The published acceptance material: bad expressions refused and repaired, gold ones accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.language.checker import check_expression

DATASETS = Path(__file__).parents[4] / "evals" / "datasets"


def _lines(folder: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines() if line]


def test_every_bad_expression_is_refused_with_its_code(shared_acceptance: Path) -> None:
    """One finding has a listed code, every span lies inside, every fix type-checks."""
    lines = _lines(shared_acceptance, "bad_expressions.jsonl")
    assert lines
    for line in lines:
        text, role = str(line["expr"]), str(line["role"])
        found = [f for f in check_expression(text, role) if f.level == "error"]
        codes = line["codes"]
        assert isinstance(codes, list)
        assert {f.code for f in found} & set(codes), line["id"]
        for finding in found:
            assert finding.span is not None
            assert 0 <= finding.span[0] < finding.span[1] <= len(text)
            assert finding.message
            if finding.fix is not None:
                again = check_expression(finding.fix, role)
                assert [f for f in again if f.level == "error"] == [], line["id"]


def test_every_listed_repair_is_right(shared_acceptance: Path) -> None:
    """The repairs that the material names pass, so the codes are not refusing everything."""
    for line in _lines(shared_acceptance, "bad_expressions.jsonl"):
        if line["repaired"] is not None:
            found = check_expression(str(line["repaired"]), str(line["role"]))
            assert [f for f in found if f.level == "error"] == [], line["id"]


def _texts(given: object) -> Iterator[str]:
    """Expressions in a string, a list or an object of them."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, list):
        for item in given:
            yield from _texts(item)
    elif isinstance(given, dict):
        for item in given.values():
            yield from _texts(item)


def _gold(expected: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(role, expression) of everything that a good draft contains."""
    for role in ("entry", "exit"):
        yield from ((role, text) for text in _texts(expected.get(role)))
    # A regime is written as `name: condition`.
    for text in _texts(expected.get("regimes")):
        yield "when", text.partition(":")[2].strip()
    for role in ("score", "eligible"):
        yield from ((role, text) for text in _texts((expected.get("rank") or {}).get(role)))
    for part in ("stop", "target"):
        for level in expected.get(part) or []:
            if level.get("expr"):
                role = "exit" if level["kind"] == "condition" else "trail_expr"
                yield role, level["expr"]


def _accepted(lines: list[dict[str, object]]) -> dict[str, int]:
    """How many expressions of each role stand in the cases; all of them without a finding."""
    seen: dict[str, int] = {}
    for line in lines:
        expected = line["expect"]
        assert isinstance(expected, dict)
        for role, text in _gold(expected):
            seen[role] = seen.get(role, 0) + 1
            errors = [f for f in check_expression(text, role) if f.level == "error"]
            assert errors == [], (line["id"], role, text)
    return seen


def test_every_gold_condition_is_accepted(shared_acceptance: Path) -> None:
    """Entries, exits, regimes, scores and levels that good drafts contain are right."""
    seen = _accepted(_lines(shared_acceptance, "example_requests.jsonl"))
    assert set(seen) >= {"entry", "exit", "score"}
    assert sum(seen.values()) > 20


def test_every_gold_condition_of_the_suite_is_accepted() -> None:
    """The same for the cases that the drafting suite brings itself."""
    seen = _accepted(_lines(DATASETS, "drafting.jsonl"))
    assert sum(seen.values()) > 20

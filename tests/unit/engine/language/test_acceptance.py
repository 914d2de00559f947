"""The published acceptance material: bad expressions refused and repaired, gold ones accepted."""

from __future__ import annotations

import json
from pathlib import Path

from engine.language.checker import check_expression


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


def test_every_gold_condition_is_accepted(shared_acceptance: Path) -> None:
    """Entries and exits that good drafts contain have no finding."""
    count = 0
    for line in _lines(shared_acceptance, "example_requests.jsonl"):
        expected = line["expect"]
        assert isinstance(expected, dict)
        for role in ("entry", "exit"):
            for texts in expected.get(role, {}).values():
                for text in texts:
                    count += 1
                    assert check_expression(text, role) == (), text
        for name in ("score", "eligible"):
            text = expected.get("rank", {}).get(name)
            if isinstance(text, str):
                assert check_expression(text, name) == (), text
    assert count > 20

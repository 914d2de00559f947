"""Cases: read strictly; what cannot be read is a failure of its own, never a gap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from evals.case import BrokenCase, Case, read_cases
from evals.drafting import OWN_CASES
from tests import evals_world as world

GOOD = {"id": "a", "lang": "en", "kind": "vague", "turns": ["x"], "expect": {"action": ["draft"]}}


def file_of(folder: Path, *lines: object) -> Path:
    """A file with one JSON text per line."""
    path = folder / "cases.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    return path


def test_own_cases_are_of_every_kind_in_both_languages() -> None:
    """At least thirty, all readable."""
    cases = read_cases(OWN_CASES)
    assert len(cases) >= 30
    assert not [case for case in cases if isinstance(case, BrokenCase)]
    kinds = {case.kind for case in cases}
    assert len(kinds) == 10
    for lang in ("en", "de"):
        assert len({case.kind for case in cases if case.lang == lang}) == 10


def test_the_acceptance_file_is_readable(shared_acceptance: Path) -> None:
    """Every line of the shared requests is a case."""
    cases = read_cases(shared_acceptance / "example_requests.jsonl")
    assert not [case for case in cases if isinstance(case, BrokenCase)]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        {**GOOD, "turns": []},
        {**GOOD, "kind": "other"},
        {**GOOD, "surprise": 1},
        {**GOOD, "expect": {"action": ["draft"], "colour": "red"}},
        {**GOOD, "expect": {"action": ["dance"]}},
        {**GOOD, "expect": {"action": ["draft"], "timeframe": "7m"}},
    ],
)
def test_an_unreadable_line_is_a_broken_case(tmp_path: Path, line: object) -> None:
    """It keeps its place in the file and says why; its neighbours are read."""
    broken, good = read_cases(file_of(tmp_path, line, GOOD))
    assert isinstance(broken, BrokenCase)
    assert broken.id == "line 1"
    assert broken.why
    assert isinstance(good, Case)


def test_an_id_may_stand_once(tmp_path: Path) -> None:
    """The second case of an id would hide the first one's failure."""
    first, second = read_cases(file_of(tmp_path, GOOD, GOOD))
    assert isinstance(first, Case)
    assert isinstance(second, BrokenCase)


def test_no_file_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    """Zero cases prove nothing."""
    with pytest.raises(InputError) as missing:
        read_cases(tmp_path / "none.jsonl")
    assert missing.value.code == "CASES_MISSING"
    with pytest.raises(InputError) as empty:
        read_cases(file_of(tmp_path, "", "  "))
    assert empty.value.code == "CASES_EMPTY"


def test_an_absent_key_is_not_scored() -> None:
    """Only what a case names counts."""
    expect = world.case(family=["breakout"]).expect
    assert expect.scores("family")
    assert not expect.scores("symbols")
    assert not expect.scores("limits")

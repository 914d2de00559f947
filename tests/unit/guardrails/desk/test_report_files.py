"""Report files: found by a unique start, read strictly, written whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.errors import InputError
from guardrails.desk.report_files import (
    MAX_REPORT_BYTES,
    Written,
    find_report,
    listed,
    put_file,
    put_forms,
    read_report,
    report_named,
)

PAGE = Written(html=lambda: "<p>", md=lambda: "# x", json=lambda: "{}")


def _put(folder: Path, name: str, age: int = 0) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"title": name, "gate": {"verdict": "FAIL", "trials": 3}}))
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


def test_a_report_is_found_by_its_start(tmp_path: Path) -> None:
    """Unique starts only; anything that is no plain word is never looked for."""
    found = _put(tmp_path, "abc1")
    _put(tmp_path, "abd2")
    assert find_report(tmp_path, "abc") == found
    for start in ("ab", "x", "../abc1", "*", ""):
        with pytest.raises(InputError) as caught:
            find_report(tmp_path, start)
        assert caught.value.code == "REPORT_UNKNOWN"


def test_the_newest_is_listed_first(tmp_path: Path) -> None:
    """Candidate, title and verdict of each."""
    _put(tmp_path, "old", age=50)
    _put(tmp_path, "new")
    rows = listed(tmp_path)
    assert [row["candidate_id"] for row in rows] == ["new", "old"]
    assert (rows[0]["verdict"], rows[0]["tier"], rows[0]["trials"]) == ("FAIL", None, 3)


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    """Other JSON, and more bytes than a report ever has."""
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(MAX_REPORT_BYTES + 1)
    for path in (_put(tmp_path, "other"), large):
        with pytest.raises(InputError) as caught:
            read_report(path)
        assert caught.value.code == "REPORT_UNREADABLE"
    with pytest.raises(InputError):
        report_named(tmp_path, str(tmp_path / "other.json"))


@pytest.mark.parametrize(("name", "body"), [("a.html", "<p>"), ("a.md", "# x"), ("a.json", "{}")])
def test_the_ending_names_the_form(name: str, body: str, tmp_path: Path) -> None:
    """One file, whole, with nothing left beside it."""
    assert put_forms(PAGE, tmp_path / name, None) == {name[2:]: str(tmp_path / name)}
    assert (tmp_path / name).read_text() == body
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_another_ending_or_folder_is_refused(tmp_path: Path) -> None:
    """FORMAT_UNKNOWN and FOLDER_MISSING; nothing is written."""
    with pytest.raises(InputError) as caught:
        put_forms(PAGE, tmp_path / "a.docx", None)
    assert caught.value.code == "FORMAT_UNKNOWN"
    with pytest.raises(InputError) as caught:
        put_file(tmp_path / "no" / "a.md", b"x")
    assert caught.value.code == "FOLDER_MISSING"
    assert list(tmp_path.iterdir()) == []

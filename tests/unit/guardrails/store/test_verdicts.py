"""Recorded verdicts by rule: the newest one as it is, and how many there were."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.clock import FixedClock
from engine.errors import UnavailableError
from engine.records import digest
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.verdicts import RecordedVerdict, verdicts, verdicts_in
from tests.verdict_world import NOON, judged, submitted

RULE, OTHER = digest("test", "rule"), digest("test", "other")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the desk's store lies."""
    return tmp_path / "desk.db"


@pytest.fixture
def database(file: Path) -> Database:
    """A fresh store."""
    return open_database(file, desk_metadata, "desk", FixedClock(NOON))


def test_nothing_is_recorded_before_there_is_a_store(file: Path) -> None:
    """No file, no verdict, and looking makes none."""
    assert verdicts_in(file, FixedClock(NOON)) == {}
    assert not file.exists()


def test_the_newest_verdict_stands_with_the_count_of_all(database: Database) -> None:
    """A pass does not hide the failures of the same rule, nor another rule's."""
    for hour, verdict in enumerate(("FAIL", "INELIGIBLE", "PASS")):
        judged(database, hour, RULE, verdict)  # type: ignore[arg-type]  # one of the three
    judged(database, 9, OTHER, "FAIL")
    submitted(database, 10)
    assert verdicts(database) == {
        RULE: RecordedVerdict("PASS", "paper", judged=3, passed=1),
        OTHER: RecordedVerdict("FAIL", None, judged=1, passed=0),
    }


def test_a_running_desks_file_is_read_beside_it(database: Database, file: Path) -> None:
    """The file is opened read-only while its owner holds it."""
    judged(database, 0, RULE, "PASS")
    assert verdicts_in(file, FixedClock(NOON))[RULE].verdict == "PASS"


def test_a_file_that_is_no_store_is_said_to_be_unavailable(file: Path) -> None:
    """An empty file has no verdicts to give: STORE_UNAVAILABLE."""
    file.touch()
    with pytest.raises(UnavailableError) as caught:
        verdicts_in(file, FixedClock(NOON))
    assert caught.value.code == "STORE_UNAVAILABLE"

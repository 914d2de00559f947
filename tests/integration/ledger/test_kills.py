"""Killed at any write: the ledger is whole, what was told is in it, and the search goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.ledger import TrialRow
from tests.needs import OPTIONS, ROOT
from tests.trial_runs import TRIALS, register, rows_in, search

WRITES = 200
"""More statements and commits than the search sends to its store."""

STEP = 1 if OPTIONS.full_volume else 9


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrialRow, ...]:
    """The trials of a search that nobody killed."""
    folder = tmp_path_factory.mktemp("whole")
    register(folder / "data")
    search(folder / "data", folder / "desk.db", lambda _: None)
    return rows_in(folder / "desk.db")


def test_a_search_leaves_every_trial_with_its_outcome(whole: tuple[TrialRow, ...]) -> None:
    """The twin that nobody killed: all trials, each ended."""
    assert len(whole) == TRIALS
    assert {row.outcome.status for row in whole} <= {"ok", "no_trades"}


def test_killed_at_any_write_nothing_is_lost_or_counted_twice(
    whole: tuple[TrialRow, ...], tmp_path: Path
) -> None:
    """After SIGKILL the rows fit the journal; what was told stands; the rest is made later."""
    register(tmp_path / "data")
    points = range(1, WRITES, STEP)
    subprocess.run(
        [sys.executable, "-m", "tests.children.trying", str(tmp_path), *map(str, points)],
        check=True, cwd=ROOT, timeout=600,
    )  # fmt: skip
    killed = 0
    for point in points:
        place = tmp_path / str(point)
        told = (place / "told").read_text().split("\n") if (place / "told").exists() else []
        rows = {row.n: row for row in rows_in(place / "desk.db")}
        for line in filter(None, told):
            word, n = line.split()
            assert int(n) in rows
            assert word == "opened" or rows[int(n)].outcome.status in {"ok", "no_trades"}
        killed += len(rows) < TRIALS or any(one.outcome.status == "open" for one in rows.values())
        search(tmp_path / "data", place / "desk.db", lambda _: None)
        assert rows_in(place / "desk.db") == whole
    assert killed > len(points) // 2

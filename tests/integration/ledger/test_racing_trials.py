"""Several processes make the same trials at once: each trial is one row with one outcome."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.needs import ROOT
from tests.trial_runs import TRIALS, register, rows_in, search

RACERS = 2


def test_two_processes_cannot_count_a_trial_twice(tmp_path: Path) -> None:
    """Both get results, the ledger has every trial once, as a single process would have made it."""
    register(tmp_path / "data")
    command = [sys.executable, "-m", "tests.children.racing", str(tmp_path)]
    racers = [
        subprocess.Popen([*command, str(number), str(RACERS)], cwd=ROOT) for number in range(RACERS)
    ]
    assert [racer.wait(timeout=120) for racer in racers] == [0] * RACERS
    rows = rows_in(tmp_path / "desk.db")
    assert len(rows) == TRIALS
    (tmp_path / "alone").mkdir()
    search(tmp_path / "data", tmp_path / "alone" / "desk.db", lambda _: None)
    alone = {row.start.key.digest: row.outcome for row in rows_in(tmp_path / "alone" / "desk.db")}
    assert {row.start.key.digest: row.outcome for row in rows} == alone

"""SIGKILL anywhere in a pipeline: the ledger is whole, the same command ends with the same bytes.

Six places in CI, fifty at full volume, evenly over everything that the pipeline does.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.clock import FixedClock
from guardrails.desk.folders import Folders
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from tests.needs import OPTIONS, ROOT
from tests.research_world import NOON
from tests.services.research.dying_pipeline import run

pytestmark = [pytest.mark.services, pytest.mark.timeout(900)]

PROGRAM = Path(__file__).with_name("dying_pipeline.py")
PLACES = 50 if OPTIONS.full_volume else 6


def ledger_of(root: Path) -> tuple[list[tuple[str, str, int]], int]:
    """Every trial as key, status and number of outcomes, and how many there are."""
    database = open_database(Folders(root).desk_db, desk_metadata, "desk", FixedClock(NOON))
    try:
        ledger = SqlLedger(database, "tester")
        ledger.check()
        rows = ledger.rows()
        return [
            (row.start.key.digest, row.outcome.status, len(ledger.outcomes(row.n))) for row in rows
        ], ledger.count()
    finally:
        database.close()


def test_a_killed_pipeline_goes_on(tmp_path: Path) -> None:
    """No trial is lost or counted twice, and the result has the bytes of an undisturbed run."""
    acts, whole = run(tmp_path / "whole", 0)
    undisturbed, count = ledger_of(tmp_path / "whole")
    for place in range(1, PLACES + 1):
        state = tmp_path / f"killed-{place}"
        last = max(1, acts * place // (PLACES + 1))
        done = subprocess.run(
            [sys.executable, str(PROGRAM), str(state), str(last)], cwd=ROOT, capture_output=True,
            text=True, check=False, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
        before, _ = ledger_of(state)
        assert [key for key, _, _ in before] == [key for key, _, _ in undisturbed][: len(before)]
        _, digest = run(state, 0)
        after, total = ledger_of(state)
        assert digest == whole
        assert total == count
        assert after == undisturbed
        shutil.rmtree(state)

"""A ledger that has seen a lot: reading it, checking it and finding lineages take no time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from engine.gate.lineage import component_in
from engine.gate.trials import trial_matrix
from engine.ledger import FIGURES, TrialOutcome
from engine.packing import pack_days, pack_returns
from engine.seeds import stream
from guardrails.store.ledger import SqlLedger
from tests.ledger_world import start
from tests.needs import OPTIONS
from tests.trial_runs import open_store

TRIALS = 10_000 if OPTIONS.full_volume else 1_000
DAYS = np.arange(15_000, 15_900)
SECONDS = 2.0
"""For reading and checking 10,000 trials of 900 days; the smaller number stays far below."""


def fill(ledger: SqlLedger) -> None:
    """Trials in batches, all of one chat."""
    random = stream("tests/ledger", 1)
    figures = tuple((name, 0.5) for name in FIGURES)
    for first in range(0, TRIALS, 250):
        numbers = ledger.open_trials([start(f"rule {n}", "btc") for n in range(first, first + 250)])
        columns = random.integers(-(10**6), 10**6, (len(numbers), len(DAYS)))
        ledger.complete_trials(
            [
                (n, TrialOutcome(
                    status="ok", trades=3, days=pack_days(DAYS), daily_returns=pack_returns(row),
                    excess_returns=pack_returns(-row), figures=figures,
                ))
                for n, row in zip(numbers, columns, strict=True)
            ]
        )  # fmt: skip


def test_many_trials_are_read_and_checked_quickly(tmp_path: Path) -> None:
    """Rows and check together in two seconds of processor time, matrix and lineage in two more."""
    database = open_store(tmp_path / "desk.db")
    ledger = SqlLedger(database, "tester")
    fill(ledger)
    begun = time.process_time()
    ledger.check()
    rows = ledger.rows("btc")
    assert time.process_time() - begun < SECONDS
    begun = time.process_time()
    assert trial_matrix(rows, 5, DAYS).count == TRIALS
    assert len(component_in(ledger, start("new")).numbers) == TRIALS
    assert time.process_time() - begun < SECONDS
    database.close()

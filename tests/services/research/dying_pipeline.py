"""A pipeline that kills itself at its nth act: a write of the ledger, or a word of progress.

`python dying_pipeline.py STATE N`: 0 never dies. It prints how many acts there were and the digest
of the result.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.clock import FixedClock
from engine.ledger import TrialOutcome, TrialStart
from engine.records import canonical
from engine.research.pipeline import PipelinePlan, run_pipeline
from engine.research.scenarios import scenario_of
from engine.research.windows import WalkPlan
from guardrails.desk.folders import Folders
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from tests.research_world import NOON, lab_of, market_of, sample_store, study_of


class Fate:
    """Counts acts and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        """Die at this act; 0 never."""
        self.last = last
        self.acts = 0

    def act(self) -> None:
        """One more."""
        self.acts += 1
        if self.acts == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingLedger(SqlLedger):
    """Dies before or after a write."""

    def __init__(self, database: Database, fate: Fate) -> None:
        """The ledger of this store."""
        super().__init__(database, "tester")
        self._fate = fate

    def open_trials(self, starts: Sequence[TrialStart], specs: Sequence[str] = ()) -> Sequence[int]:
        """Open rows, perhaps for the last time."""
        self._fate.act()
        rows = super().open_trials(starts, specs)
        self._fate.act()
        return rows

    def complete_trials(self, outcomes: Sequence[tuple[int, TrialOutcome]]) -> None:
        """Complete rows, perhaps for the last time."""
        self._fate.act()
        super().complete_trials(outcomes)
        self._fate.act()


def run(root: Path, last: int) -> tuple[int, str]:
    """The pipeline on a store; acts and digest of the result."""
    folders, fate = Folders(root), Fate(last)
    folders.prepare()
    market = market_of(sample_store(folders.datasets))
    database = open_database(folders.desk_db, desk_metadata, "desk", FixedClock(NOON))
    plan = PipelinePlan(
        study=study_of(market),
        walk=WalkPlan(windows=2),
        paths=100,
        starts=4,
        scenarios=(scenario_of("gap"), scenario_of("cost")),
    )
    lab = lab_of(market, DyingLedger(database, fate))
    lab = replace(lab, progress=lambda *_: fate.act())
    try:
        found = run_pipeline(plan, lab).result
    finally:
        database.close()
    return fate.acts, hashlib.sha256(canonical(found)).hexdigest()


if __name__ == "__main__":
    acts, digest = run(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(f"{acts} {digest}\n")

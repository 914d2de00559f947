"""A whole pipeline in a process of its own: prints the digests of its result and its ledger."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from engine.records import canonical
from engine.research.pipeline import PipelinePlan, run_pipeline
from engine.research.scenarios import scenario_of
from engine.research.windows import WalkPlan
from engine.research.workers import Staff, crew_for
from tests.research_world import lab_of, ledger_bytes, market_of, memory, sample_store, study_of


def main(workers: int, method: str) -> None:
    """Run it with so many workers."""
    with tempfile.TemporaryDirectory() as folder:
        market = market_of(sample_store(Path(folder)))
        plan = PipelinePlan(
            study=study_of(market, method=method, points=20),
            walk=WalkPlan(windows=2),
            paths=100,
            starts=4,
            scenarios=(scenario_of("gap"), scenario_of("cost")),
        )
        ledger = memory()
        with crew_for(Staff(workers=workers), market) as crew:
            found = run_pipeline(plan, lab_of(market, ledger, crew)).result
    sys.stdout.write(f"{hashlib.sha256(canonical(found)).hexdigest()} {ledger_bytes(ledger)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

"""Candidates and their verdicts in a store, without a gate that judges them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from engine.backtest.costs import CostModel
from engine.gate.candidate import Candidate
from engine.gate.report import GateReport
from engine.ledger import Lineage
from engine.records import digest
from guardrails.store.candidates import CandidateStore
from guardrails.store.database import Database
from tests.language_world import spec

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def submitted(database: Database, hour: int) -> str:
    """A candidate that waits for its verdict."""
    candidate = Candidate(
        spec=spec(),
        dataset_id=digest("test", hour),
        costs=CostModel(),
        lineage=Lineage(lineage_id="shape-x", person="me"),
        created_at=NOON + timedelta(hours=hour),
    )
    return CandidateStore(database).add(candidate, None, "me")[0]


def judged(
    database: Database, hour: int, rule: str, verdict: Literal["PASS", "FAIL", "INELIGIBLE"]
) -> None:
    """A candidate with its verdict."""
    candidate_id = submitted(database, hour)
    CandidateStore(database).judged(candidate_id, report_of(candidate_id, rule, verdict), None)


def report_of(
    candidate_id: str, rule: str, verdict: Literal["PASS", "FAIL", "INELIGIBLE"]
) -> GateReport:
    """A report without findings."""
    one = digest("test", "one")
    return GateReport(
        candidate_digest=candidate_id, spec_digest=one, rule_digest=rule, dataset_id=one,
        cost_digest=one, code_digest=one, criteria_digest=one, verdict=verdict,
        tier="paper" if verdict == "PASS" else None, findings=(), trials=1,
    )  # fmt: skip

"""GateReport: verdict, findings, figures as facts, and what the copilot may see of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.facts.table import Fact
from engine.gate.candidate import Tier
from engine.gate.findings import GateCode, GateFinding
from engine.records import Digest, Record, digest

Verdict = Literal["PASS", "FAIL", "INELIGIBLE"]


class GateReport(Record):
    """The desk's answer to a candidate; same candidate, data and code give the same bytes.

    `facts` hold train figures always and holdout figures (`oos.*`) only when they are open.
    `earlier` is the candidate that had the look which this one was refused: its verdict stands
    for both.
    """

    candidate_digest: Digest
    spec_digest: Digest
    rule_digest: Digest
    dataset_id: Digest
    cost_digest: Digest
    code_digest: Digest
    criteria_digest: Digest
    verdict: Verdict
    tier: Tier | None = None
    findings: tuple[GateFinding, ...]
    trials: Annotated[int, Field(ge=0)]
    look: Annotated[int, Field(ge=0)] = 0
    earlier: Digest | None = None
    looks_left: Annotated[int, Field(ge=0)] = 0
    facts: tuple[Fact, ...] = ()

    @property
    def digest(self) -> Digest:
        """Digest of the whole report."""
        return digest("peak/gate-report/v1", self)


class CopilotVerdict(Record):
    """What the copilot sees: no holdout figure, every holdout code collapsed into one."""

    verdict: Verdict
    tier: Tier | None
    codes: tuple[GateCode, ...]
    trials: int
    looks_left: int
    facts: tuple[Fact, ...]


HOLDOUT_STAGES = ("2", "3b")
LOOK_CODES = (GateCode.LOOK_SPENT, GateCode.LOOK_SHARED, GateCode.LOOK_BUDGET)
"""Refusals to look: they measure nothing on the holdout and stay readable."""
SEALED_PREFIX = "oos."


def is_sealed(finding: GateFinding) -> bool:
    """Whether a finding was measured on the holdout and its figure is kept back."""
    measured = finding.stage in HOLDOUT_STAGES and finding.code not in LOOK_CODES
    return measured and finding.value is None


def for_copilot(report: GateReport) -> CopilotVerdict:
    """The report without anything that was measured on the holdout."""
    codes: list[GateCode] = []
    for finding in report.findings:
        if finding.passed:
            continue
        held = finding.stage in HOLDOUT_STAGES and finding.code not in LOOK_CODES
        code = GateCode.HOLDOUT_NOT_CONFIRMED if held else finding.code
        if code not in codes:
            codes.append(code)
    return CopilotVerdict(
        verdict=report.verdict,
        tier=report.tier,
        codes=tuple(codes),
        trials=report.trials,
        looks_left=report.looks_left,
        facts=tuple(fact for fact in report.facts if not fact.key.startswith(SEALED_PREFIX)),
    )


class Certificate(Record):
    """What a PASS is worth, signed by the desk; expiring and revocable."""

    serial: Digest
    candidate_digest: Digest
    spec_digest: Digest
    rule_digest: Digest
    dataset_id: Digest
    cost_digest: Digest
    code_digest: Digest
    criteria_digest: Digest
    report_digest: Digest
    trial_number: Annotated[int, Field(ge=0)]
    tier: Tier
    modes: tuple[Literal["paper", "shadow", "testnet", "live"], ...]
    issued_at: AwareDatetime
    expires_at: AwareDatetime

    @property
    def digest(self) -> Digest:
        """Digest of the certificate: what is signed and what a ticket names."""
        return digest("peak/certificate/v1", self)

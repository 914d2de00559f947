"""GateReport: verdict, findings, figures as facts, and what the copilot may see of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from engine.facts.table import Fact
from engine.gate.basis import CertificateBasis
from engine.gate.candidate import Tier
from engine.gate.findings import GateCode, GateFinding
from engine.ledger import Family
from engine.records import Digest, Record, digest

Verdict = Literal["PASS", "FAIL", "INELIGIBLE"]
Grade = Literal["full", "research"]


class GateReport(Record):
    """The desk's answer to a candidate; same candidate, data and code give the same bytes.

    Attributes:
        asked, tier: what was asked for, and what a PASS is worth.
        grade: "research" when a model may remember the holdout; such a certificate is never live.
        keys: whether both keys decided, or the holdout alone.
        findings: one for each criterion that was asked, passed ones too.
        trials: N. look: k. looks_left: of the market in this year.
        seen: looks on this window whose figures were shown to people.
        earlier: the candidate that had the look which this one was refused: its verdict stands for
            both.
        facts: train figures always, holdout figures (`oos.*`) only when they are open.
    """

    candidate_digest: Digest
    spec_digest: Digest
    rule_digest: Digest
    dataset_id: Digest
    cost_digest: Digest
    code_digest: Digest
    criteria_digest: Digest
    others: tuple[Digest, ...] = ()
    families: tuple[Family, ...] = ()
    verdict: Verdict
    asked: Tier = "paper"
    tier: Tier | None = None
    grade: Grade = "full"
    keys: Literal["two", "single"] = "two"
    findings: tuple[GateFinding, ...]
    trials: Annotated[int, Field(ge=0)]
    look: Annotated[int, Field(ge=0)] = 0
    seen: Annotated[int, Field(ge=0)] = 0
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
SEALED_CODES = (GateCode.ONLINE_LEVEL, GateCode.CUTOFF_OVERLAP, GateCode.FORWARD_WEAK)
"""Findings of stage 4 whose answer tells something of the holdout."""
SEALED_PREFIX = "oos."


def from_holdout(finding: GateFinding) -> bool:
    """Whether a finding was measured on the holdout."""
    if finding.code in LOOK_CODES:
        return False
    return finding.stage in HOLDOUT_STAGES or finding.code in SEALED_CODES


def is_sealed(finding: GateFinding) -> bool:
    """Whether a look's finding has its figure kept back; stage 4 is asked after a PASS only."""
    return finding.stage in HOLDOUT_STAGES and from_holdout(finding) and finding.value is None


def for_copilot(report: GateReport) -> CopilotVerdict:
    """The report without anything that was measured on the holdout."""
    codes: list[GateCode] = []
    for finding in report.findings:
        if finding.passed:
            continue
        held = from_holdout(finding)
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
    """What a PASS is worth, signed by the desk; expiring and revocable.

    basis: the figures it stands on; without them nothing forward can be measured. renews: the
    certificate that this one prolongs. forward_from: start of the forward record; it starts once,
    with the first certificate, and is not moved by a renewal.
    """

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
    basis: CertificateBasis | None = None
    renews: Digest | None = None
    forward_from: AwareDatetime | None = None

    @property
    def digest(self) -> Digest:
        """Digest of the certificate: what is signed and what a ticket names."""
        return digest("peak/certificate/v2", self)

    @property
    def forward_start(self) -> datetime:
        """The time from which its forward record counts."""
        return self.forward_from or self.issued_at

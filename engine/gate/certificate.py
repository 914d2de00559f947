"""Certificates: what a PASS is worth, for how long, and what ends it before that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from engine.errors import InputError
from engine.gate.candidate import Candidate, Tier
from engine.gate.findings import GateCode
from engine.gate.report import Certificate, GateReport
from engine.records import Digest, digest

CertifiedMode = Literal["paper", "shadow", "testnet", "live"]

DAYS_VALID: Final[dict[Tier, int]] = {"paper": 180, "testnet": 180, "live": 90}
MODES: Final[dict[Tier, tuple[CertifiedMode, ...]]] = {
    "paper": ("paper", "shadow"),
    "testnet": ("paper", "shadow", "testnet"),
    "live": ("paper", "shadow", "testnet", "live"),
}


def issue(report: GateReport, candidate: Candidate, now: datetime) -> Certificate:
    """The certificate of a PASS, unsigned; the desk signs its digest.

    The same report issued at the same time has the same serial.

    Raises:
        InputError: GATE_NOT_PASSED, or GATE_REPORT_MISMATCH when the report is another one's.
    """
    if report.candidate_digest != candidate.digest:
        raise InputError(
            "GATE_REPORT_MISMATCH", "the report is about another candidate",
            value=report.candidate_digest, hint="judge this candidate first",
        )  # fmt: skip
    if report.verdict != "PASS" or report.tier is None:
        raise InputError(
            "GATE_NOT_PASSED", "only a PASS is certified", value=report.verdict,
            hint="read the findings of the report",
        )  # fmt: skip
    number = next((f.value for f in report.facts if f.key == "gate.trial_number"), None)
    return Certificate(
        serial=digest("peak/certificate-serial/v1", {"report": report.digest, "at": now}),
        candidate_digest=report.candidate_digest,
        spec_digest=report.spec_digest,
        rule_digest=report.rule_digest,
        dataset_id=report.dataset_id,
        cost_digest=report.cost_digest,
        code_digest=report.code_digest,
        criteria_digest=report.criteria_digest,
        report_digest=report.digest,
        trial_number=int(number or 0),
        tier=report.tier,
        modes=MODES[report.tier],
        issued_at=now,
        expires_at=now + timedelta(days=DAYS_VALID[report.tier]),
    )


def valid(
    certificate: Certificate, now: datetime, code_digest: Digest, *, revoked: bool = False
) -> GateCode | None:
    """Why a certificate is worth nothing now: REVOKED, EXPIRED or CODE_CHANGED; None: it holds.

    A certificate from the future counts as expired: the clock or the certificate is wrong.
    """
    if revoked:
        return GateCode.REVOKED
    if not certificate.issued_at <= now < certificate.expires_at:
        return GateCode.EXPIRED
    if certificate.code_digest != code_digest:
        return GateCode.CODE_CHANGED
    return None

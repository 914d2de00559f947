"""Certificates: what a PASS is worth, for how long, how it is renewed, and what ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from engine.errors import InputError
from engine.gate.basis import CertificateBasis
from engine.gate.candidate import Candidate, Tier
from engine.gate.findings import GateCode
from engine.gate.forward import ForwardEvidence
from engine.gate.report import Certificate, GateReport
from engine.records import Digest, digest

CertifiedMode = Literal["paper", "shadow", "testnet", "live"]

DAYS_VALID: Final[dict[Tier, int]] = {"paper": 180, "testnet": 180, "live": 90}
MODES: Final[dict[Tier, tuple[CertifiedMode, ...]]] = {
    "paper": ("paper", "shadow"),
    "testnet": ("paper", "shadow", "testnet"),
    "live": ("paper", "shadow", "testnet", "live"),
}


def issue(
    report: GateReport, candidate: Candidate, now: datetime, basis: CertificateBasis | None = None
) -> Certificate:
    """The certificate of a PASS, unsigned; the desk signs its digest.

    The same report issued at the same time has the same serial. A research-grade basis is never
    certified for live.

    Raises:
        InputError: GATE_NOT_PASSED; GATE_REPORT_MISMATCH when the report is another one's;
            RESEARCH_GRADE for a live tier on a research-grade basis.
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
    if report.tier == "live" and (basis is None or basis.grade != "full"):
        raise InputError(
            "RESEARCH_GRADE", "a model may have read the holdout: never live", value=report.tier,
            hint="ask for the testnet tier",
        )  # fmt: skip
    number = next((f.value for f in report.facts if f.key == "gate.trial_number"), None)
    return Certificate(
        serial=_serial(report.digest, now),
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
        basis=basis,
    )


def _serial(source: Digest, now: datetime) -> Digest:
    return digest("peak/certificate-serial/v1", {"report": source, "at": now})


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


def renewal_refused(forward: ForwardEvidence, ends: int, mismatches: int) -> str | None:
    """Why a certificate may not be renewed; None when it may.

    Renewal takes no look. It needs: the mean of the whole forward record above 0, no sign of decay,
    and paper fills that equal a replay.
    """
    if ends:
        return "it shows a sign of decay"
    if mismatches:
        return "its fills differ from a replay on the same bars"
    if forward.days == 0 or forward.mean <= 0.0:
        return "its forward mean is not positive"
    return None


def renew(
    certificate: Certificate,
    forward: ForwardEvidence,
    now: datetime,
    *,
    ends: int = 0,
    mismatches: int = 0,
) -> Certificate:
    """The same certificate for another term; tier, figures and the forward record's start stay.

    Args:
        certificate: one that is neither revoked nor under other code: the caller has checked.
        forward: the whole forward record, from `forward_start` on.
        now: the new term's first moment.
        ends: how many decay codes hold against it.
        mismatches: paper fills that differ from a replay.

    Raises:
        InputError: RENEWAL_REFUSED with the reason.
    """
    why = renewal_refused(forward, ends, mismatches)
    if why is not None:
        raise InputError(
            "RENEWAL_REFUSED", f"the certificate is not renewed: {why}", value=certificate.serial,
            hint="submit it as a candidate again",
        )  # fmt: skip
    return _followed(
        certificate, now, expires_at=now + timedelta(days=DAYS_VALID[certificate.tier])
    )


def reissue(
    certificate: Certificate,
    code_digest: Digest,
    train_run: Digest,
    holdout_run: Digest,
    now: datetime,
) -> Certificate:
    """The certificate under new engine code, without a look and without a longer term.

    Allowed only if both runs, repeated by the new code, are byte-identical to the certified ones.

    Raises:
        InputError: RECOMPUTATION_DIFFERS; the candidate must be judged again under its look.
    """
    basis = certificate.basis
    if basis is None or (train_run, holdout_run) != (basis.train_run, basis.holdout_run):
        raise InputError(
            "RECOMPUTATION_DIFFERS", "the new code does not give the certified trades",
            value=certificate.serial, hint="submit the candidate again: its look is kept",
        )  # fmt: skip
    return _followed(certificate, now, code_digest=code_digest)


def _followed(certificate: Certificate, now: datetime, **changes: Any) -> Certificate:  # noqa: ANN401 - any field
    """A certificate that takes the place of this one."""
    return Certificate.model_validate(
        {
            **dict(certificate),
            "serial": _serial(certificate.digest, now),
            "issued_at": now,
            "renews": certificate.digest,
            "forward_from": certificate.forward_start,
            **changes,
        }
    )

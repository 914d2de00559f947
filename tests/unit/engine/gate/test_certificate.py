"""Certificates: only a PASS has one, it expires, and new code ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.errors import InputError
from engine.gate.certificate import issue, valid
from engine.gate.findings import GateCode
from engine.gate.report import Certificate

Lab = Any
Passed = Any


@pytest.fixture
def certificate(passed: Passed) -> Certificate:
    """Its certificate, issued when it was submitted."""
    candidate, report = passed.candidate, passed.report
    return issue(report, candidate, candidate.created_at)


def test_a_pass_is_certified_for_paper(passed: Passed, certificate: Certificate) -> None:
    """Every digest of the report, 180 days, paper and shadow only."""
    candidate, report = passed.candidate, passed.report
    assert certificate.modes == ("paper", "shadow")
    assert certificate.expires_at - certificate.issued_at == timedelta(days=180)
    assert certificate.report_digest == report.digest
    assert certificate.spec_digest == candidate.spec.digest
    assert certificate.trial_number == 1
    assert issue(report, candidate, candidate.created_at) == certificate
    later = issue(report, candidate, candidate.created_at + timedelta(days=1))
    assert later.serial != certificate.serial


def test_only_a_pass_is_certified(lab: Lab) -> None:
    """GATE_NOT_PASSED for everything else."""
    dataset = lab.store.register(lab.market(2_000, seed=1))
    candidate = lab.candidate(lab.spec("close < close[1]", "close > close[1]"), dataset)
    with pytest.raises(InputError) as caught:
        issue(lab.judge(candidate), candidate, candidate.created_at)
    assert caught.value.code == "GATE_NOT_PASSED"


def test_a_report_certifies_its_own_candidate_only(passed: Passed) -> None:
    """GATE_REPORT_MISMATCH when the spec is another one."""
    candidate, report = passed.candidate, passed.report
    lab = passed.lab
    dataset = lab.store.find(candidate.dataset_id)
    other = lab.candidate(lab.spec("close > close[1]", "close < close[1]"), dataset)
    with pytest.raises(InputError) as caught:
        issue(report, other, other.created_at)
    assert caught.value.code == "GATE_REPORT_MISMATCH"


@pytest.mark.parametrize(
    ("days", "same_code", "revoked", "why"),
    [
        (0, True, False, None),
        (179, True, False, None),
        (180, True, False, GateCode.EXPIRED),
        (-1, True, False, GateCode.EXPIRED),
        (10, False, False, GateCode.CODE_CHANGED),
        (10, True, True, GateCode.REVOKED),
    ],
)
def test_what_ends_a_certificate(
    certificate: Certificate, days: int, same_code: bool, revoked: bool, why: GateCode | None
) -> None:
    """Time, other code, revocation; nothing else."""
    code = certificate.code_digest if same_code else "d" * 64
    now = certificate.issued_at + timedelta(days=days)
    assert valid(certificate, now, code, revoked=revoked) is why

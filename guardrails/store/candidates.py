"""Candidates, their gate reports and certificates in the desk's store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, insert, select, update

from engine.errors import InputError
from engine.gate.candidate import Candidate
from engine.gate.report import Certificate, GateReport
from engine.ledger import Lineage
from engine.records import Digest, canonical, parse_record
from guardrails.store.candidate_schema import candidates, certificates, revocations, trial_specs
from guardrails.store.database import Database, UnitOfWork
from guardrails.tickets import SignedCertificate

Status = Literal["queued", "running", "judged", "failed"]


@dataclass(frozen=True, slots=True)
class StoredCandidate:
    """A candidate with where it stands; `report` once it is judged, `error` when it failed."""

    candidate_id: Digest
    candidate: Candidate
    submitted_by: str
    status: Status
    stage: str
    share: float
    error: str | None
    report: GateReport | None
    certificate_digest: Digest | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """A declared parent: digest of its spec, and its lineage when it was a candidate."""

    spec_digest: Digest
    lineage: Lineage | None = None


def _stored(row: Row[Any]) -> StoredCandidate:
    return StoredCandidate(
        candidate_id=row.candidate_id,
        candidate=parse_record(Candidate, row.payload),
        submitted_by=row.submitted_by,
        status=row.status,
        stage=row.stage,
        share=row.share,
        error=row.error,
        report=parse_record(GateReport, row.report) if row.report else None,
        certificate_digest=row.certificate_digest,
        created_at=row.created_at,
    )


class CandidateStore:
    """Reads and writes of candidates; a repeated submission answers the first one."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def add(self, candidate: Candidate, key: str | None, actor: str) -> tuple[Digest, bool]:
        """Store a candidate as queued; (id, True) when it is new, (id, False) when known."""
        with self._database.write() as work:
            owned = None if key is None else f"{actor}:{key}"
            known = self._known(work, candidate.digest, owned)
            work.journal(
                actor,
                "candidate.submitted" if known is None else "candidate.repeated",
                {"candidate": known or candidate.digest, "spec": candidate.spec.digest},
            )
            if known is not None:
                return known, False
            work.connection.execute(
                insert(candidates).values(
                    candidate_id=candidate.digest,
                    idempotency_key=owned,
                    payload=canonical(candidate).decode(),
                    submitted_by=actor,
                    status="queued",
                    stage="",
                    share=0.0,
                    created_at=work.now,
                )
            )
        return candidate.digest, True

    @staticmethod
    def _known(work: UnitOfWork, candidate_id: Digest, key: str | None) -> Digest | None:
        same = candidates.c.candidate_id == candidate_id
        if key is not None:
            same |= candidates.c.idempotency_key == key
        found = [
            str(one)
            for one in work.connection.scalars(select(candidates.c.candidate_id).where(same))
        ]
        if any(one != candidate_id for one in found):
            raise InputError(
                "IDEMPOTENCY_CONFLICT", "this key came with another candidate before",
                value=key, hint="take a fresh key for another candidate",
            )  # fmt: skip
        return found[0] if found else None

    def get(self, candidate_id: str) -> StoredCandidate:
        """One candidate by id; InputError CANDIDATE_UNKNOWN otherwise."""
        with self._database.read() as connection:
            row = connection.execute(
                select(candidates).where(candidates.c.candidate_id == candidate_id)
            ).first()
        if row is None:
            raise InputError(
                "CANDIDATE_UNKNOWN", "there is no such candidate", value=candidate_id,
                hint="list the candidates",
            )  # fmt: skip
        return _stored(row)

    def origin(self, parent: Digest) -> Origin | None:
        """What is known of a declared parent: a candidate's id, or the digest of a tried spec."""
        named = select(candidates.c.payload).where(candidates.c.candidate_id == parent)
        tried = select(trial_specs.c.digest).where(trial_specs.c.digest == parent)
        with self._database.read() as connection:
            payload, spec = connection.scalar(named), connection.scalar(tried)
        if payload is not None:
            candidate = parse_record(Candidate, payload)
            return Origin(candidate.spec.digest, candidate.lineage)
        return None if spec is None else Origin(spec)

    def list(self, limit: int = 100) -> tuple[StoredCandidate, ...]:
        """The newest candidates first."""
        query = select(candidates).order_by(candidates.c.created_at.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(_stored(row) for row in connection.execute(query))

    def unfinished(self) -> tuple[Digest, ...]:
        """Candidates that were queued or running when the desk stopped, oldest first."""
        query = (
            select(candidates.c.candidate_id)
            .where(candidates.c.status.in_(("queued", "running")))
            .order_by(candidates.c.created_at)
        )
        with self._database.read() as connection:
            return tuple(str(found) for found in connection.scalars(query))

    def progress(self, candidate_id: Digest, stage: str, share: float) -> None:
        """Note how far the gate is (stage name, share of one)."""
        with self._database.write() as work:
            work.connection.execute(
                update(candidates)
                .where(candidates.c.candidate_id == candidate_id)
                .values(status="running", stage=stage, share=share)
            )
            work.journal("gate", "candidate.stage", {"candidate": candidate_id, "stage": stage})

    def failed(self, candidate_id: Digest, code: str, message: str) -> None:
        """Note that judging ended in a fault; nothing was certified."""
        with self._database.write() as work:
            work.connection.execute(
                update(candidates)
                .where(candidates.c.candidate_id == candidate_id)
                .values(status="failed", error=f"{code}: {message}"[:500])
            )
            work.journal("gate", "candidate.failed", {"candidate": candidate_id, "code": code})

    def judged(
        self, candidate_id: Digest, report: GateReport, certificate: SignedCertificate | None
    ) -> None:
        """Store report and certificate with the verdict's journal row in one commit."""
        with self._database.write() as work:
            if certificate is not None and not _is_stored(work, certificate):
                _insert_certificate(work, candidate_id, certificate)
            issued = None if certificate is None else certificate.certificate.digest
            work.connection.execute(
                update(candidates)
                .where(candidates.c.candidate_id == candidate_id)
                .values(
                    status="judged",
                    stage="done",
                    share=1.0,
                    report=canonical(report).decode(),
                    report_digest=report.digest,
                    certificate_digest=issued,
                )
            )
            work.journal(
                "gate",
                "candidate.judged",
                {
                    "candidate": candidate_id,
                    "verdict": report.verdict,
                    "report": report.digest,
                    "certificate": issued,
                    "trials": report.trials,
                },
            )


def _is_stored(work: UnitOfWork, signed: SignedCertificate) -> bool:
    """Whether it was issued before: a repeated verdict may stand on an earlier certificate."""
    known = select(certificates.c.digest).where(certificates.c.digest == signed.certificate.digest)
    return work.connection.scalar(known) is not None


def _insert_certificate(work: UnitOfWork, candidate_id: Digest, signed: SignedCertificate) -> None:
    work.connection.execute(
        insert(certificates).values(
            digest=signed.certificate.digest,
            candidate_id=candidate_id,
            payload=canonical(signed.certificate).decode(),
            signature=signed.signature,
            issued_at=work.now,
        )
    )


class CertificateStore:
    """The desk's certificates: lookup, list, revocation."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def get(self, digest: Digest) -> SignedCertificate | None:
        """One certificate by digest, revoked or not."""
        with self._database.read() as connection:
            row = connection.execute(
                select(certificates).where(certificates.c.digest == digest)
            ).first()
        return None if row is None else _signed(row)

    def revoked(self, digest: Digest) -> bool:
        """True when the certificate was revoked."""
        with self._database.read() as connection:
            found = select(revocations.c.digest).where(revocations.c.digest == digest)
            return connection.scalar(found) is not None

    def list(self) -> tuple[SignedCertificate, ...]:
        """All certificates ever issued, newest first."""
        with self._database.read() as connection:
            query = select(certificates).order_by(certificates.c.issued_at.desc())
            return tuple(_signed(row) for row in connection.execute(query))

    def add_renewal(self, signed: SignedCertificate, actor: str) -> None:
        """Store a certificate that prolongs another one, with its journal row in one commit."""
        certificate = signed.certificate
        with self._database.write() as work:
            _insert_certificate(work, certificate.candidate_digest, signed)
            work.journal(
                actor,
                "certificate.renewed",
                {"certificate": certificate.digest, "renews": certificate.renews},
            )

    def revoke(self, digest: Digest, code: str, actor: str) -> None:
        """Revoke for good; repeating it changes nothing but is journalled."""
        with self._database.write() as work:
            found = select(revocations.c.digest).where(revocations.c.digest == digest)
            if work.connection.scalar(found) is None:
                work.connection.execute(
                    insert(revocations).values(
                        digest=digest, code=code, actor=actor, revoked_at=work.now
                    )
                )
            work.journal(actor, "certificate.revoked", {"certificate": digest, "code": code})


def _signed(row: Row[Any]) -> SignedCertificate:
    return SignedCertificate(
        certificate=parse_record(Certificate, row.payload), signature=row.signature
    )

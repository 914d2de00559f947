"""Certificates that a run has already: its forward record, and what another PASS is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.clock import Clock
from engine.data.store import DatasetStore
from engine.gate.candidate import TIERS, Candidate
from engine.gate.certificate import valid
from engine.gate.findings import GateCode
from engine.gate.forward import ForwardEvidence
from engine.gate.identity import code_digest
from engine.gate.report import Certificate
from guardrails.desk.forwarding import Forwarding
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.database import Database
from guardrails.tickets import SignedCertificate


@dataclass(frozen=True, slots=True)
class Standing:
    """Certificates of the same run: spec, data, costs and windows; whatever tier was asked for."""

    database: Database
    datasets: DatasetStore
    clock: Clock

    def forward(self, candidate: Candidate) -> ForwardEvidence | None:
        """The record since the oldest certificate of this run that holds; None without one.

        The record starts once, at issue; asking for a higher tier does not start it again.
        """
        held = [one for one in self._issued(candidate) if self._ended(one) is None]
        based = [one.certificate for one in held if one.certificate.basis is not None]
        if not based:
            return None
        oldest = min(based, key=lambda one: one.issued_at)
        return Forwarding(CandidateStore(self.database), self.datasets).of(oldest).evidence

    def settled(self, candidate: Candidate, new: Certificate) -> Certificate | None:
        """What a repeated PASS of the same run is worth: never more time, never a way back.

        The first PASS gets `new`. Later ones get it for a better tier, or, when the engine has
        changed, for the time that was left. A run whose certificate was revoked gets no other on
        the same windows. Else an earlier certificate that holds stays what it is.
        """
        earlier = self._issued(candidate)
        store = CertificateStore(self.database)
        if any(store.revoked(one.certificate.digest) for one in earlier):
            return None
        known = [one.certificate for one in earlier]
        if all(TIERS.index(one.tier) < TIERS.index(new.tier) for one in known):
            return new
        last = max(one.expires_at for one in known)
        if any(one.code_digest == new.code_digest for one in known):
            held = [one.certificate for one in earlier if self._ended(one) is None]
            return max(held, key=_worth, default=None)
        if last <= self.clock.now():
            return None
        return Certificate.model_validate({**dict(new), "expires_at": min(last, new.expires_at)})

    def _issued(self, candidate: Candidate) -> list[SignedCertificate]:
        """Every certificate ever issued for this run, newest first."""
        candidates = CandidateStore(self.database)
        return [
            signed
            for signed in CertificateStore(self.database).list()
            if signed.certificate.spec_digest == candidate.spec.digest
            and _run(candidates.get(signed.certificate.candidate_digest).candidate)
            == _run(candidate)
        ]

    def _ended(self, signed: SignedCertificate) -> GateCode | None:
        store, certificate = CertificateStore(self.database), signed.certificate
        revoked = store.revoked(certificate.digest)
        return valid(certificate, self.clock.now(), code_digest(), revoked=revoked)


def _worth(certificate: Certificate) -> tuple[int, datetime]:
    return TIERS.index(certificate.tier), certificate.issued_at


def _run(candidate: Candidate) -> tuple[object, ...]:
    """What makes two candidates the same run on the same windows."""
    members = tuple(member.digest for member in candidate.members)
    costs = candidate.costs.digest
    return (candidate.spec.digest, candidate.datasets, members, costs, candidate.windows)

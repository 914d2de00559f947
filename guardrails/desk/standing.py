"""The standing certificate of a rule: what its forward record is kept under."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import Clock
from engine.data.store import DatasetStore
from engine.gate.candidate import Candidate
from engine.gate.certificate import valid
from engine.gate.forward import ForwardEvidence
from engine.gate.identity import code_digest
from engine.gate.report import Certificate
from guardrails.desk.forwarding import Forwarding
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.database import Database


@dataclass(frozen=True, slots=True)
class ForwardRecords:
    """Forward records of candidates that were certified before."""

    database: Database
    datasets: DatasetStore
    clock: Clock

    def of(self, candidate: Candidate) -> ForwardEvidence | None:
        """The record since the oldest certificate of the same spec, data and costs that holds.

        The record starts once, at issue; asking for a higher tier does not start it again.
        """
        held = [one for one in self._held() if _same(one, candidate)]
        if not held:
            return None
        oldest = min(held, key=lambda one: one.issued_at)
        return Forwarding(CandidateStore(self.database), self.datasets).of(oldest).evidence

    def _held(self) -> list[Certificate]:
        store, now, code = CertificateStore(self.database), self.clock.now(), code_digest()
        return [
            signed.certificate
            for signed in store.list()
            if valid(
                signed.certificate, now, code, revoked=store.revoked(signed.certificate.digest)
            )
            is None
        ]


def _same(certificate: Certificate, candidate: Candidate) -> bool:
    others = () if certificate.basis is None else certificate.basis.others
    return certificate.basis is not None and (
        certificate.spec_digest,
        (certificate.dataset_id, *others),
        certificate.cost_digest,
    ) == (candidate.spec.digest, candidate.datasets, candidate.costs.digest)

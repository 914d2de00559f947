"""The desk's parts in one place: made once by the composition root, handed to API and pages."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import Settings
from engine.backtest.costs import CostModel
from engine.clock import Clock
from engine.data.store import DatasetStore
from engine.gate.certificate import valid
from engine.gate.identity import code_digest
from engine.language.identity import rule_digest
from guardrails.desk import halting, ticketing
from guardrails.desk.chat import Chat
from guardrails.desk.context import DeskContext
from guardrails.desk.daily import Daily
from guardrails.desk.facts_view import FactsView
from guardrails.desk.folders import Folders
from guardrails.desk.halting import Rearmed
from guardrails.desk.intake import Intake
from guardrails.desk.judging import Judge
from guardrails.desk.operators import FirstOperator
from guardrails.desk.replaying import Replaying
from guardrails.desk.sessions import SignIns
from guardrails.desk.signalling import Signalling
from guardrails.desk.ticketing import Proposal, Proposed
from guardrails.desk.watching import Watch
from guardrails.people import Caller
from guardrails.store import halts
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.chat import ChatStore
from guardrails.store.database import Database
from guardrails.store.ledger import SqlLedger
from guardrails.tickets import SignedCertificate


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the desk's doors lead to."""

    settings: Settings
    folders: Folders
    clock: Clock
    context: DeskContext
    datasets: DatasetStore
    candidates: CandidateStore
    certificates: CertificateStore
    ledger: SqlLedger
    intake: Intake
    judge: Judge
    signalling: Signalling
    replaying: Replaying
    chat: Chat
    history: ChatStore
    facts: FactsView
    sign_ins: SignIns
    first_operator: FirstOperator
    watch: Watch
    daily: Daily

    @property
    def database(self) -> Database:
        """The desk's own store."""
        return self.context.db

    @property
    def costs(self) -> CostModel:
        """The cost model of this installation."""
        return self.context.costs

    def certificate_ended(self, signed: SignedCertificate) -> str | None:
        """Why a certificate does not hold now, None while it does."""
        certificate = signed.certificate
        revoked = self.certificates.revoked(certificate.digest)
        return valid(certificate, self.clock.now(), code_digest(), revoked=revoked)

    def propose(self, caller: Caller, signal_digest: str) -> Proposed:
        """Turn a signal into a ticket; InputError SIGNAL_UNKNOWN for none."""
        signal = self.signalling.get(signal_digest)
        certified = self.signalling.certified(signal.certificate_digest)
        stored = self.candidates.get(certified.signed.certificate.candidate_digest)
        spec = stored.candidate.spec
        has_exit = any(rule.exit for rule in spec.rules)
        proposal = Proposal(
            signal=signal,
            lineage_id=stored.candidate.lineage.lineage_id,
            exit_rule_digest=rule_digest(spec) if has_exit else None,
        )
        return ticketing.propose(self.context, caller, proposal)

    def rearm(self, caller: Caller, reason: str) -> Rearmed:
        """Ask for re-arming when nobody has asked, else confirm the next step."""
        with self.database.read() as connection:
            asked = halts.open_request(connection) is not None
        if asked:
            return halting.confirm_rearm(self.context, caller)
        return halting.request_rearm(self.context, caller, reason)

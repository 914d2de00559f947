"""Composition root of the desk: every port is made here, once, and handed down."""

from __future__ import annotations

from dataclasses import dataclass

from config.secrets import DeskSecrets
from config.settings import Settings
from engine.clock import Clock
from engine.data.store import DatasetStore
from engine.gate.certificate import valid
from engine.gate.criteria import GateCriteria
from engine.gate.identity import code_digest
from guardrails.desk.certifying import Certifying
from guardrails.desk.chat import Chat
from guardrails.desk.context import DeskContext
from guardrails.desk.copilot_client import Copilot
from guardrails.desk.daily import Daily
from guardrails.desk.desk import Desk
from guardrails.desk.facts_view import FactsView
from guardrails.desk.folders import Folders
from guardrails.desk.forwarding import Forwarding
from guardrails.desk.intake import Intake
from guardrails.desk.judging import GateRooms, Judge
from guardrails.desk.listed import ListedInstruments
from guardrails.desk.operators import FirstOperator
from guardrails.desk.replaying import Replaying
from guardrails.desk.reporting import Reports
from guardrails.desk.sessions import SignIns
from guardrails.desk.signalling import Signalling
from guardrails.desk.watching import Watch
from guardrails.latch import Latch
from guardrails.limits import effective
from guardrails.people import Passwords
from guardrails.ports import GatewayFacts
from guardrails.rules.faults import Faults
from guardrails.signing import Signer
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.chat import ChatStore
from guardrails.store.closes import DatasetCloses
from guardrails.store.database import Database
from guardrails.store.ledger import SqlLedger
from guardrails.store.looks import SqlLooks
from guardrails.tickets import SignedCertificate


@dataclass(frozen=True, slots=True)
class Ports:
    """What comes from outside the desk: time, its files, the gateway's facts, the copilot."""

    clock: Clock
    folders: Folders
    database: Database
    gateway: GatewayFacts
    copilot: Copilot
    passwords: Passwords


def context_of(settings: Settings, secrets: DeskSecrets, ports: Ports) -> DeskContext:
    """The context of the desk's use cases."""
    latch = Latch(ports.folders.halt)
    latch.prepare()
    return DeskContext(
        db=ports.database,
        gateway=ports.gateway,
        clock=ports.clock,
        signer=Signer(secrets.signing_key_hex.get_secret_value()),
        latch=latch,
        limits=effective(settings.limits),
        instruments=ListedInstruments(DatasetStore(ports.folders.datasets)),
        certificates=CertificateStore(ports.database),
        settings=settings,
        closes=DatasetCloses(DatasetStore(ports.folders.datasets)),
        faults=Faults(ports.clock),
    )


def judge_of(settings: Settings, context: DeskContext, folders: Folders) -> Judge:
    """The gate's rooms around the desk's store."""
    return Judge(
        GateRooms(
            database=context.db,
            candidates=CandidateStore(context.db),
            datasets=DatasetStore(folders.datasets),
            ledger=SqlLedger(context.db, "gate"),
            looks=SqlLooks(context.db),
            criteria=GateCriteria(bootstrap_samples=settings.gate.bootstrap_samples),
            signer=context.signer,
            reports=Reports(folders.reports, settings.deployment.language),
            clock=context.clock,
        )
    )


def compose(settings: Settings, secrets: DeskSecrets, ports: Ports) -> Desk:
    """The whole desk; nothing is started yet."""
    context = context_of(settings, secrets, ports)
    database, folders = ports.database, ports.folders
    datasets = DatasetStore(folders.datasets)
    candidates, certificates = CandidateStore(database), CertificateStore(database)
    facts, history = FactsView(candidates), ChatStore(database)

    def ended(signed: SignedCertificate) -> str | None:
        """Why a certificate does not hold now."""
        digest = signed.certificate.digest
        revoked = certificates.revoked(digest)
        return valid(signed.certificate, ports.clock.now(), code_digest(), revoked=revoked)

    certifying = Certifying(
        certificates, Forwarding(candidates, datasets), ports.clock, context.signer.sign
    )
    return Desk(
        settings=settings,
        folders=folders,
        clock=ports.clock,
        context=context,
        datasets=datasets,
        candidates=candidates,
        certificates=certificates,
        ledger=SqlLedger(database, "desk"),
        intake=Intake(candidates, datasets, context.costs, ports.clock, folders.strategies),
        judge=judge_of(settings, context, folders),
        signalling=Signalling(
            database, candidates, certificates, datasets, ports.gateway, ended
        ),
        replaying=Replaying(database, datasets, ports.gateway),
        chat=Chat(ports.copilot, history, facts.of, facts.verdict),
        history=history,
        facts=facts,
        sign_ins=SignIns(
            database, ports.clock, ports.passwords, settings.desk,
            secrets.copilot_token.get_secret_value(),
        ),
        first_operator=FirstOperator(database, ports.passwords, folders.run),
        watch=Watch(context),
        daily=Daily(ports.clock, certifying.check_all),
    )  # fmt: skip

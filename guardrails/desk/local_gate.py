"""The gate at the command line while no desk runs: the same intake, the same judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.secrets import DeskSecrets, load_secrets, own_folder, secrets_folder
from engine.gate.criteria import GateCriteria
from guardrails.desk.installation import prepare
from guardrails.desk.intake import Intake
from guardrails.desk.judging import GateRooms, Judge
from guardrails.desk.local import Local
from guardrails.desk.reporting import Reports
from guardrails.signing import Signer
from guardrails.store.candidates import CandidateStore
from guardrails.store.database import Database
from guardrails.store.ledger import SqlLedger
from guardrails.store.looks import SqlLooks


@dataclass(frozen=True, slots=True)
class LocalGate:
    """What a command needs to have a spec judged."""

    intake: Intake
    judge: Judge
    candidates: CandidateStore


def local_gate(
    here: Local, database: Database, on_stage: Callable[[str, float], None]
) -> LocalGate:
    """The gate of this installation on a store whose lock the caller holds."""
    prepare(here.folders)
    folder = own_folder(secrets_folder(here.folders.root), DeskSecrets)
    secrets = load_secrets(DeskSecrets, folder)
    candidates, datasets = CandidateStore(database), here.datasets()
    rooms = GateRooms(
        database=database,
        candidates=candidates,
        datasets=datasets,
        ledger=SqlLedger(database, here.user),
        looks=SqlLooks(database),
        criteria=GateCriteria(bootstrap_samples=here.settings.gate.bootstrap_samples),
        signer=Signer(secrets.signing_key_hex.get_secret_value()),
        reports=Reports(here.folders.reports, here.settings.deployment.language),
        clock=here.clock,
    )
    intake = Intake(candidates, datasets, here.costs(), here.clock, here.folders.strategies)
    return LocalGate(intake, Judge(rooms, on_stage), candidates)

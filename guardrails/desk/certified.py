"""Certified strategies as sleeves: what the automatic recipe is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.clock import Clock
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.gate.certificate import valid
from engine.gate.identity import code_digest
from engine.gate.report import Certificate
from engine.language.spec import StrategySpec
from engine.portfolio.autobuild import CertifiedSleeve
from engine.portfolio.notes import Note, note
from engine.portfolio.sleeves import sleeve_of
from engine.records import Digest
from guardrails.desk.backtesting import BacktestRequest
from guardrails.desk.portfolios import Progress, RunSleeve
from guardrails.store.candidates import CandidateStore, CertificateStore
from guardrails.store.database import Database


@dataclass(frozen=True, slots=True)
class Holding:
    """A certificate that holds, with its spec."""

    certificate: Certificate
    spec: StrategySpec


def holding(database: Database, clock: Clock) -> tuple[Holding, ...]:
    """Certificates that hold now, newest first, one for each spec and dataset."""
    certificates, candidates = CertificateStore(database), CandidateStore(database)
    code, now = code_digest(), clock.now()
    found: dict[tuple[Digest, Digest], Holding] = {}
    for signed in certificates.list():
        one = signed.certificate
        revoked = certificates.revoked(one.digest)
        if valid(one, now, code, revoked=revoked) is None:
            spec = candidates.get(one.candidate_digest).candidate.spec
            found.setdefault((one.spec_digest, one.dataset_id), Holding(one, spec))
    return tuple(found.values())


def certified_sleeves(
    held: tuple[Holding, ...],
    datasets: DatasetStore,
    find: Callable[[str], StrategySpec],
    run: RunSleeve,
    progress: Progress,
) -> tuple[tuple[CertifiedSleeve, ...], tuple[Note, ...]]:
    """Train returns of each, and a note on every one that a recipe could not name.

    The runs are the trials that the gate has counted already: same rows, no new ones.
    """
    sleeves: list[CertifiedSleeve] = []
    notes: list[Note] = []
    for number, each in enumerate(held):
        progress(each.spec.name, number / len(held))
        if not _named(each.spec, find):
            notes.append(note("STRATEGY_ABSENT", names=each.spec.name))
            continue
        dataset = datasets.find(each.certificate.dataset_id)
        result = run(BacktestRequest(spec=each.spec, dataset_ids=(dataset.id,))).result
        name, taken = each.spec.name, {sleeve.returns.name for sleeve in sleeves}
        if name in taken:
            name = f"{name}@{dataset.id[:8]}"
        sleeves.append(
            CertifiedSleeve(
                strategy=each.spec.name,
                dataset=dataset.id,
                tier=each.certificate.tier,
                issued_at=each.certificate.issued_at,
                returns=sleeve_of(name, result, dataset.instrument.calendar),
            )
        )
    return tuple(sleeves), tuple(notes)


def _named(spec: StrategySpec, find: Callable[[str], StrategySpec]) -> bool:
    """True when the strategy of this name is the certified one."""
    try:
        return find(spec.name).digest == spec.digest
    except InputError:
        return False

"""Judging: the desk runs the gate itself; the only code that opens looks and signs certificates.

One candidate at a time, in the order of submission. A desk that is stopped half-way takes up what
was queued or running when it starts again: the ledger and the look book make that cost nothing.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from engine.clock import Clock
from engine.data.bars import IntArray
from engine.data.partitions import LookPermit
from engine.data.store import DatasetStore
from engine.errors import PeakError, UnavailableError
from engine.gate.candidate import Candidate
from engine.gate.certificate import issue
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, TrainEvidence
from engine.gate.gather import Bench, holdout_evidence, train_evidence, train_returns
from engine.gate.identity import code_digest
from engine.gate.judge import judge, needs_look
from engine.gate.looks import LookOutcome, LookRefusal, LookRequest, looks_left
from engine.gate.report import GateReport
from engine.records import Digest
from guardrails.desk.reporting import Reports
from guardrails.signing import Signer
from guardrails.store.candidates import CandidateStore
from guardrails.store.ledger import SqlLedger
from guardrails.store.looks import SqlLooks
from guardrails.tickets import SignedCertificate

RETRY_SECONDS: Final = 1.0

Progress = Callable[[str, float], None]
"""Told the stage and the share that is done."""


@dataclass(frozen=True, slots=True)
class GateRooms:
    """What the gate needs of the desk."""

    candidates: CandidateStore
    datasets: DatasetStore
    ledger: SqlLedger
    looks: SqlLooks
    criteria: GateCriteria
    signer: Signer
    reports: Reports
    clock: Clock


class Judge:
    """Judges candidates and keeps a queue of them."""

    def __init__(
        self, rooms: GateRooms, on_stage: Callable[[str, float], None] | None = None
    ) -> None:
        """Work with these rooms; `on_stage` hears the stages besides the store."""
        self._rooms = rooms
        self._on_stage = on_stage
        self._queue: queue.Queue[Digest | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    def start(self) -> None:
        """Start the worker and take up what was left unfinished."""
        self._ending.clear()
        for candidate_id in self._rooms.candidates.unfinished():
            self._queue.put(candidate_id)
        self._thread = threading.Thread(target=self._work, name="judge", daemon=True)
        self._thread.start()

    def stop(self, wait_s: float = 5.0) -> None:
        """Ask the worker to end after the candidate at hand."""
        self._ending.set()
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(wait_s)

    def enqueue(self, candidate_id: Digest) -> None:
        """Judge a candidate when its turn comes; a judged one is left as it is."""
        self._queue.put(candidate_id)

    @property
    def alive(self) -> bool:
        """True while the worker runs."""
        return self._thread is not None and self._thread.is_alive()

    def _work(self) -> None:
        while (candidate_id := self._queue.get()) is not None:
            while not self._tried(candidate_id):
                if self._ending.wait(RETRY_SECONDS):
                    return  # it stays queued in the store and is taken up by the next start

    def _tried(self, candidate_id: Digest) -> bool:
        """Judge one candidate; False when the store was too busy and it must be tried again."""
        try:
            self.judge(candidate_id)
        except UnavailableError:
            return False
        return True

    def judge(self, candidate_id: Digest) -> None:
        """Judge one candidate now; a fault is stored with its code, nothing is certified then."""
        stored = self._rooms.candidates.get(candidate_id)
        if stored.status == "judged":
            return
        try:
            self._judged(stored.candidate)
        except UnavailableError:
            raise  # nothing is wrong with the candidate
        except PeakError as error:
            self._rooms.candidates.failed(candidate_id, error.code, error.message)
        except Exception as error:  # noqa: BLE001 - the worker's edge: a fault fails one candidate
            self._rooms.candidates.failed(candidate_id, "GATE_FAULT", type(error).__name__)

    def _stage(self, candidate_id: Digest, stage: str, share: float) -> None:
        self._rooms.candidates.progress(candidate_id, stage, share)
        if self._on_stage is not None:
            self._on_stage(stage, share)

    def _judged(self, candidate: Candidate) -> GateReport:
        rooms, candidate_id = self._rooms, candidate.digest
        rooms.ledger.check()
        self._stage(candidate_id, "train", 0.1)
        dataset = rooms.datasets.find(candidate.dataset_id)
        bench = Bench(
            dataset=dataset,
            train=rooms.datasets.train(dataset),
            ledger=rooms.ledger,
            criteria=rooms.criteria,
            code=code_digest(),
            days_of=self._days_of,
        )
        train = train_evidence(candidate, bench)
        evidence, permit = self._look(candidate, bench, train)
        report = judge(candidate, evidence, rooms.criteria)
        self._stage(candidate_id, "report", 0.9)
        if permit is not None:
            rooms.looks.record(
                permit.look_id,
                LookOutcome(
                    verdict=report.verdict,
                    report_digest=report.digest,
                    shown=report.verdict == "PASS",
                ),
            )
        shown = permit if report.verdict == "PASS" else None
        bars = None if shown is None else rooms.datasets.holdout(dataset, shown)
        rooms.reports.write(candidate, report, dataset, bench.train, bars)
        rooms.candidates.judged(candidate_id, report, self._certificate(candidate, report))
        return report

    def _days_of(self, dataset_id: Digest) -> IntArray:
        datasets = self._rooms.datasets
        return datasets.train(datasets.find(dataset_id)).days

    def _look(
        self, candidate: Candidate, bench: Bench, train: TrainEvidence
    ) -> tuple[Evidence, LookPermit | None]:
        rooms, now = self._rooms, self._rooms.clock.now()
        family = bench.dataset.family

        def left() -> int:
            """Looks left this year."""
            return looks_left(rooms.looks.rows(family), now.year)

        if not needs_look(candidate, train, rooms.criteria):
            return Evidence(train=train, looks_left=left()), None
        self._stage(candidate.digest, "look", 0.6)
        answer = rooms.looks.open_look(
            LookRequest(
                family=family,
                dataset_id=bench.dataset.id,
                lineage_id=candidate.lineage.lineage_id,
                candidate_digest=candidate.digest,
                rule_digest=train.rule_digest or candidate.spec.digest,
                shape_digest=train.shape_digest or candidate.spec.digest,
                cost_digest=candidate.costs.digest,
                train=train_returns(bench, train),
                at=now,
            )
        )
        if isinstance(answer, LookRefusal):
            code, earlier = answer.code, answer.earlier
            evidence = Evidence(train=train, refusal=code, earlier=earlier, looks_left=left())
            return evidence, None
        bars = rooms.datasets.holdout(bench.dataset, answer)
        holdout = holdout_evidence(candidate, train, bars, answer.k)
        return Evidence(train=train, holdout=holdout, looks_left=left()), answer

    def _certificate(self, candidate: Candidate, report: GateReport) -> SignedCertificate | None:
        if report.verdict != "PASS":
            return None
        certificate = issue(report, candidate, self._rooms.clock.now())
        signature = self._rooms.signer.sign(certificate.digest)
        return SignedCertificate(certificate=certificate, signature=signature)

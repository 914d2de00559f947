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
from engine.data.store import DatasetStore
from engine.errors import PeakError, UnavailableError
from engine.gate.bench import Bench
from engine.gate.candidate import Candidate
from engine.gate.certificate import issue
from engine.gate.certified_basis import basis_of
from engine.gate.criteria import GateCriteria
from engine.gate.gather import train_evidence
from engine.gate.identity import code_digest
from engine.gate.judge import judge
from engine.gate.keys import through_holdout
from engine.gate.limits import ProcessMeter
from engine.gate.looks import LookOutcome
from engine.gate.report import GateReport
from engine.records import Digest
from guardrails.desk.benches import bench_of, datasets_of
from guardrails.desk.looking import Look, Looked
from guardrails.desk.rebasing import Rebasing
from guardrails.desk.redrawing import Redrawing
from guardrails.desk.reporting import Reports
from guardrails.desk.standing import Standing
from guardrails.desk.windows import Windows
from guardrails.signing import Signer
from guardrails.store.candidates import CandidateStore, StoredCandidate
from guardrails.store.database import Database
from guardrails.store.ledger import SqlLedger
from guardrails.store.looks import SqlLooks
from guardrails.tickets import SignedCertificate

RETRY_SECONDS: Final = 1.0

Progress = Callable[[str, float], None]
"""Told the stage and the share that is done."""


@dataclass(frozen=True, slots=True)
class GateRooms:
    """What the gate needs of the desk."""

    database: Database
    candidates: CandidateStore
    datasets: DatasetStore
    ledger: SqlLedger
    looks: SqlLooks
    criteria: GateCriteria
    signer: Signer
    reports: Reports
    clock: Clock


def worth_again(stored: StoredCandidate) -> bool:
    """Whether judging a judged candidate again can say something new, without a new look.

    The engine has changed since, or it passed below the tier that was asked for and the time since
    may have earned it.
    """
    report = stored.report
    if report is None or report.code_digest != code_digest():
        return True
    return report.verdict == "PASS" and report.tier != report.asked


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
        self._windows().finish()
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
        """Judge a candidate when its turn comes; a judged one as `worth_again` says."""
        stored = self._rooms.candidates.get(candidate_id)
        if stored.status == "judged" and worth_again(stored):
            # from now on it is being judged: nobody shall take the old verdict for the new one
            self._stage(candidate_id, "train", 0.0)
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
        if stored.status == "judged" and not worth_again(stored):
            return  # asked for twice
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
        self._close_windows(candidate)
        bench = bench_of(
            datasets_of(candidate, rooms.datasets), rooms.datasets, rooms.ledger, rooms.criteria,
            lambda stage, share: self._stage(candidate_id, stage, share),
            meter=ProcessMeter(rooms.clock),
        )  # fmt: skip
        train = train_evidence(candidate, bench)
        standing = Standing(rooms.database, rooms.datasets, rooms.clock)
        look = Look(rooms.looks, rooms.datasets, rooms.clock, standing.forward).of(
            candidate, bench, train
        )
        report = judge(candidate, look.evidence, rooms.criteria)
        self._stage(candidate_id, "report", 0.9)
        self._record(look, report)
        shown = look.field if report.verdict == "PASS" else None
        rooms.reports.write(candidate, report, bench, shown)
        certificate = self._certificate(candidate, bench, look, report)
        rooms.candidates.judged(candidate_id, report, certificate)
        return report

    def _windows(self) -> Windows:
        rooms = self._rooms
        return Windows(rooms.database, rooms.datasets, rooms.clock, rooms.signer.sign, self.redraw)

    def _close_windows(self, candidate: Candidate) -> None:
        """Close windows behind which enough new data wait; their trials run on the longer train."""
        rooms = self._rooms
        families = {one.family for one in datasets_of(candidate, rooms.datasets)}
        for window in self._windows().close_due(tuple(sorted(families))):
            self._stage(candidate.digest, "rebase", 0.05)
            Rebasing(rooms.datasets, rooms.ledger, (candidate.costs,), code_digest()).run(
                window.family
            )

    def _record(self, look: Looked, report: GateReport) -> None:
        """What the look ended with, before anybody is told."""
        if look.permit is None:
            return
        passed = report.verdict == "PASS"
        # of the look itself: what came after it is no test of this market's order of looks
        p, _ = through_holdout(look.evidence, self._rooms.criteria)
        look_id = look.permit.look_id
        earlier = [
            row.outcome.p_gate
            for row in self._rooms.looks.rows(*report.families)
            if row.look_id == look_id and row.outcome is not None
        ]
        outcome = LookOutcome(
            verdict=report.verdict,
            report_digest=report.digest,
            shown=passed,
            # never better than at first: the levels of later looks were spent on it
            p_gate=max([p if passed else 1.0, *earlier]),
        )
        self._rooms.looks.record(look_id, outcome)

    def redraw(self, candidate_id: Digest) -> None:
        """Write a candidate's report again with the figures of its look; see `Redrawing`."""
        rooms = self._rooms
        Redrawing(
            rooms.candidates, rooms.datasets, rooms.ledger, rooms.looks, rooms.criteria,
            rooms.reports,
        ).redraw(candidate_id)  # fmt: skip

    def _certificate(
        self, candidate: Candidate, bench: Bench, look: Looked, report: GateReport
    ) -> SignedCertificate | None:
        if report.verdict != "PASS" or look.field is None:
            return None
        basis = basis_of(candidate, bench, look.evidence, report, look.field)
        rooms = self._rooms
        fresh = issue(report, candidate, rooms.clock.now(), basis)
        standing = Standing(rooms.database, rooms.datasets, rooms.clock)
        certificate = standing.settled(candidate, fresh)
        if certificate is None:
            return None
        signature = rooms.signer.sign(certificate.digest)
        return SignedCertificate(certificate=certificate, signature=signature)

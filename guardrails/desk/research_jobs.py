"""Research jobs of a running desk: one after the other, each with progress, each can be ended.

A job lives in memory: after a restart the same request goes on where the ledger stands.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import uuid4

from engine.errors import InputError, PeakError
from guardrails.desk.desk import Desk
from guardrails.desk.research_report import write_pipeline_report
from guardrails.desk.research_steps import research
from guardrails.desk.researching import ResearchDesk, ResearchRequest, staff_of
from guardrails.store.ledger import SqlLedger

KEPT: Final = 50
"""Finished jobs that are remembered."""
WAITING: Final = 20
"""Most jobs that wait at once."""

Status = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(slots=True)
class Job:
    """One job: who asked for what, how far it is, what came out."""

    id: str
    actor: str
    request: ResearchRequest
    status: Status = "queued"
    stage: str = ""
    done: int = 0
    total: int = 0
    began: float = 0.0
    now: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    error: Mapping[str, object] | None = None
    answer: Mapping[str, Any] | None = None

    @property
    def eta_s(self) -> float | None:
        """Seconds that this stage still needs at its pace; None before anything is done."""
        if self.status != "running" or not 0 < self.done < self.total:
            return None
        return round((self.now - self.began) * (self.total - self.done) / self.done, 1)

    def view(self) -> dict[str, object]:
        """JSON form."""
        return {
            "job_id": self.id,
            "kind": self.request.kind,
            "strategy": self.request.spec.name,
            "status": self.status,
            "progress": {
                "stage": self.stage,
                "done": self.done,
                "total": self.total,
                "eta_s": self.eta_s,
            },
            "error": self.error,
            "answer": self.answer,
        }


class ResearchJobs:
    """The desk's queue of research; a thread works through it."""

    def __init__(self, desk: Desk) -> None:
        """Work for this desk."""
        self._desk = desk
        self._jobs: dict[str, Job] = {}
        self._queue: queue.Queue[Job | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the worker."""
        self._thread = threading.Thread(target=self._work, name="research", daemon=True)
        self._thread.start()

    def stop(self, wait_s: float = 10.0) -> None:
        """End the job at hand; its finished rows are kept."""
        for job in self._jobs.values():
            job.stop.set()
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(wait_s)

    def submit(self, request: ResearchRequest, actor: str) -> Job:
        """Queue a job.

        Raises:
            InputError: RESEARCH_BUSY when too many wait.
        """
        if sum(job.status == "queued" for job in self._jobs.values()) >= WAITING:
            raise InputError(
                "RESEARCH_BUSY", "too many jobs wait", value=WAITING,
                hint="wait for one, or cancel one",
            )  # fmt: skip
        job = Job(uuid4().hex, actor, request)
        self._jobs[job.id] = job
        self._forget()
        self._queue.put(job)
        return job

    def find(self, job_id: str) -> Job:
        """A job; JOB_UNKNOWN otherwise."""
        job = self._jobs.get(job_id)
        if job is None:
            raise InputError(
                "JOB_UNKNOWN", "there is no such job", value=job_id[:12],
                hint="jobs end with the desk; the same command goes on where it was",
            )  # fmt: skip
        return job

    def cancel(self, job_id: str) -> Job:
        """Ask a job to end; what it has finished stays in the ledger."""
        job = self.find(job_id)
        job.stop.set()
        if job.status == "queued":
            job.status = "cancelled"
        return job

    def _forget(self) -> None:
        ended = [one for one in self._jobs.values() if one.status not in {"queued", "running"}]
        for job in ended[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[job.id]

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            if not job.stop.is_set():
                self._run(job)

    def _run(self, job: Job) -> None:
        job.status, job.began = "running", self._desk.clock.monotonic()
        try:
            job.answer = self._answer(job)
            job.status = "done"
        except PeakError as error:
            job.error = error.as_dict()
            job.status = "cancelled" if error.code == "RESEARCH_STOPPED" else "failed"
        except Exception as error:  # noqa: BLE001 - the worker's edge: a fault fails one job
            job.error = {"code": "RESEARCH_FAULT", "message": type(error).__name__}
            job.status = "failed"

    def _answer(self, job: Job) -> dict[str, Any]:
        desk = self._desk

        def note(kind: str, payload: Mapping[str, object]) -> None:
            """A study in the journal."""
            with desk.database.write() as work:
                work.journal(job.actor, kind, payload)

        rooms = ResearchDesk(
            datasets=desk.datasets,
            ledger=SqlLedger(desk.database, job.actor),
            costs=desk.costs,
            strategies=desk.folders.strategies,
            staff=staff_of(desk.settings, desk.folders, job.request.workers),
            compiled=desk.folders.compiled,
            samples=desk.settings.gate.bootstrap_samples,
            progress=lambda stage, done, total: self._tell(job, stage, done, total),
            stop=job.stop,
        )
        found = research(job.request, rooms, job.actor, note)
        shown = found.as_dict()
        if found.pipeline is not None:
            write_pipeline_report(
                found.pipeline, found.question.market, desk.folders.reports,
                desk.settings.deployment.language,
            )  # fmt: skip
            shown["report"] = f"/reports/{found.pipeline.result.study}.html"
        return shown

    def _tell(self, job: Job, stage: str, done: int, total: int) -> None:
        now = self._desk.clock.monotonic()
        if stage != job.stage:
            job.began = now
        job.stage, job.done, job.total, job.now = stage, done, total, now

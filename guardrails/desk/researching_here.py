"""Research for a command: in the running desk as a job, or here under the store's lock."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from engine.errors import InputError, PeakError, UnavailableError
from engine.records import canonical, read_json
from engine.research.lab import Progress
from guardrails.desk.desk_client import DeskClient
from guardrails.desk.researching import ResearchDesk, ResearchRequest, staff_of

if TYPE_CHECKING:
    from guardrails.desk.local import Local

POLL_SECONDS: Final = 0.2
_LARGE: Final = 50_000_000

Json = dict[str, Any]


def research_here(here: Local, request: ResearchRequest, progress: Progress, stop: Event) -> Json:
    """Run a step and answer its JSON form; a pipeline's report lies in the reports folder.

    Raises:
        PeakError: what `research` raises, or what the running desk answers.
    """
    return (_remote if here.running() else _alone)(here, request, progress, stop)


def _alone(here: Local, request: ResearchRequest, progress: Progress, stop: Event) -> Json:
    from guardrails.desk.research_report import (  # noqa: PLC0415 - templates load to render only
        write_pipeline_report,
    )
    from guardrails.desk.research_steps import research  # noqa: PLC0415 - a job's code alone
    from guardrails.store.ledger import SqlLedger  # noqa: PLC0415 - as above

    with here.store() as database:

        def note(kind: str, payload: Mapping[str, object]) -> None:
            """A study in the journal."""
            with database.write() as work:
                work.journal(here.user, kind, payload)

        rooms = ResearchDesk(
            datasets=here.datasets(),
            ledger=SqlLedger(database, here.user),
            costs=here.costs(),
            strategies=here.folders.strategies,
            staff=staff_of(here.settings, here.folders, request.workers),
            compiled=here.folders.compiled,
            samples=here.settings.gate.bootstrap_samples,
            progress=progress,
            stop=stop,
        )
        found = research(request, rooms, here.user, note)
    data: Any = read_json(canonical(found.as_dict()), _LARGE)
    if found.pipeline is not None:
        here.folders.prepare()
        data["report"] = write_pipeline_report(
            found.pipeline, found.question.market, here.folders.reports,
            here.settings.deployment.language,
        )  # fmt: skip
    return dict(data)


def _remote(here: Local, request: ResearchRequest, progress: Progress, stop: Event) -> Json:
    client = DeskClient.of(here.folders.run)
    job = client.post("/api/research", read_json(canonical(request)))["job_id"]
    try:
        while True:
            row = client.get(f"/api/research/{job}")
            if row["status"] == "done":
                return _done(client, row)
            if row["error"] is not None:
                raise _fault(row["error"])
            if row["status"] == "cancelled" or stop.is_set():
                raise _stopped()
            told = row["progress"]
            progress(str(told["stage"] or row["status"]), int(told["done"]), int(told["total"]))
            time.sleep(POLL_SECONDS)
    except (KeyboardInterrupt, UnavailableError):
        client.delete(f"/api/research/{job}")
        raise


def _done(client: DeskClient, row: Mapping[str, Any]) -> Json:
    found = dict(row["answer"])
    if "report" in found:
        found["report"] = {"html": f"{client.url}{found['report']}"}
    return found


def _stopped() -> UnavailableError:
    return UnavailableError(
        "RESEARCH_STOPPED", "stopped; what was finished is in the ledger",
        hint="run the same command again: it goes on where it was",
    )  # fmt: skip


def _fault(error: Mapping[str, Any]) -> PeakError:
    """The job's fault as the command's own, with its code."""
    kind = UnavailableError if str(error["code"]).startswith(_OF_MACHINES) else InputError
    return kind(
        str(error["code"]), str(error["message"]), value=error.get("value", ""),
        hint=str(error.get("hint", "")),
    )  # fmt: skip


_OF_MACHINES: Final = ("RESEARCH_STOPPED", "RESEARCH_FAULT", "WORKER", "SCHEDULER", "STORE")

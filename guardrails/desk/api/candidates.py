"""Candidates, backtests, datasets and reports over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.errors import InputError
from engine.ledger import TrialSource
from guardrails.desk.api.answers import answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.doors import Actor, DeskOf, entering
from guardrails.desk.api.security import report_csp
from guardrails.desk.api.views import (
    candidate_view,
    copilot_candidate_view,
    copilot_dataset_view,
    dataset_view,
)
from guardrails.desk.backtesting import BacktestDesk, BacktestRequest, backtest
from guardrails.desk.intake import Submission, Submitter
from guardrails.desk.overview import state_now
from guardrails.people import Verb
from guardrails.store.ledger import SqlLedger

router = APIRouter()
CandidateId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
MAX_KEY = 100
REPORT_TYPES = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


@router.get("/api/context")
def context(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_FACTS)]) -> Response:
    """Mode, trading state and registered data: what a drafter needs to know."""
    del actor
    return answer(
        {
            "mode": desk.settings.deployment.mode,
            "trading_state": state_now(desk.context),
            "language": desk.settings.deployment.language,
            "datasets": [copilot_dataset_view(one) for one in desk.datasets.datasets()],
        }
    )


@router.get("/api/datasets")
def datasets(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]) -> Response:
    """All registered datasets."""
    del actor
    return answer({"datasets": [dataset_view(one) for one in desk.datasets.datasets()]})


@router.post("/api/candidates", openapi_extra=schema_of(Submission))
async def submit(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.SUBMIT_CANDIDATE)]
) -> Response:
    """Submit a candidate; the same Idempotency-Key answers the first answer again."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (key.isascii() and key.isprintable() and len(key) <= MAX_KEY):
        raise InputError(
            "IDEMPOTENCY_KEY", f"a key has at most {MAX_KEY} printable ASCII characters", value=key
        )
    submission = await body_of(request, Submission)
    source: TrialSource = "draft" if actor.is_copilot or submission.thread_id else "manual"
    by = Submitter(actor.person_id, source)
    accepted = await asyncio.to_thread(desk.intake.submit, submission, by, key)
    await asyncio.to_thread(desk.judge.enqueue, accepted.candidate_id)
    return answer({"candidate_id": accepted.candidate_id, "status": "queued"}, 202)


@router.get("/api/candidates")
def candidates(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]) -> Response:
    """The newest candidates first."""
    del actor
    return answer({"candidates": [candidate_view(one) for one in desk.candidates.list()]})


@router.get("/api/candidates/{candidate_id}")
def candidate(
    candidate_id: CandidateId, desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_FACTS)]
) -> Response:
    """One candidate; the copilot gets its own response without holdout figures."""
    stored = desk.candidates.get(candidate_id)
    view = copilot_candidate_view if actor.is_copilot else candidate_view
    return answer(view(stored))


@router.post("/api/backtests", openapi_extra=schema_of(BacktestRequest))
async def run_backtest(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """Run a spec on train bars; the trial is counted."""
    asked = await body_of(request, BacktestRequest)
    ledger = SqlLedger(desk.database, actor.person_id)
    done = await asyncio.to_thread(
        backtest,
        asked,
        BacktestDesk(desk.datasets, ledger, desk.costs, desk.folders.strategies),
        actor.person_id,
    )
    return answer(done.as_dict())


@router.get("/reports/{candidate_id}.{form}")
def report(
    candidate_id: CandidateId,
    form: str,
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.READ_REPORTS)],
) -> Response:
    """A candidate's report as html, md or json."""
    del actor
    path = desk.folders.reports / f"{candidate_id}.{form}"
    if form not in REPORT_TYPES or not path.is_file():
        raise InputError(
            "REPORT_UNKNOWN", "there is no such report", value=f"{candidate_id[:12]}.{form}",
            hint="take html, md or json of a judged candidate",
        )  # fmt: skip
    headers = {"content-security-policy": report_csp()} if form == "html" else {}
    return Response(path.read_bytes(), media_type=REPORT_TYPES[form], headers=headers)

"""Research over HTTP: start a job, look how far it is, end it. Never for the copilot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from guardrails.desk.api.answers import answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.doors import Actor, entering
from guardrails.desk.research_jobs import ResearchJobs
from guardrails.desk.researching import ResearchRequest
from guardrails.people import Verb

router = APIRouter()
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


def jobs_of(request: Request) -> ResearchJobs:
    """The jobs of the desk that this application serves."""
    found = request.app.state.research
    if not isinstance(found, ResearchJobs):
        raise TypeError("the application was composed without research")
    return found


JobsOf = Annotated[ResearchJobs, Depends(jobs_of)]


@router.post("/api/research", openapi_extra=schema_of(ResearchRequest))
async def begin(
    request: Request, jobs: JobsOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """Queue a job; every run of it is a counted trial."""
    asked = await body_of(request, ResearchRequest)
    return answer(jobs.submit(asked, actor.person_id).view(), 202)


@router.get("/api/research/{job_id}")
def state(
    job_id: JobId, jobs: JobsOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """How far a job is, and its answer when it is done."""
    del actor
    return answer(jobs.find(job_id).view())


@router.delete("/api/research/{job_id}")
def cancel(
    job_id: JobId, jobs: JobsOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """End a job; finished rows are kept, and the same request goes on where it was."""
    del actor
    return answer(jobs.cancel(job_id).view())

"""The registry of experiments and the revealing of figures over HTTP: for people only.

The copilot has no door here: its few doors are a closed list, and the figures of trials reach it
as facts of its own candidates alone.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from engine.errors import InputError
from guardrails.desk.api.answers import Refused, answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.candidates import CandidateId
from guardrails.desk.api.doors import Actor, DeskOf, entering
from guardrails.desk.desk import Desk
from guardrails.desk.experiment_best import SHOWN, best_of
from guardrails.desk.experiments import LIMIT, Experiments, Filters
from guardrails.desk.revealing import Confirmation, Revealing
from guardrails.people import Verb
from guardrails.reasons import Denial

router = APIRouter()
Words = Annotated[str | None, Query(max_length=100)]


def _registry(desk: Desk) -> Experiments:
    return Experiments(desk.database, desk.context.gateway.fills)


def since_of(text: str | None) -> datetime | None:
    """A day or time of a filter, UTC when it names no zone.

    Raises:
        InputError: SINCE_INVALID.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            "SINCE_INVALID", "this is no date", value=text, hint="write 2026-01-31"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@router.get("/api/experiments")
async def experiments(  # noqa: PLR0913, PLR0917 - the filters of a list
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.READ_REPORTS)],
    market: Words = None,
    strategy: Words = None,
    type: Words = None,  # noqa: A002 - the filter's name at the door
    since: Words = None,
    limit: int = LIMIT,
) -> Response:
    """The newest experiments first, with the number of all trials ever made."""
    del actor
    wanted = Filters(market, strategy, type, since_of(since), limit)

    def read() -> dict[str, object]:
        """The slow part, on a thread."""
        found = _registry(desk)
        rows = found.list(wanted)
        return {"experiments": [one.as_dict() for one in rows], "trials": found.count()}

    return answer(await asyncio.to_thread(read))


@router.get("/api/experiments/best")
async def best(
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.READ_REPORTS)],
    market: Annotated[str, Query(max_length=100)],
    limit: int = SHOWN,
) -> Response:
    """The best of a market: rank, N, p_IS and tier beside every figure."""
    del actor
    samples = desk.settings.gate.bootstrap_samples

    def read() -> dict[str, object]:
        """The slow part, on a thread."""
        datasets = desk.datasets.datasets()
        return best_of(_registry(desk), datasets, market, limit=limit, samples=samples).as_dict()

    return answer(await asyncio.to_thread(read))


@router.get("/api/experiments/compare")
async def compare(
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.READ_REPORTS)],
    id: Annotated[list[str], Query(max_length=20)],  # noqa: A002 - the name at the door
) -> Response:
    """Experiments side by side."""
    del actor
    return answer(await asyncio.to_thread(_registry(desk).compare, id))


@router.get("/api/experiments/{name}")
async def experiment(
    name: str, desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]
) -> Response:
    """One experiment with its rules in words, lineage, code and history."""
    del actor
    return answer(await asyncio.to_thread(_registry(desk).show, name[:100]))


def _revealing(desk: Desk) -> Revealing:
    return Revealing(desk.database, desk.context.signer, desk.clock, desk.judge.redraw)


@router.get("/api/candidates/{candidate_id}/reveal")
def offer(
    candidate_id: CandidateId, desk: DeskOf, actor: Annotated[Actor, entering(Verb.REVEAL_FIGURES)]
) -> Response:
    """What it costs to see the figures of a look that failed."""
    found = _revealing(desk).offer(actor.caller, candidate_id)
    if isinstance(found, Denial):
        raise Refused(found)
    return answer(found.as_dict())


@router.post("/api/candidates/{candidate_id}/reveal", openapi_extra=schema_of(Confirmation))
async def reveal(
    request: Request,
    candidate_id: CandidateId,
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.REVEAL_FIGURES)],
) -> Response:
    """Show the figures of a look that failed; the body repeats the fall of the cap as read."""
    read = await body_of(request, Confirmation)
    signed = await asyncio.to_thread(_revealing(desk).reveal, actor.caller, candidate_id, read)
    if isinstance(signed, Denial):
        raise Refused(signed)
    return answer({**dict(signed), "report": f"/reports/{candidate_id}.html"})

"""Chat over HTTP: one turn as a stream of server-sent events, and the history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from engine.market import Name
from engine.records import Record
from guardrails.desk.api.answers import answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.doors import Actor, DeskOf, entering
from guardrails.desk.chat import Ask
from guardrails.desk.copilot_client import sse
from guardrails.people import Verb

router = APIRouter()
ThreadPath = Annotated[str, Path(pattern="^[a-z0-9_-]{1,64}$")]


class TurnRequest(Record):
    """One message of a conversation."""

    thread_id: Name
    text: Annotated[str, Field(min_length=1, max_length=4_000)]
    language: Literal["en", "de"] = "en"


@router.post("/api/chat", openapi_extra=schema_of(TurnRequest))
async def turn(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.CHAT)]
) -> Response:
    """Relay a message to the copilot; every number is filled in by the desk."""
    asked = await body_of(request, TurnRequest)
    ask = Ask(asked.thread_id, asked.text, actor.person_id, asked.language)

    async def stream() -> AsyncIterator[bytes]:
        """The turn's events as bytes."""
        async for event in desk.chat.turn(ask):
            yield sse(event)

    headers = {"x-accel-buffering": "no", "cache-control": "no-store"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


@router.get("/api/chat")
def threads(desk: DeskOf, actor: Annotated[Actor, entering(Verb.CHAT)]) -> Response:
    """The person's own conversations."""
    rows = [
        {"thread_id": one.thread_id, "title": one.title, "last": one.last}
        for one in desk.history.threads(actor.person_id)
    ]
    return answer({"threads": rows})


@router.get("/api/chat/{thread_id}")
def thread(
    thread_id: ThreadPath, desk: DeskOf, actor: Annotated[Actor, entering(Verb.CHAT)]
) -> Response:
    """One of the person's own conversations."""
    rows = [
        {"role": one.role, "payload": one.payload, "created_at": one.created_at}
        for one in desk.history.thread(thread_id, actor.person_id)
    ]
    return answer({"messages": rows})

"""Chat pages: the conversation, the card of its last draft, and a post without scripts."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.errors import InputError
from engine.text import clean_text
from guardrails.desk.api.doors import DeskOf, require
from guardrails.desk.chat import Ask
from guardrails.desk.web.cards import bubble, card
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.render import texts
from guardrails.people import Verb

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ThreadPath = Annotated[str, Path(pattern="^[a-z0-9_-]{1,64}$")]
MAX_TEXT: Final = 4_000
STAGE: Final = "chat_stage."


@router.get("/chat")
def new_chat() -> Response:
    """A new conversation."""
    return go(f"/chat/{uuid4().hex[:12]}")


@router.get("/chat/{thread_id}")
def chat(request: Request, thread_id: ThreadPath, desk: DeskOf) -> Response:
    """One conversation with the card of its last draft."""
    actor = require(request, Verb.CHAT)
    language = language_of(request)
    messages = desk.history.thread(thread_id, actor.person_id)
    return html(
        request,
        "chat.html",
        thread=thread_id,
        messages=[bubble(one, language) for one in messages],
        threads=[
            {"id": one.thread_id, "title": clean_text(one.title, 80) or one.thread_id}
            for one in desk.history.threads(actor.person_id)
        ],
        card=card(desk, messages, language),
        stages={
            key.removeprefix(STAGE): text
            for key, text in texts(language).items()
            if key.startswith(STAGE)
        },
    )


@router.post("/chat/{thread_id}")
async def send(request: Request, thread_id: ThreadPath, desk: DeskOf) -> Response:
    """Send a message without scripts: the page comes back with the whole answer."""
    actor, form = await posted(request, Verb.CHAT)
    text = form.get("text", "").strip()
    if not 0 < len(text) <= MAX_TEXT:
        raise InputError(
            "MESSAGE_LENGTH", f"a message has 1 to {MAX_TEXT} characters", value=len(text)
        )
    ask = Ask(thread_id, text, actor.person_id, language_of(request))
    async for _ in desk.chat.turn(ask):
        pass  # the desk keeps what was answered
    return go(f"/chat/{thread_id}")

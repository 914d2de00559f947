"""Chat pages: the conversation, the card of its last draft, and a post without scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.language.wording import in_words
from engine.records import parse_record
from guardrails.desk.api.doors import DeskOf, require
from guardrails.desk.chat import Ask
from guardrails.desk.intake import dataset_for
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.render import Language
from guardrails.people import Verb
from guardrails.store.chat import Message

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ThreadPath = Annotated[str, Path(pattern="^[a-z0-9_-]{1,64}$")]
MAX_TEXT = 4_000


def _last_draft(messages: Sequence[Message]) -> dict[str, Any] | None:
    for message in reversed(messages):
        draft = message.payload.get("draft")
        if isinstance(draft, dict) and isinstance(draft.get("reply"), dict):
            return draft
    return None


def last_spec(messages: Sequence[Message]) -> StrategySpec:
    """The spec of the conversation's last draft; DRAFT_MISSING without one."""
    draft = _last_draft(messages)
    spec = None if draft is None else draft["reply"].get("spec")
    if spec is None:
        raise InputError(
            "DRAFT_MISSING", "this conversation has no complete draft yet",
            hint="answer the open questions, or describe the idea again",
        )  # fmt: skip
    return parse_record(StrategySpec, json.dumps(spec))


@router.get("/chat")
def new_chat() -> Response:
    """A new conversation."""
    return go(f"/chat/{uuid4().hex[:12]}")


@router.get("/chat/{thread_id}")
def chat(request: Request, thread_id: ThreadPath, desk: DeskOf) -> Response:
    """One conversation with the card of its last draft."""
    actor = require(request, Verb.CHAT)
    messages = desk.history.thread(thread_id, actor.person_id)
    return html(
        request,
        "chat.html",
        thread=thread_id,
        messages=messages,
        threads=desk.history.threads(actor.person_id),
        card=_card(desk, messages, language_of(request)),
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


def _card(
    desk: DeskOf, messages: Sequence[Message], language: Language
) -> dict[str, object] | None:
    draft = _last_draft(messages)
    if draft is None:
        return None
    reply, spec = draft["reply"], None
    if reply.get("spec") is not None:
        spec = parse_record(StrategySpec, json.dumps(reply["spec"]))
    trial = None if spec is None else _next_trial(desk, spec)
    return {
        "name": reply["status"] if spec is None else spec.name,
        "drafter": draft.get("drafter", ""),
        "words": () if spec is None else in_words(spec, language),
        "spec": None if spec is None else json.dumps(reply["spec"], indent=1, ensure_ascii=False),
        "can_submit": trial is not None,
        "next_trial": trial,
        "lists": [
            ("questions", [row["text"] for row in reply.get("questions", [])]),
            ("assumptions", [_assumed(row) for row in reply.get("assumptions", [])]),
            ("conflicts", [row["text"] for row in reply.get("conflicts", [])]),
            ("unsupported", [row["text"] for row in reply.get("unsupported", [])]),
            ("refused", list(reply.get("refusal_codes", []))),
            ("findings", [f"{row['code']}: {row['message']}" for row in draft.get("findings", [])]),
        ],
    }


def _assumed(row: dict[str, Any]) -> str:
    return f"{row['field']} = {row['value']} ({row['why']})"


def _next_trial(desk: DeskOf, spec: StrategySpec) -> int | None:
    try:
        dataset = dataset_for(desk.datasets, spec, None)
    except InputError:
        return None
    return desk.ledger.count(dataset.family) + 1

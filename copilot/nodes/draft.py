"""Drafting: the model fills the envelope, or the fixed rules do; the checker runs after both."""

from __future__ import annotations

import json
from typing import Final

from copilot.model import ChatModel, Message, ModelOutcome, ModelRequest, Schema
from copilot.narrator import passage_list
from copilot.nodes.emitting import emit
from copilot.nodes.intake import language_of
from copilot.offline.safety import refusals
from copilot.operator_list import operator_list
from copilot.parts import Parts
from copilot.prompts import fenced, fill
from copilot.retrieval import Passage
from copilot.speech import speak
from copilot.state import Json, Node, State, reply_of
from engine.errors import InputError
from engine.language.findings import SpecFinding
from engine.language.reply import DraftReply
from engine.language.schema import draft_schema
from engine.records import parse_record

MAX_ROUNDS: Final = 2
MAX_TOKENS: Final = 3_000
_GIVES_WAY: Final = frozenset({"rate_limited", "overloaded", "unreachable", "budget", "cut_off"})
_HISTORY: Final = 8


def draft_with(parts: Parts) -> Node:
    """The node for these ports."""

    def draft(state: State) -> State:
        """Draft once; an unsafe wish with nothing else in it never reaches a model."""
        emit("stage", {"name": "draft"})
        if parts.model is None:
            return by_rules(parts, state)
        alone = by_rules(parts, state)
        if (alone.get("reply") or {}).get("status") == "refused":
            return alone
        return by_model(parts, parts.model, state, [])

    return draft


def repair_with(parts: Parts) -> Node:
    """The node that asks the model to correct its last answer."""

    def repair(state: State) -> State:
        """One round of repair with all findings at once."""
        emit("stage", {"name": "repair"})
        if parts.model is None:
            return {"rounds": MAX_ROUNDS}
        findings = state.get("unreadable") or _as_text(state.get("findings", []))
        note = fill("repair", findings=fenced("findings", findings))
        again = [
            Message(role="assistant", content=state.get("raw", "")[:20_000]),
            Message(role="user", content=note),
        ]
        changed = by_model(parts, parts.model, state, again)
        return {**changed, "rounds": state.get("rounds", 0) + 1}

    return repair


def needs_repair(state: State) -> bool:
    """Whether the last answer of a model could not be used and may be corrected once more."""
    if state.get("by") in {"", "offline"} or state.get("rounds", 0) >= MAX_ROUNDS:
        return False
    return bool(state.get("unreadable")) or has_errors(state.get("findings", []))


def has_errors(findings: list[Json]) -> bool:
    """Whether any finding refuses."""
    return any(row.get("level") == "error" for row in findings)


def by_rules(parts: Parts, state: State, notice: str = "") -> State:
    """The offline drafter's reply."""
    previous = reply_of(state.get("draft"))
    drafted = parts.offline().draft(
        state.get("pending", []), previous=previous, language=language_of(state)
    )
    return {
        "reply": drafted.reply.model_dump(mode="json"),
        "findings": [row.model_dump(mode="json") for row in drafted.findings],
        "by": "offline",
        "unreadable": "",
        "notice": notice,
    }


def by_model(parts: Parts, model: ChatModel, state: State, again: list[Message]) -> State:
    """The model's reply, parsed and checked; when it cannot be had the rules answer instead."""
    request = ModelRequest(
        messages=(Message(role="system", content=_prompt(parts, state)), *_turns(state), *again),
        max_tokens=MAX_TOKENS,
        schema=Schema("draft_reply", draft_schema()),
        spend=parts.spend(state),
    )
    outcome = model.complete(request)
    if outcome.kind in _GIVES_WAY:
        notice = speak("fallback", language_of(state), code=outcome.kind)
        return by_rules(parts, state, notice)
    if outcome.kind == "refusal":
        return by_rules(parts, state, speak("model_refusal", language_of(state)))
    return _read(parts, model, state, outcome)


def _read(parts: Parts, model: ChatModel, state: State, outcome: ModelOutcome) -> State:
    try:
        reply = parse_record(DraftReply, outcome.text)
    except InputError as error:
        return {
            "by": model.name, "raw": outcome.text, "reply": None, "findings": [],
            "unreadable": f"{error.code}: {error.message}"[:400],
        }  # fmt: skip
    reply = with_refusals(reply, state)
    findings: tuple[SpecFinding, ...] = ()
    if reply.spec is not None:
        findings = parts.check(reply.spec).findings
    return {
        "reply": reply.model_dump(mode="json"),
        "findings": [row.model_dump(mode="json") for row in findings],
        "by": model.name,
        "raw": outcome.text,
        "unreadable": "",
    }


def with_refusals(reply: DraftReply, state: State) -> DraftReply:
    """The reply with the codes that the words of the message demand, whatever the model thought.

    A reply that is not a draft carries no spec.
    """
    codes = refusals(state.get("text", ""), language_of(state))
    every = tuple(dict.fromkeys([*reply.refusal_codes, *codes]))
    spec = reply.spec if reply.status == "draft" else None
    status = "needs_clarification" if reply.status == "draft" and spec is None else reply.status
    return DraftReply(
        status=status, spec=spec, member_specs=reply.member_specs, questions=reply.questions,
        assumptions=reply.assumptions, conflicts=reply.conflicts, unsupported=reply.unsupported,
        refusal_codes=every,
    )  # fmt: skip


def _as_text(findings: list[Json]) -> str:
    rows = [
        f"{row.get('code')} at {row.get('path')}: {row.get('message')} {row.get('hint', '')}"
        + (f" Write: {row['fix']}" if row.get("fix") else "")
        for row in findings
        if row.get("level") == "error"
    ]
    return "\n".join(rows) or "none"


def _prompt(parts: Parts, state: State) -> str:
    context = parts.context()
    previous = state.get("draft") or {}
    passages = [Passage.model_validate(row) for row in state.get("passages", [])]
    return fill(
        "draft",
        language="German" if language_of(state) == "de" else "English",
        operators=operator_list(),
        context=context.model_dump_json() if context else "not known at the moment",
        previous=json.dumps(previous.get("spec")),
        passages=passage_list(passages),
    )


def _turns(state: State) -> list[Message]:
    rows = state.get("history", [])[-_HISTORY:]
    return [
        Message(
            role="user" if row["role"] == "user" else "assistant",
            content=fenced("message", row["text"]),
        )
        for row in rows
    ]

"""What a conversation shows: its messages and the card of its last draft.

All of it came from the copilot or a person and is untrusted: a part that is not what it must be
is left out, and nothing here becomes a link unless it is an id of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.language.wording import in_words
from engine.records import parse_record
from engine.text import clean_text
from guardrails.desk.desk import Desk
from guardrails.desk.intake import dataset_for
from guardrails.desk.web.refusals import fault_row
from guardrails.desk.web.render import Language, word
from guardrails.store.chat import Message

_ID = re.compile(r"^[0-9a-f]{64}$")
MAX_LINE: Final = 4_000
_LINES: Final = ("questions", "conflicts", "unsupported")


def _part(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = payload.get(name)
    return found if isinstance(found, dict) else {}


def _rows(payload: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = payload.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _text(row: Mapping[str, Any], name: str) -> str:
    return clean_text(str(row.get(name) or ""), 600)


def shown_lines(text: str) -> str:
    """Text with its line breaks, each line without control, format or bidi characters."""
    return "\n".join(clean_text(line, MAX_LINE) for line in text.splitlines())


def _last_draft(messages: Sequence[Message]) -> dict[str, Any] | None:
    for message in reversed(messages):
        draft = _part(message.payload, "draft")
        if isinstance(draft.get("reply"), dict):
            return draft
    return None


def last_spec(messages: Sequence[Message]) -> StrategySpec:
    """The spec of the conversation's last draft.

    Raises:
        InputError: DRAFT_MISSING without one, or what is wrong with it.
    """
    draft = _last_draft(messages)
    spec = None if draft is None else draft["reply"].get("spec")
    if spec is None:
        raise InputError(
            "DRAFT_MISSING", "this conversation has no complete draft yet",
            hint="answer the open questions, or describe the idea again",
        )  # fmt: skip
    return parse_record(StrategySpec, json.dumps(spec))


def bubble(message: Message, language: Language) -> dict[str, object]:
    """One message for the page."""
    payload = message.payload
    if message.role == "user":
        text = shown_lines(str(payload.get("text", "")))
        return {"mine": True, "text": text, "at": message.created_at}
    answer, error = _part(payload, "answer"), _part(payload, "error")
    return {
        "mine": False,
        "at": message.created_at,
        "text": shown_lines(str(answer.get("text", ""))),
        "problem": _problem(error, language) if error else None,
        "sources": [_source(row) for row in _rows(answer, "citations")],
        "unverified": _count(answer.get("unverified")),
        "taken_out": _count(answer.get("taken_out")),
        "candidate": _candidate(payload),
        "verdict": _text(_part(payload, "verdict"), "verdict"),
    }


def _problem(error: Mapping[str, Any], language: Language) -> dict[str, str]:
    fault = InputError(_text(error, "code"), _text(error, "message"), hint=_text(error, "hint"))
    return fault_row(fault, language)


def _source(row: Mapping[str, Any]) -> str:
    title, section = _text(row, "title"), _text(row, "section")
    return f"{title}: {section}" if section else title


def _count(found: object) -> int:
    if isinstance(found, list):
        return len(found)
    return found if isinstance(found, int) else 0


def _candidate(payload: Mapping[str, Any]) -> str | None:
    for name in ("verdict", "candidate"):
        found = _text(_part(payload, name), "candidate_id")
        if _ID.match(found):
            return found
    return None


def card(desk: Desk, messages: Sequence[Message], language: Language) -> dict[str, object] | None:
    """The candidate card of the last draft; None before the first one."""
    draft = _last_draft(messages)
    if draft is None:
        return None
    reply = draft["reply"]
    spec, problem = _spec(reply, language)
    lists = [(name, [_text(row, "text") for row in _rows(reply, name)]) for name in _LINES]
    codes = reply.get("refusal_codes")
    refused = [word(language, "refusal", one) for one in codes] if isinstance(codes, list) else []
    return {
        "name": _name(reply, spec, language),
        "drafter": word(language, "drafter", draft.get("drafter", "")),
        "words": () if spec is None else in_words(spec, language),
        "spec": None if spec is None else spec_text(reply["spec"]),
        "problem": problem,
        "next_trial": None if spec is None else _next_trial(desk, spec),
        "assumptions": [
            {name: _text(row, name) for name in ("field", "value", "why")}
            for row in _rows(reply, "assumptions")
        ],
        "findings": [
            {"code": _text(row, "code"), "text": _text(row, "message")}
            for row in _rows(draft, "findings")
        ],
        "lists": [*lists, ("refused", refused)],
    }


def spec_text(data: object) -> str:
    """A spec's JSON for reading."""
    return shown_lines(json.dumps(data, indent=1, ensure_ascii=False))


def _name(reply: Mapping[str, Any], spec: StrategySpec | None, language: Language) -> str:
    if spec is None:
        return word(language, "draft_status", reply.get("status"))
    return clean_text(spec.name, 80)


def _spec(
    reply: Mapping[str, Any], language: Language
) -> tuple[StrategySpec | None, dict[str, str] | None]:
    """The draft's spec, or why what stands there is none."""
    if reply.get("spec") is None:
        return None, None
    try:
        return parse_record(StrategySpec, json.dumps(reply["spec"])), None
    except InputError as error:
        return None, fault_row(error, language)


def _next_trial(desk: Desk, spec: StrategySpec) -> int | None:
    """Number of the trial that a submission would be; None without data for its market."""
    try:
        dataset = dataset_for(desk.datasets, spec, None)
    except InputError:
        return None
    return desk.ledger.count(dataset.family) + 1

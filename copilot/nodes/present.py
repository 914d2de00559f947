"""Showing a draft: the card, and in words what was done, left out, refused or is still missing."""

from __future__ import annotations

from copilot.nodes.draft import has_errors
from copilot.nodes.emitting import emit, say
from copilot.nodes.intake import language_of
from copilot.parts import Parts
from copilot.speech import speak
from copilot.state import Node, State, remembered, reply_of
from engine.language.phrasing import Language
from engine.language.reply import DraftReply
from engine.language.wording import in_words


def present_with(parts: Parts) -> Node:
    """The node for these ports."""

    def present(state: State) -> State:
        """Send the draft out and put it on the table; a draft alone spends no trial."""
        language = language_of(state)
        reply = reply_of(state.get("reply"))
        if reply is None:
            return _unreadable(state, language)
        words = in_words(reply.spec, language) if reply.spec is not None else ()
        emit(
            "draft",
            {
                "reply": reply.model_dump(mode="json"),
                "findings": state.get("findings", []),
                "words": list(words),
                "drafter": state.get("by") or parts.drafter,
            },
        )
        goes_on = will_submit(state)
        text = in_sentences(reply, state, language, submitting=goes_on)
        if not goes_on:
            say(text)
        return _tabled(state, reply, text)

    return present


def _unreadable(state: State, language: Language) -> State:
    code = (state.get("unreadable") or "MODEL_REPLY_INVALID").split(":")[0]
    text = speak("unreadable", language, code=code)
    emit("error", {"code": "MODEL_REPLY_INVALID", "message": text, "hint": ""})
    return {"history": remembered(state.get("history", []), "assistant", text), "stopped": True}


def will_submit(state: State) -> bool:
    """Whether this turn goes on to the gate: asked for, drafted, and without errors."""
    reply = state.get("reply") or {}
    drafted = reply.get("status") == "draft" and reply.get("spec") is not None
    return bool(state.get("wants_submit")) and drafted and not has_errors(state.get("findings", []))


def _tabled(state: State, reply: DraftReply, text: str) -> State:
    history = remembered(state.get("history", []), "assistant", text)
    if reply.spec is None:
        return {"history": history}
    return {
        "history": history,
        "draft": reply.model_dump(mode="json"),
        "draft_by": state.get("by", ""),
        "pending": [],
    }


def in_sentences(
    reply: DraftReply, state: State, language: Language, *, submitting: bool = False
) -> str:
    """A reply in words for the conversation; the card shows rules and numbers."""
    lines = [state["notice"]] if state.get("notice") else []
    if reply.status == "draft":
        by = state.get("by", "offline")
        key = "drafted_offline" if by == "offline" else "drafted_model"
        lines.append(speak(key, language, by=by))
        lines += [speak("assumed", language)] if reply.assumptions else []
    lines += _named(reply, language)
    if reply.status == "draft" and not submitting:
        errors = has_errors(state.get("findings", []))
        lines.append(speak("with_findings" if errors else "how_to_submit", language))
    return "\n".join(lines)


def _named(reply: DraftReply, language: Language) -> list[str]:
    """Refusals, unsupported wishes, contradictions and questions, each under its heading."""
    lines: list[str] = []
    drafted = reply.status == "draft"
    if reply.refusal_codes:
        lines.append(speak("refused_part" if drafted else "refused", language))
        lines += [f"- {speak(f'refusal_{code}', language)}" for code in reply.refusal_codes]
    if reply.unsupported:
        lines.append(speak("left_out" if drafted else "unsupported", language))
        lines += [f"- {item.text}" for item in reply.unsupported]
    if reply.conflicts:
        lines.append(speak("conflict", language))
        lines += [f"- {item.text}" for item in reply.conflicts]
    if reply.questions:
        lines.append(speak("questions", language))
        lines += [f"- {item.text}" for item in reply.questions]
    return lines

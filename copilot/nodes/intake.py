"""Intake and understanding: what was said, in which language, and what is wanted."""

from __future__ import annotations

from typing import Final

from copilot.nodes.emitting import emit
from copilot.offline.detection import detect
from copilot.offline.intent import intent_of, wants_submit
from copilot.offline.redaction import redact
from copilot.offline.safety import refusals
from copilot.state import MAX_PENDING, State, remembered
from engine.language.phrasing import Language

FRESH: Final[State] = {
    "intent": "", "wants_submit": False, "passages": [], "reply": None, "findings": [], "by": "",
    "raw": "", "rounds": 0, "unreadable": "", "notice": "", "stopped": False,
}  # fmt: skip
"""What every turn starts from."""


def language_of(state: State) -> Language:
    """The language of the turn."""
    return "de" if state.get("language") == "de" else "en"


def intake(state: State) -> State:
    """Take a message in: secrets cut out, language found, everything of the last turn cleared."""
    emit("stage", {"name": "intake"})
    text = redact(state.get("text", ""))
    asked = state.get("asked_language")
    default: Language = "de" if asked == "de" else "en"
    return {
        **FRESH,
        "text": text,
        "turn": state.get("turn", 0) + 1,
        "language": detect(text, default),
        "history": remembered(state.get("history", []), "user", text),
        "pending": [*state.get("pending", []), text][-MAX_PENDING:],
    }


def understand(state: State) -> State:
    """Decide by words, never by a model: draft, answer or submit."""
    emit("stage", {"name": "understand"})
    text, language = state.get("text", ""), language_of(state)
    wanted = intent_of(text, language)
    if state.get("submit") and state.get("draft") is not None and wanted == "answer":
        wanted = "submit"
    refused = bool(refusals(text, language))
    if refused:
        wanted = "draft"  # the drafter says what is refused, and why; nothing is handed in with it
    submit = bool(state.get("submit")) or wants_submit(text, language)
    return {"intent": wanted, "wants_submit": submit and not refused}

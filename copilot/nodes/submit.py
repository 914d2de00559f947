"""Submission: only when the user asked for it, once per draft, and the desk has the last word."""

from __future__ import annotations

from copilot.desk_client import Submission
from copilot.nodes.draft import has_errors
from copilot.nodes.emitting import emit, say
from copilot.nodes.intake import language_of
from copilot.parts import Parts
from copilot.speech import speak
from copilot.state import Node, State, remembered, reply_of
from engine.errors import PeakError
from engine.language.spec import StrategySpec
from engine.records import digest


def submission_key(thread_id: str, spec: StrategySpec) -> str:
    """Idempotency key of a draft in a conversation: the same one is submitted once."""
    return digest("peak/submission/v1", {"thread": thread_id, "spec": spec.digest})


def submit_with(parts: Parts) -> Node:
    """The node for these ports; it may run twice, the key makes it one submission."""

    def submit(state: State) -> State:
        """Hand the draft on the table to the gate."""
        emit("stage", {"name": "submit"})
        language = language_of(state)
        reply = reply_of(state.get("draft"))
        if reply is None or reply.spec is None:
            return _stopped(state, speak("no_draft", language))
        findings = [row.model_dump(mode="json") for row in parts.check(reply.spec).findings]
        if has_errors(findings):
            return _stopped(state, speak("with_findings", language))
        key = submission_key(state.get("thread_id", ""), reply.spec)
        try:
            accepted = parts.desk.submit(_submission(parts, state, reply.spec), key)
        except PeakError as error:
            text = speak("not_submitted", language) + " " + _trouble(error, state)
            return _stopped(state, text)
        emit("candidate", {"candidate_id": accepted.candidate_id})
        known = {"candidate_id": accepted.candidate_id, "spec_digest": reply.spec.digest}
        return {"candidate": known, "stopped": False}

    return submit


def _submission(parts: Parts, state: State, spec: StrategySpec) -> Submission:
    by = state.get("draft_by", "")
    cutoff = parts.settings.knowledge_cutoff or "unknown"
    parent = (state.get("candidate") or {}).get("candidate_id")
    return Submission(
        spec=spec,
        rationale=spec.hypothesis,
        thread_id=state.get("thread_id") or None,
        models=() if by in {"", "offline"} else ((by, cutoff),),
        parent=parent,
    )


def _trouble(error: PeakError, state: State) -> str:
    return speak(
        "desk_trouble", language_of(state), code=error.code, message=error.message, hint=error.hint
    ).strip()


def _stopped(state: State, text: str) -> State:
    say(text)
    return {"history": remembered(state.get("history", []), "assistant", text), "stopped": True}

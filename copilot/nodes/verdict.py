"""The verdict: read from the desk while the gate works, then put into words."""

from __future__ import annotations

from copilot.desk_client import CandidateView
from copilot.narrator import Narrator
from copilot.nodes.emitting import cited, emit, say
from copilot.nodes.intake import language_of
from copilot.parts import Parts
from copilot.retrieval import Passage
from copilot.speech import speak
from copilot.state import Node, State, remembered, verdict_of
from engine.errors import PeakError


def read_verdict_with(parts: Parts) -> Node:
    """The node for these ports."""

    def read_verdict(state: State) -> State:
        """Ask the desk until the candidate is judged, or say how it stands."""
        candidate_id = str((state.get("candidate") or {}).get("candidate_id", ""))
        language = language_of(state)
        try:
            view = _wait(parts, candidate_id)
        except PeakError as error:
            text = speak(
                "desk_trouble", language, code=error.code, message=error.message, hint=error.hint
            )
            return _ended(state, text, candidate_id)
        if view.status == "failed":
            return _ended(
                state, speak("gate_failed", language, what=view.error or ""), candidate_id
            )
        if view.verdict is None:
            return _ended(state, speak("still_judging", language), candidate_id)
        verdict = view.verdict.model_dump(mode="json")
        emit("verdict", {"candidate_id": candidate_id, "verdict": verdict})
        return {
            "candidate": {**(state.get("candidate") or {}), "verdict": verdict},
            "stopped": False,
        }

    return read_verdict


def _wait(parts: Parts, candidate_id: str) -> CandidateView:
    """Poll until judged or until patience ends; each new stage is shown."""
    deadline = parts.clock.monotonic() + parts.verdict_wait_s
    shown = ""
    while True:
        view = parts.desk.candidate(candidate_id)
        stage = f"gate {view.progress.stage or view.status}"
        if stage != shown:
            emit("stage", {"name": stage})
            shown = stage
        if view.status in {"judged", "failed"} or parts.clock.monotonic() > deadline:
            return view
        parts.sleep(parts.poll_s)


def _ended(state: State, text: str, candidate_id: str) -> State:
    say(text, candidate_id=candidate_id)
    return {"history": remembered(state.get("history", []), "assistant", text), "stopped": True}


def narrate_with(parts: Parts) -> Node:
    """The node for these ports."""

    def narrate(state: State) -> State:
        """Say what the verdict means, with placeholders where figures belong."""
        emit("stage", {"name": "narrate"})
        verdict = verdict_of(state.get("candidate"))
        if verdict is None:
            return {}
        rows = state.get("passages", [])
        told = Narrator(parts.model).narrate(
            verdict,
            language_of(state),
            [Passage.model_validate(row) for row in rows],
            spend=parts.spend(state),
        )
        candidate_id = str((state.get("candidate") or {}).get("candidate_id", "")) or None
        used = cited(rows) if told.by != "template" else []
        say(told.text, citations=used, candidate_id=candidate_id, unverified=told.unverified)
        return {"history": remembered(state.get("history", []), "assistant", told.text)}

    return narrate

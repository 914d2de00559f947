"""Questions of understanding: answered from facts, draft and knowledge, never by drafting."""

from __future__ import annotations

import json
from typing import Final

from copilot.model import ChatModel, Message, ModelRequest
from copilot.narrator import fact_list, passage_list, refused_words
from copilot.nodes.emitting import cited, emit, say
from copilot.nodes.intake import language_of
from copilot.nodes.submit import submission_key
from copilot.parts import Parts
from copilot.prompts import fenced, fill
from copilot.retrieval import Passage
from copilot.rule_answers import Known, answer_by_rules
from copilot.speech import speak
from copilot.state import Node, State, remembered, reply_of, verdict_of
from copilot.tools import READ_TOOLS, SUBMIT_TOOL, ToolBox
from engine.facts.table import Fact
from engine.language.wording import in_words

MAX_TOKENS: Final = 900
_HISTORY: Final = 8


def answer_with(parts: Parts) -> Node:
    """The node for these ports."""

    def answer(state: State) -> State:
        """Answer a question; a model's words are checked before anybody sees them."""
        emit("stage", {"name": "answer"})
        language = language_of(state)
        plain = answer_by_rules(state.get("text", ""), language, known_of(state))
        candidate_id = str((state.get("candidate") or {}).get("candidate_id", "")) or None
        if parts.model is None:
            say(plain.text, citations=cited(list(plain.passages)), candidate_id=candidate_id)
            return {"history": remembered(state.get("history", []), "assistant", plain.text)}
        text, unverified = _by_model(parts, parts.model, state)
        if not text or unverified:
            text = "\n".join(line for line in (text if not unverified else "", plain.text) if line)
        rows = state.get("passages", [])
        say(text, citations=cited(rows), candidate_id=candidate_id, unverified=unverified)
        return {"history": remembered(state.get("history", []), "assistant", text)}

    return answer


def known_of(state: State) -> Known:
    """What an answer may be built from."""
    reply = reply_of(state.get("draft"))
    return Known(
        draft=reply.spec if reply is not None else None,
        verdict=verdict_of(state.get("candidate")),
        passages=tuple(state.get("passages", [])),
    )


def _by_model(parts: Parts, model: ChatModel, state: State) -> tuple[str, tuple[str, ...]]:
    """(text, words that may not stand); the loop of tool calls ends with the turn's budget."""
    language = language_of(state)
    verdict = verdict_of(state.get("candidate"))
    facts = verdict.facts if verdict is not None else ()
    box = _toolbox(parts, state)
    messages = [Message(role="system", content=_prompt(state, facts)), *_turns(state)]
    while True:
        outcome = model.complete(
            ModelRequest(
                tuple(messages),
                MAX_TOKENS,
                tools=(*READ_TOOLS, SUBMIT_TOOL),
                spend=parts.spend(state),
            )
        )
        if outcome.kind == "budget":
            return speak("budget", language), ()
        if outcome.kind != "reply":
            return speak("fallback", language, code=outcome.kind), ()
        if not outcome.tool_calls:
            return outcome.text.strip(), refused_words(outcome.text, facts, state.get("text", ""))
        messages.append(
            Message(role="assistant", content=outcome.text, tool_calls=outcome.tool_calls)
        )
        for call in outcome.tool_calls:
            result = box.call(call)
            content = fenced(f"tool {result.name}", result.content)
            messages.append(Message(role="tool", content=content, tool_call_id=call.id))


def _toolbox(parts: Parts, state: State) -> ToolBox:
    thread = state.get("thread_id", "")
    return ToolBox(
        desk=parts.desk,
        retriever=parts.retriever,
        today=parts.clock.now().date(),
        submit=lambda submission: (
            parts.desk.submit(submission, submission_key(thread, submission.spec)).candidate_id
        ),
        may_submit=bool(state.get("wants_submit")),
    )


def _prompt(state: State, facts: tuple[Fact, ...]) -> str:
    language = language_of(state)
    known = known_of(state)
    verdict = (
        {"verdict": known.verdict.verdict, "codes": list(known.verdict.codes)}
        if known.verdict
        else None
    )
    draft = "\n".join(in_words(known.draft, language)) if known.draft is not None else "none"
    return fill(
        "answer",
        language="German" if language == "de" else "English",
        facts=fact_list(facts),
        draft=fenced("draft", draft),
        verdict=json.dumps(verdict),
        passages=passage_list([Passage.model_validate(row) for row in state.get("passages", [])]),
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

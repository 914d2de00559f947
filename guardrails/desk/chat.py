"""Chat: relays a turn to the copilot, keeps the history, and fills every number itself.

The copilot never sees what a placeholder becomes: facts are put in on the way to the person. Its
word about a verdict counts for nothing: the desk tells what its own gate has said.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import InputError, PeakError
from engine.facts.placeholders import StreamFiller, fill
from engine.facts.table import Fact
from engine.language.spec import StrategySpec
from engine.language.wording import in_words
from engine.records import parse_record
from guardrails.desk.copilot_client import Copilot, TurnEvent
from guardrails.desk.unverified import preview, told
from guardrails.store.chat import ChatStore

FactsOf = Callable[[str | None], tuple[Fact, ...]]
"""Facts of a candidate (None: of no candidate) that people may be shown."""

VerdictOf = Callable[[str], dict[str, object] | None]
"""What the desk's own gate has said about a candidate; None when it has said nothing."""

KEPT = frozenset({"draft", "candidate", "verdict", "answer", "error"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One message of a person."""

    thread_id: str
    text: str
    person_id: str
    language: Literal["en", "de"]


@dataclass(slots=True)
class _Turn:
    ask: Ask
    facts_of: FactsOf
    verdict_of: VerdictOf
    candidate_id: str | None = None
    accepted: str = ""
    filler: StreamFiller | None = None
    kept: dict[str, object] = field(default_factory=dict)

    def show(self, event: TurnEvent) -> TurnEvent | None:
        """The event as the person sees it; None when there is nothing to show yet."""
        if event.name in {"candidate", "verdict"}:
            self.candidate_id = str(event.data.get("candidate_id", "")) or None
        if event.name == "token":
            return self._token(str(event.data.get("text", "")))
        if event.name == "draft":
            self.accepted += _drafted(event.data)
        shown = self._checked(event)
        if shown is not None and shown.name in KEPT:
            self.kept[shown.name] = shown.data
        return shown

    def _checked(self, event: TurnEvent) -> TurnEvent | None:
        if event.name == "answer":
            return self._answer(event)
        if event.name == "verdict":
            said = None if self.candidate_id is None else self.verdict_of(self.candidate_id)
            return None if said is None else TurnEvent("verdict", said)
        if event.name == "candidate":
            return TurnEvent("candidate", {"candidate_id": self.candidate_id})
        return event

    def _token(self, text: str) -> TurnEvent | None:
        if self.filler is None:
            self.filler = StreamFiller(self.facts_of(self.candidate_id), self.ask.language)
        ready = "".join(
            preview(part.text) if part.key is None else part.text
            for part in self.filler.feed_parts(text)
        )
        return TurnEvent("token", {"text": ready}) if ready else None

    def _answer(self, event: TurnEvent) -> TurnEvent:
        named = event.data.get("candidate_id") or self.candidate_id
        facts = self.facts_of(str(named) if named else None)
        accepted = f"{self.ask.text} {self.accepted}"
        raw = str(event.data.get("text", ""))
        answer = told(raw, facts, accepted, about_results=named is not None)
        filled = fill(answer.text, facts, self.ask.language)
        own = {
            "text": filled.text,
            "unknown_facts": list(filled.missing),
            "unverified": list(answer.unverified),
            "taken_out": answer.taken_out,
        }
        return TurnEvent("answer", event.data | own)


def _drafted(data: dict[str, object]) -> str:
    """The draft's rules as the desk words them: figures that the page shows anyway."""
    reply = data.get("reply")
    spec = reply.get("spec") if isinstance(reply, dict) else None
    if spec is None:
        return ""
    try:
        found = parse_record(StrategySpec, json.dumps(spec))
    except InputError:
        return ""  # a draft that cannot be read stands for no figure
    return " ".join((*in_words(found, "en"), *in_words(found, "de")))


class Chat:
    """The desk's side of a conversation."""

    def __init__(
        self, copilot: Copilot, store: ChatStore, facts_of: FactsOf, verdict_of: VerdictOf
    ) -> None:
        """Use the given copilot, history, facts and verdicts."""
        self._copilot = copilot
        self._store = store
        self._facts_of = facts_of
        self._verdict_of = verdict_of

    async def turn(self, ask: Ask) -> AsyncIterator[TurnEvent]:
        """Relay one message; always ends with an answer or an error, both kept in the history."""
        self._store.add(ask.thread_id, ask.person_id, "user", {"text": ask.text})
        turn = _Turn(ask, self._facts_of, self._verdict_of)
        try:
            async for event in self._copilot.turn(ask.thread_id, ask.text, ask.language):
                shown = turn.show(event)
                if shown is not None:
                    yield shown
        except PeakError as error:
            turn.kept["error"] = error.as_dict()
            yield TurnEvent("error", dict(error.as_dict()))
            yield TurnEvent("done", {})
        finally:
            # also when the person closed the page: what was answered so far is kept
            self._store.add(ask.thread_id, ask.person_id, "copilot", turn.kept)

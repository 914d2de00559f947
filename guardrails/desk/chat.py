"""Chat: relays a turn to the copilot, keeps the history, and fills every number itself.

The copilot never sees what a placeholder becomes: facts are put in on the way to the person.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import PeakError
from engine.facts.placeholders import StreamFiller, fill
from engine.facts.table import Fact
from guardrails.desk.copilot_client import Copilot, TurnEvent
from guardrails.store.chat import ChatStore

FactsOf = Callable[[str | None], tuple[Fact, ...]]
"""Facts of a candidate (None: of no candidate) that people may be shown."""

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
    candidate_id: str | None = None
    filler: StreamFiller | None = None
    kept: dict[str, object] = field(default_factory=dict)

    def show(self, event: TurnEvent) -> TurnEvent | None:
        """The event as the person sees it; None when there is nothing to show yet."""
        if event.name in {"candidate", "verdict"}:
            self.candidate_id = str(event.data.get("candidate_id", "")) or None
        if event.name == "token":
            return self._token(str(event.data.get("text", "")))
        shown = self._answer(event) if event.name == "answer" else event
        if shown.name in KEPT:
            self.kept[shown.name] = shown.data
        return shown

    def _token(self, text: str) -> TurnEvent | None:
        if self.filler is None:
            facts = self.facts_of(self.candidate_id)
            self.filler = StreamFiller(facts, self.ask.language)
        ready = self.filler.feed(text)
        return TurnEvent("token", {"text": ready}) if ready else None

    def _answer(self, event: TurnEvent) -> TurnEvent:
        candidate_id = event.data.get("candidate_id") or self.candidate_id
        facts = self.facts_of(str(candidate_id) if candidate_id else None)
        filled = fill(str(event.data.get("text", "")), facts, self.ask.language)
        data = event.data | {"text": filled.text, "unknown_facts": list(filled.missing)}
        return TurnEvent("answer", data)


class Chat:
    """The desk's side of a conversation."""

    def __init__(self, copilot: Copilot, store: ChatStore, facts_of: FactsOf) -> None:
        """Use the given copilot, history and facts."""
        self._copilot = copilot
        self._store = store
        self._facts_of = facts_of

    async def turn(self, ask: Ask) -> AsyncIterator[TurnEvent]:
        """Relay one message; always ends with an answer or an error, both kept in the history."""
        self._store.add(ask.thread_id, ask.person_id, "user", {"text": ask.text})
        turn = _Turn(ask, self._facts_of)
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

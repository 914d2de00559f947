"""Who is examined: a conversation goes in, one outcome per turn comes out.

The offline drafter is driven directly: secrets cut out, questions routed to the facts by the
copilot's own rule, everything else drafted. The graph's other routes (a bare wish to submit goes
past the drafter there) are not part of it. A model behind the same protocol is scored alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from copilot.offline.detection import detect
from copilot.offline.drafter import OfflineDrafter
from copilot.offline.intent import intent_of
from copilot.offline.normalise import Language
from copilot.offline.redaction import redact
from copilot.offline.safety import refusals
from copilot.rule_answers import Known, answer_by_rules
from engine.language.checker import check
from engine.language.reply import DraftReply
from engine.language.spec import StrategySpec
from evals.case import Action

ACTIONS: Final[dict[str, Action]] = {
    "needs_clarification": "clarify", "refused": "refuse", "unsupported": "unsupported",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one turn led to.

    Attributes:
        reply: the envelope; None when the turn was routed to the facts.
        text: the answer from the facts, placeholders unfilled.
        calls: names of every tool that was called.
        first_errors: error findings of the spec at the first try; `reply` holds the last one.
    """

    reply: DraftReply | None = None
    text: str = ""
    calls: tuple[str, ...] = ()
    first_errors: tuple[str, ...] = ()

    @property
    def action(self) -> Action:
        """The action as cases name it."""
        if self.reply is None:
            return "answer"
        if self.reply.status == "draft":
            return "partial" if self.reply.refusal_codes else "draft"
        return ACTIONS[self.reply.status]

    @property
    def spec(self) -> StrategySpec | None:
        """The spec of the reply, if it holds one."""
        return self.reply.spec if self.reply is not None else None

    @property
    def errors(self) -> tuple[str, ...]:
        """Codes of the error findings that the spec still has."""
        return errors_of(self.spec)


def errors_of(spec: StrategySpec | None) -> tuple[str, ...]:
    """Codes of what the checker refuses in a spec."""
    return () if spec is None else tuple(found.code for found in check(spec).errors)


class Subject(Protocol):
    """Anything that can hold a conversation."""

    name: str

    def converse(self, turns: Sequence[str]) -> tuple[Outcome, ...]:
        """One outcome per turn."""
        ...


class OfflineSubject:
    """The rule-based drafter, without desk, server, graph or model."""

    name = "offline"

    def __init__(self, drafter: OfflineDrafter | None = None) -> None:
        """Take the drafter; by default one with the language's checker."""
        self._drafter = drafter or OfflineDrafter(check)

    def converse(self, turns: Sequence[str]) -> tuple[Outcome, ...]:
        """One outcome per turn; questions do not reach the drafter."""
        outcomes: list[Outcome] = []
        drafted: list[str] = []
        spec: StrategySpec | None = None
        language: Language = "en"
        for turn in turns:
            text = redact(turn)
            language = detect(text, language)
            asks = intent_of(text, language) == "answer" and not refusals(text, language)
            if asks:
                answer = answer_by_rules(text, language, Known(draft=spec))
                outcomes.append(Outcome(text=answer.text))
                continue
            drafted.append(text)
            reply = self._drafter.draft(drafted).reply
            spec = reply.spec or spec
            outcomes.append(Outcome(reply, first_errors=errors_of(reply.spec)))
        return tuple(outcomes)

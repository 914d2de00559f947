"""Text about results: placeholders only, never a digit; the desk puts the figures in.

A template says what every code means. A model may say it more kindly, but what it writes is
checked, and one figure of its own sends the template out instead.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from copilot import verdict_texts as words
from copilot.model import ChatModel, Message, ModelRequest, Spend
from copilot.prompts import fenced, fill
from copilot.retrieval import Passage
from engine.facts.narration import check
from engine.facts.table import Fact
from engine.gate.findings import GateCode
from engine.gate.report import CopilotVerdict
from engine.language.phrasing import Language

MAX_TOKENS: Final = 700


@dataclass(frozen=True, slots=True)
class Narration:
    """A text with unfilled placeholders, what a model wrote and may not stand, and who wrote it."""

    text: str
    unverified: tuple[str, ...] = ()
    by: str = "template"


def _say(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "en" else pair[1]


def explain(code: GateCode, language: Language) -> str:
    """One code in plain words."""
    return _say(words.CODES.get(code, words.UNKNOWN_CODE), language)


def _figures(verdict: CopilotVerdict, language: Language) -> list[str]:
    known = {fact.key for fact in verdict.facts if fact.value is not None}
    lines = [_say(pair, language) for key, pair in words.LINES.items() if key in known]
    if "gate.trials" not in known:
        lines.insert(0, _say(words.TRIALS_UNKNOWN, language))
    return lines


def template(verdict: CopilotVerdict, language: Language) -> str:
    """The verdict in words: what it says, each reason, trials, costs, what to do next."""
    lines = [_say(words.VERDICTS[verdict.verdict], language)]
    if verdict.codes:
        heading = words.NOTES if verdict.verdict == "PASS" else words.REASONS
        lines.append(_say(heading, language))
        lines += [f"- {explain(code, language)}" for code in verdict.codes]
    lines += [*_figures(verdict, language), _say(words.COSTS, language)]
    lines.append(_say(words.NEXT_PASS if verdict.verdict == "PASS" else words.NEXT_FAIL, language))
    return "\n".join(lines)


def fact_list(facts: Sequence[Fact]) -> str:
    """The keys that a model may name, one per line, without their values."""
    return (
        "\n".join(f"{{{{{fact.key}}}}} ({fact.unit})" for fact in facts if not fact.sealed)
        or "none"
    )


@dataclass(frozen=True, slots=True)
class Narrator:
    """Words for a verdict: a model's if they hold, else the template's."""

    model: ChatModel | None = None

    def narrate(
        self,
        verdict: CopilotVerdict,
        language: Language,
        passages: Sequence[Passage] = (),
        *,
        spend: Spend | None = None,
    ) -> Narration:
        """Explain a verdict; never raises and never promises."""
        plain = template(verdict, language)
        if self.model is None:
            return Narration(plain)
        outcome = self.model.complete(_request(verdict, language, passages, spend))
        if outcome.kind != "reply" or not outcome.text.strip():
            return Narration(plain)
        refused = refused_words(outcome.text, verdict.facts)
        if refused:
            return Narration(plain, refused)
        return Narration(outcome.text.strip(), (), self.model.name)


def refused_words(
    text: str, facts: Sequence[Fact], user_text: str = "", *, promises: bool = True
) -> tuple[str, ...]:
    """What in a model's text may not stand: figures, unknown facts, wrong directions, promises."""
    found = [finding.value for finding in check(text, facts, user_text)]
    if promises:
        found += promised(text)
    return tuple(dict.fromkeys(found))


def promised(text: str) -> list[str]:
    """Words that promise a profit, German and English."""
    lowered = text.lower()
    return [word for word in _PROMISES if word in lowered]


_PROMISES: Final = (
    "guaranteed", "guarantees a", "will earn", "will make money", "will profit", "risk-free",
    "risk free", "cannot lose", "can't lose", "safe profit", "sure profit", "garantiert",
    "risikolos", "risikofrei", "wird verdienen", "wird gewinn", "sicherer gewinn",
    "kann nicht verlieren",
)  # fmt: skip


def _request(
    verdict: CopilotVerdict, language: Language, passages: Sequence[Passage], spend: Spend | None
) -> ModelRequest:
    codes = "\n".join(f"{code.value}: {explain(code, language)}" for code in verdict.codes)
    prompt = fill(
        "narrate",
        language="German" if language == "de" else "English",
        facts=fact_list(verdict.facts),
        verdict=json.dumps({"verdict": verdict.verdict, "tier": verdict.tier}),
        codes=codes or "none",
        passages=passage_list(passages),
    )
    return ModelRequest((Message(role="system", content=prompt),), MAX_TOKENS, spend=spend)


def passage_list(passages: Sequence[Passage]) -> str:
    """Passages for a prompt, each fenced with its source."""
    return "\n".join(fenced(f"{p.tier} {p.title}", p.text) for p in passages) or "none"

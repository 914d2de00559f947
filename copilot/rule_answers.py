# ruff: noqa: E501 - one row per figure reads as a table
"""Answers by rules: from the verdict, the draft or the knowledge base; figures as placeholders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from copilot.narrator import template
from copilot.offline.normalise import Language, normalise
from copilot.speech import speak
from engine.gate.report import CopilotVerdict
from engine.language.spec import StrategySpec
from engine.language.wording import in_words

_FIGURES: Final[tuple[tuple[str, str, tuple[str, str]], ...]] = (
    (r"(?:how long|longest|wie lange|längste\w*|duration|dauer\w*)[^.?]*draw ?down|draw ?down[^.?]*(?:long|last\w*|lange|dauer\w*)", "train.max_drawdown_days", ("Longest drawdown on train, days", "Längster Drawdown auf Train, Tage")),
    (r"draw ?downs?|rückgang|rückschlag", "train.max_drawdown", ("Deepest drawdown on train", "Tiefster Drawdown auf Train")),
    (r"sharpe", "train.sharpe", ("Sharpe on train", "Sharpe auf Train")),
    (r"sortino", "train.sortino", ("Sortino on train", "Sortino auf Train")),
    (r"win ?rate|hit ?rate|trefferquote|gewinnquote", "train.win_rate", ("Win rate on train", "Trefferquote auf Train")),
    (r"profit ?factor|profitfaktor|gewinnfaktor", "train.profit_factor", ("Profit factor on train", "Profitfaktor auf Train")),
    (r"how many trades|number of trades|trades?\b|wie viele trades|anzahl (?:der )?trades|abschlüsse", "train.trades", ("Closed trades on train", "Abgeschlossene Trades auf Train")),
    (r"volatility|volatilität|schwankung", "train.volatility", ("Volatility on train", "Volatilität auf Train")),
    (r"cagr|annual return|rendite pro jahr|jahresrendite", "train.cagr", ("Yearly return on train", "Jahresrendite auf Train")),
    (r"(?:total )?returns?|performance|rendite|ertrag|gewinn\b|profit\b|verdient|earn\w*", "train.total_return", ("Total return on train", "Gesamtertrag auf Train")),
    (r"fees?|gebühren|kosten|costs?", "train.fees", ("Fees on train", "Gebühren auf Train")),
    (r"trials?|versuche?", "gate.trials", ("Trials on this data", "Versuche auf diesen Daten")),
    (r"looks?\b|blicke?", "gate.looks_left", ("Looks left", "Verbleibende Blicke")),
)  # fmt: skip
_VERDICT: Final = re.compile(
    r"\b(?:gate|verdict|refus\w*|reject\w*|fail\w*|pass\w*|certificat\w*|result\w*|report|overfit\w*|candidate|urteil|prüfung|abgelehnt|durchgefallen|bestanden|zertifikat|ergebnis\w*|bericht|kandidat\w*|überangepasst|overfitt\w*)\b"
)
_RESULT: Final = re.compile(
    r"\b(?:run|lauf|test|backtest|last|letzte[nrsm]?|result\w*|ergebnis\w*|did it|hat (?:es|sie|er))\b"
)
_DRAFT: Final = re.compile(
    r"\b(?:stops?|exit\w*|entr(?:y|ies)|rules?|strateg\w*|draft|sizing|target\w*|position|parameters?|plain words|ausstieg\w*|einstieg\w*|regeln?|entwurf\w*|ziel\w*|größe|worten|parameter)\b"
)
_MEANS: Final = re.compile(
    r"\b(?:what (?:is|are|does|do)|mean\w*|explain|define|was (?:ist|sind|bedeutet|heißt)|bedeute[nt]\w*|erklär\w*|definier\w*)\b"
)
_QUOTE: Final = 420


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer may be built from: the draft, the last verdict, passages of the base."""

    draft: StrategySpec | None = None
    verdict: CopilotVerdict | None = None
    passages: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """A text with unfilled placeholders, and the passages it quotes."""

    text: str
    passages: tuple[dict[str, Any], ...] = ()


def _named_figures(text: str) -> list[tuple[str, tuple[str, str]]]:
    found = []
    for words, key, names in _FIGURES:
        if re.search(rf"(?<![a-zäöüß])(?:{words})", text):
            found.append((key, names))
    return found


def _figures(text: str, known: Known, language: Language) -> str:
    """The open figures that a question names, as placeholders; empty when it names none."""
    named = _named_figures(text)
    if not named:
        return ""
    if known.verdict is None:
        return speak("no_results", language)
    has = {fact.key for fact in known.verdict.facts if fact.value is not None and not fact.sealed}
    place = 0 if language == "en" else 1
    lines = [
        speak("figure", language, name=names[place], fact=key) for key, names in named if key in has
    ]
    return "\n".join(lines[:3]) or speak("no_fact", language)


def answer_by_rules(message: str, language: Language, known: Known) -> RuleAnswer:
    """Answer a question of understanding.

    A question about a result gets the figure's placeholder, one about the verdict its template,
    one about the draft the draft in words, one about a term a quotation with its source.
    """
    text = normalise(message, language)
    asks_meaning = _MEANS.search(text) is not None and not _RESULT.search(text)
    if not asks_meaning:
        figures = _figures(text, known, language)
        if figures:
            return RuleAnswer(figures)
    if _VERDICT.search(text) and not (asks_meaning and known.passages):
        if known.verdict is not None:
            return RuleAnswer(template(known.verdict, language))
        return RuleAnswer(speak("no_results", language))
    if known.draft is not None and _DRAFT.search(text):
        lines = [speak("from_draft", language), *in_words(known.draft, language)]
        return RuleAnswer("\n".join(lines))
    if known.passages:
        return _quoted(known.passages[:2], language)
    return RuleAnswer(speak("no_answer", language))


def _quoted(passages: tuple[dict[str, Any], ...], language: Language) -> RuleAnswer:
    lines = [speak("from_knowledge", language)]
    for row in passages:
        text = " ".join(str(row.get("text", "")).split())
        cut = text if len(text) <= _QUOTE else text[:_QUOTE].rsplit(" ", 1)[0] + " …"
        lines.append(f"{row.get('title')}, {row.get('section')}: {cut}".replace("{{", "{ {"))
    return RuleAnswer("\n".join(lines), passages)

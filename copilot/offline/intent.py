# ruff: noqa: E501 - regular expressions of one wish stay on one line
"""What a message wants: a draft, an answer, a submission; decided by words, never by a model."""

from __future__ import annotations

import re
from typing import Final, Literal

from copilot.offline.normalise import Language, normalise
from copilot.offline.symbols import find_symbols

Intent = Literal["draft", "answer", "submit"]

_BUILD: Final = re.compile(
    r"(?<![a-zäöüß])(?:(?:please |can you |could you |would you |kannst du |könntest du |bitte |i want (?:you )?to |i'?d like (?:you )?to |let'?s |ich will |ich möchte )*"
    r"(?:draft|build|create|design|set ?up|make|write|develop|generate|code|propose|construct|sketch|suggest|give me|try|trade|entwirf|entwerfe\w*|bau\w*|erstell\w*|mach\w*|schreib\w*|entwickl\w*|generier\w*|setz\w*|leg an|richte|skizzier\w*|schlag\w*|handle|probier\w*|gib mir)"
    r"|handelsidee|(?:a |my |eine? )?(?:strategy|strategie|system|idea|idee) (?:for|für|that|on|auf|with|mit|die|das)|(?:buy|sell|kauf\w*|verkauf\w*|long|short|enter|einstieg) (?:when|if|wenn|bei|on|at|sobald|\w+ (?:below|above|under|over|unter|über)))(?![a-zäöüß])"
)
_ASK: Final = re.compile(
    r"^\W*(?:and |but |so |ok(?:ay)?,? |und |aber |also |hm+,? |please |bitte |sag mal,? |hey,? |hi,? |now |nun )*"
    r"(?:what|why|how|when|which|who|where|is|are|was|were|does|do|did|has|have|can you (?:explain|tell|show|summari[sz]e|describe|say)|could you (?:explain|tell|show|summari[sz]e|describe)|should|would|will|"
    r"explain|tell me|describe|show me|summari[sz]e|walk me through|compare|list|clarify|define|interpret|remind me|"
    r"was|warum|wieso|weshalb|wie|wann|welche[rsnm]?|wer|wo(?:für|rum|zu|ran|von|durch|mit)?|wieviel\w*|ist|sind|hat|haben|war|waren|macht|gibt es|gab es|kann|darf|soll|muss|wird|lief|hält|hielt|"
    r"erklär\w*|sag(?:e)? mir|beschreib\w*|zeig\w*|fass\w*|vergleich\w*|erläuter\w*|nenn\w*|definier\w*|kannst du (?:mir )?(?:erklären|sagen|zeigen|beschreiben|erläutern|zusammenfassen)|könntest du (?:mir )?(?:erklären|sagen|zeigen|beschreiben))(?![a-zäöüß])"
)
_RESULT: Final = re.compile(
    r"(?<![a-zäöüß])(?:sharpe|drawdowns?|verdict|gate|report|result\w*|trades? (?:did|were|has|had|lost|won)|equity|win ?rate|hit rate|trefferquote|"
    r"this (?:run|strategy|draft|spec|candidate|signal|ticket|report|test)|the (?:last|latest) (?:run|candidate|draft|signal|report|test)|diese[rsnm]? (?:lauf|strategie|entwurf|kandidat\w*|signal|bericht|test)|"
    r"bericht\w*|ergebnis\w*|prüfung|urteil|regime|trials?|versuche?|certificate|zertifikat|holdout|overfit\w*|backtest\w*|performance|profit factor|gewinnfaktor|rendite des|in plain words|in einfachen worten|mean\b|bedeute[nt]\w*|heißt)(?![a-zäöüß])"
)
_CHANGE: Final = re.compile(
    r"(?<![a-zäöüß])(?:can you|could you|would you|kannst du|könntest du|would it be possible to|magst du) (?:please |bitte |mir |das |den |die |me |it )*(?:\w+ ){0,4}?(?:draft|build|create|change|make|use|add|remove|drop|swap|set|switch|replace|write|try|test|submit|entwerfen|bauen|erstellen|ändern|machen|nehmen|hinzufügen|entfernen|setzen|tauschen|schreiben|testen|einreichen)(?![a-zäöüß])"
    r"|(?:how|what) about (?!the (?:result|report|drawdown|risk))|wie wäre es mit|wie wär'?s mit|what if (?:we|you|i) (?:use|used|add|added|set|make|made|change|took|take)|was wäre,? wenn wir"
)
_ADVICE: Final = re.compile(
    r"(?<![a-zäöüß])(?:(?:what|which|where|was|welche\w*|worin|womit)[^?.;]{0,40}(?:should i|shall i|can i|could i|would you|do you (?:suggest|recommend)|soll(?:te)? ich|kann ich|würdest du|empfiehlst du)|(?:should i|shall i|soll(?:te)? ich) (?:buy|sell|trade|go|invest\w*|kaufen|verkaufen|handeln))(?![a-zäöüß])"
)
_SUBMIT: Final = re.compile(
    r"(?<![a-zäöüß])(?:(?:please |bitte |now |then |and |ok,? |yes,? |go ahead and |ja,? |dann |jetzt |und )*(?:submit(?: it| this| that| the (?:draft|candidate|strategy))?|test (?:it|this|that|the (?:draft|strategy|idea))|run (?:it|this|that|the (?:draft|strategy|test|backtest|gate))|back ?test (?:it|this|that|the)|send (?:it|this|that)(?: (?:off|over))? to the gate|(?:put|push) (?:it|this|that) (?:through|to|into) the gate|to the gate|check (?:it|this) (?:at|with|in) the gate|judge (?:it|this)|let the gate (?:judge|decide|check)|"
    r"teste? (?:es|das|ihn|den (?:entwurf|kandidaten)|die (?:strategie|idee)|diese\w*)|einreichen|reich(?:e)? (?:es|das|ihn|den entwurf|die strategie)?(?: \w+)? ?ein|prüf(?:e)? (?:es|das|ihn|den entwurf|die strategie)|lass (?:es|das|ihn|sie|den entwurf) (?:laufen|prüfen|testen)|ab (?:ins|zum|damit ins) gate|schick (?:es|das|ihn|sie|den entwurf) (?:ins|zum|ans) gate|(?:ins|zum|durch das|durchs) gate|backteste? (?:es|das|die)|lass das gate))(?![a-zäöüß])"
)
_NEGATED_ADVICE: Final = re.compile(
    r"(?<![a-zäöüß])(?:(?:what|which|where|was|welche\w*|worin|womit)[^?.;]{0,40}(?:should i|shall i|can i|could i|would you|do you (?:suggest|recommend)|soll(?:te)? ich|kann ich|würdest du|empfiehlst du)|(?:should i|shall i|soll(?:te)? ich) (?:buy|sell|trade|go|invest\w*|kaufen|verkaufen|handeln))(?![a-zäöüß])"
)
_SUBMIT: Final = re.compile(
    r"(?:don'?t|do not|not yet|never|without|no|nicht|noch nicht|ohne|kein\w*|instead of|before we|bevor wir)[^.;,!?]{0,18}(?:submit|test|run|gate|einreich\w*|test\w*|prüf\w*|laufen)"
)


def wants_submit(message: str, language: Language) -> bool:
    """Whether the message asks to have the draft judged by the gate."""
    text = normalise(message, language)
    return _SUBMIT.search(text) is not None and _NEGATED_SUBMIT.search(text) is None


def is_question(message: str, language: Language) -> bool:
    """A question of understanding: answered from facts, never drafted."""
    text = normalise(find_symbols(message).text, language)
    if _CHANGE.search(text) or _ADVICE.search(text):
        return False
    asks = _ASK.search(text) is not None
    marked = "?" in text
    builds = _BUILD.search(text) is not None
    if asks and (marked or _RESULT.search(text)) and not _orders(text):
        return True
    if asks and not builds:
        return True
    return marked and bool(_RESULT.search(text)) and not builds


def _orders(text: str) -> bool:
    """A command after the question: `What is RSI? Build me a strategy with it.`"""
    last = re.split(r"[.!?\n]+", text.rstrip(" .!?\n"))[-1]
    return (
        last != text.rstrip(" .!?\n")
        and _BUILD.search(last) is not None
        and _ASK.search(last) is None
    )


def intent_of(message: str, language: Language, *, has_draft: bool) -> Intent:
    """The one thing that a message is about.

    A bare "test it" submits what lies on the table; with a new idea in the same message it is a
    draft that is submitted afterwards (`wants_submit` says so).
    """
    if is_question(message, language):
        return "answer"
    if has_draft and wants_submit(message, language):
        rest = _SUBMIT.sub(" ", normalise(message, language))
        words = re.findall(r"[a-zäöüß0-9%]{2,}", rest)
        if len(words) <= 5:  # noqa: PLR2004 - politeness around the command
            return "submit"
    return "draft"

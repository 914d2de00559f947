# ruff: noqa: E501 - a regular expression stays on one line
"""What a message wants: a draft, an answer, a submission; decided by words, never by a model."""

from __future__ import annotations

import re
from typing import Final, Literal

from copilot.offline.normalise import Language, normalise
from copilot.offline.read import read
from copilot.offline.symbols import find_symbols

Intent = Literal["draft", "answer", "submit"]

_W: Final = r"(?<![a-zäöüß])"
_E: Final = r"(?![a-zäöüß])"
_POLITE: Final = (
    r"(?:please |can you |could you |would you |kannst du |könntest du |bitte |i want (?:you )?to "
    r"|i'?d like (?:you )?to |let'?s |ich will |ich möchte )*"
)
_BUILD_VERBS: Final = (
    r"(?:draft|build|create|design|set ?up|make|write|develop|generate|code|propose|construct"
    r"|sketch|suggest|give me|try|trade|entwirf|entwerfe\w*|bau\w*|erstell\w*|mach\w*|schreib\w*"
    r"|entwickl\w*|generier\w*|setz\w*|leg an|richte|skizzier\w*|schlag\w*|handle|probier\w*"
    r"|gib mir)"
)
_STRATEGY: Final = (
    r"handelsidee|(?:a |my |eine? )?(?:strategy|strategie|system|idea|idee) "
    r"(?:for|für|that|on|auf|with|mit|die|das)"
)
_SIGNAL: Final = (
    r"(?:buy|sell|kauf\w*|verkauf\w*|long|short|enter|einstieg) "
    r"(?:when|if|wenn|bei|on|at|sobald|\w+ (?:below|above|under|over|unter|über))"
)
_BUILD: Final = re.compile(rf"{_W}(?:{_POLITE}{_BUILD_VERBS}|{_STRATEGY}|{_SIGNAL}){_E}")

_LEAD_IN: Final = (
    r"^\W*(?:and |but |so |ok(?:ay)?,? |und |aber |also |hm+,? |please |bitte |sag mal,? |hey,? "
    r"|hi,? |now |nun )*"
)
_ASK_EN: Final = (
    r"what|why|how|when|which|who|where|is|are|was|were|does|do|did|has|have|should|would|will"
    r"|(?:can|could) you (?:explain|tell|show|summari[sz]e|describe|say)|explain|tell me|describe"
    r"|show me|summari[sz]e|walk me through|compare|list|clarify|define|interpret|remind me"
)
_ASK_DE: Final = (
    r"was|warum|wieso|weshalb|wie|wann|welche[rsnm]?|wer|wo(?:für|rum|zu|ran|von|durch|mit)?"
    r"|wieviel\w*|ist|sind|hat|haben|war|waren|macht|gibt es|gab es|kann|darf|soll|muss|wird|lief"
    r"|hält|hielt|erklär\w*|sag(?:e)? mir|beschreib\w*|zeig\w*|fass\w*|vergleich\w*|erläuter\w*"
    r"|nenn\w*|definier\w*|(?:kannst|könntest) du (?:mir )?"
    r"(?:erklären|sagen|zeigen|beschreiben|erläutern|zusammenfassen)"
)
_ASK: Final = re.compile(rf"{_LEAD_IN}(?:{_ASK_EN}|{_ASK_DE}){_E}")
_RESULT: Final = re.compile(
    rf"{_W}(?:sharpe|drawdowns?|verdict|gate|report|result\w*|trades? (?:did|were|has|had|lost|won)"
    r"|equity|win ?rate|hit rate|trefferquote|this (?:run|strategy|draft|spec|candidate|signal"
    r"|ticket|report|test)|the (?:last|latest) (?:run|candidate|draft|signal|report|test)"
    r"|diese[rsnm]? (?:lauf|strategie|entwurf|kandidat\w*|signal|bericht|test)|bericht\w*"
    r"|ergebnis\w*|prüfung|urteil|regime|trials?|versuche?|certificate|zertifikat|holdout"
    r"|overfit\w*|backtest\w*|performance|profit factor|gewinnfaktor|rendite des|in plain words"
    rf"|in einfachen worten|mean\b|bedeute[nt]\w*|heißt){_E}"
)
_CHANGE: Final = re.compile(
    rf"{_W}(?:can you|could you|would you|kannst du|könntest du|would it be possible to|magst du) "
    r"(?:please |bitte |mir |das |den |die |me |it )*(?:\w+ ){0,4}?(?:draft|build|create|change|make"
    r"|use|add|remove|drop|swap|set|switch|replace|write|try|test|submit|entwerfen|bauen|erstellen"
    rf"|ändern|machen|nehmen|hinzufügen|entfernen|setzen|tauschen|schreiben|testen|einreichen){_E}"
    r"|(?:how|what) about (?!the (?:result|report|drawdown|risk))|wie wäre es mit|wie wär'?s mit"
    r"|what if (?:we|you|i) (?:use|used|add|added|set|make|made|change|took|take)"
    r"|was wäre,? wenn wir"
)
_ADVICE: Final = re.compile(
    rf"{_W}(?:(?:what|which|where|was|welche\w*|worin|womit)[^?.;]{{0,40}}(?:should i|shall i"
    r"|can i|could i|would you|do you (?:suggest|recommend)|soll(?:te)? ich|kann ich|würdest du"
    r"|empfiehlst du)|(?:should i|shall i|soll(?:te)? ich) (?:buy|sell|trade|go|invest\w*|kaufen"
    rf"|verkaufen|handeln)){_E}"
)

_DRAFT: Final = (
    r"(?:it|this|that|them|(?:the |this |that |my )?(?:draft|candidate|strategy|idea|spec|one)"
    r"|es|das|dies\w*|ihn|sie|(?:den |die |das |diesen |diese |meinen |meine )?"
    r"(?:entwurf|kandidaten?|strategie|idee))"
)
_GATE: Final = (
    r"(?: (?:off|over|now|please|bitte|jetzt|mal|doch))*"
    r"(?: (?:to|at|with|in|into|through|by|zur|zum|ins|ans|durch|durchs|bei|beim|von) "
    r"(?:the |der |das |dem |die )?(?:gate|prüfung|desk|test))?"
)
_SUBMIT: Final = re.compile(
    rf"{_W}(?:submit(?: {_DRAFT})?{_GATE}|(?:test|run|back ?test|judge|check|evaluate|send|put|push)"
    rf" {_DRAFT}{_GATE}|(?:run|start) the (?:test|back ?test|gate)|to the gate|let the gate \w+"
    rf"|(?:teste?|prüfe?|backteste?|bewerte) {_DRAFT}{_GATE}|reich(?:e|en)?(?: bitte)? {_DRAFT}{_GATE}"
    rf"(?: bitte| jetzt)? ein|(?:{_DRAFT}{_GATE} )?einreichen|lass(?: bitte)? {_DRAFT}{_GATE} "
    rf"(?:laufen|prüfen|testen)|(?:schick|gib|leite)(?:e)? {_DRAFT}{_GATE}|ab (?:damit )?(?:ins|zum) gate"
    rf"|(?:ins|zum|durch das|durchs) gate|zur prüfung|lass das gate \w+){_E}"
)
_NEGATED_SUBMIT: Final = re.compile(
    r"(?:don'?t|do not|not yet|never|without|no|nicht|noch nicht|ohne|kein\w*|instead of|before we"
    r"|bevor wir)[^.;,!?]{0,18}(?:submit|test|run|gate|einreich\w*|test\w*|prüf\w*|laufen)"
    r"|(?:einreichen|testen|prüfen)[^.;,!?]{0,12}(?:nicht|später)"
)
_EDIT: Final = re.compile(
    rf"{_W}(?:add|drop|remove|delete|change|make|use|set|swap|replace|switch|without|instead|allow"
    r"|also|füg\w*|streich\w*|entfern\w*|änder\w*|mach\w*|nimm|nutz\w*|setz\w*|tausch\w*|ersetz\w*"
    rf"|wechs\w*|ohne|statt|lieber|auch){_E}"
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
    """Whether a command follows the question, as in `What is RSI? Build me one with it.`."""
    whole = text.rstrip(" .!?\n")
    last = re.split(r"[.!?\n]+", whole)[-1]
    return last != whole and _BUILD.search(last) is not None and _ASK.search(last) is None


def intent_of(message: str, language: Language) -> Intent:
    """The one thing that a message is about.

    A bare "test it" submits what lies on the table, or says that there is nothing; with a new idea
    in the same message it is a draft that is submitted afterwards (`wants_submit` says so).
    """
    if is_question(message, language):
        return "answer"
    if wants_submit(message, language) and _nothing_else(message, language):
        return "submit"
    return "draft"


def _nothing_else(message: str, language: Language) -> bool:
    """Whether a message asks for the gate and for no draft and no change beside it."""
    rest = _SUBMIT.sub(" ", normalise(find_symbols(message).text, language))
    if re.search(r"\d|\u00a7", rest) or _EDIT.search(rest):
        return False
    slots = read(rest, language)
    return not slots.says_something and slots.family is None

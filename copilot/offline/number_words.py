# ruff: noqa: E501 - a regular expression stays on one line
"""Number words of German and English, zero to nine hundred ninety-nine, and the halves."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_EN_UNITS: Final = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_EN_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DE_UNITS: Final = str.split(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_DE_TENS: Final = [
    "zwanzig",
    "dreißig",
    "vierzig",
    "fünfzig",
    "sechzig",
    "siebzig",
    "achtzig",
    "neunzig",
]

DE_MEASURED: Final = (
    r"prozent|%|kerzen?|bars?|tag|tages|tage|woche|monat|jahr|stunde|minute|trade|position|"
    r"einstieg|r\b|atr|handel|order|verlust|fonds|symbol|quartal|etf|aktie|coin"
)
"""Nouns before which a German `ein` counts; elsewhere it is only an article."""


def _english() -> dict[str, int]:
    found = {word: value for value, word in enumerate(_EN_UNITS)}
    for index, tens in enumerate(_EN_TENS, start=2):
        found[tens] = index * 10
        for value in range(1, 10):
            found[f"{tens} {_EN_UNITS[value]}"] = index * 10 + value
    return found


def _german() -> dict[str, int]:
    found = {word: value for value, word in enumerate(_DE_UNITS)}
    for index, tens in enumerate(_DE_TENS, start=2):
        found[tens] = index * 10
        for value in range(1, 10):
            unit = "ein" if value == 1 else _DE_UNITS[value]
            found[f"{unit}und{tens}"] = index * 10 + value
    return found


def _german_hundreds(small: dict[str, int]) -> dict[str, int]:
    found = {}
    for count in range(1, 10):
        heads = ["hundert", "einhundert"] if count == 1 else [f"{_DE_UNITS[count]}hundert"]
        for head in heads:
            found[head] = count * 100
            found.update({head + word: count * 100 + value for word, value in small.items()})
    return found


@cache
def _tables() -> tuple[dict[str, int], dict[str, int]]:
    german = _german()
    german.update(_german_hundreds(german))
    german.update({word.replace("ß", "ss"): value for word, value in list(german.items())})
    german.update({_ascii(word): value for word, value in list(german.items())})
    return _english(), german


def _ascii(word: str) -> str:
    return word.replace("ü", "ue").replace("ö", "oe")


@cache
def _pattern(language: str) -> re.Pattern[str]:
    table = _tables()[0 if language == "en" else 1]
    words = sorted(table, key=len, reverse=True)
    inner = "|".join(re.escape(word).replace(r"\ ", r"[ -]") for word in words)
    if language == "en":
        return re.compile(
            rf"\b(?!(?<=this )one|(?<=that )one|(?<=which )one|(?<=the )one|(?<=any )one|(?<=no )one|(?<=fast )one|(?<=slow )one|(?<=short )one|(?<=long )one|(?<=last )one|(?<=other )one|(?<=new )one)"
            rf"(?:(?P<h>{inner}|a) hundred(?: and)?(?: (?P<r>{inner}))?|(?P<n>{inner}))\b"
        )
    return re.compile(rf"\b(?P<n>{inner})\b")


def _english_value(match: re.Match[str]) -> str:
    table = _tables()[0]
    head, rest, plain = (match[name] for name in ("h", "r", "n"))
    if plain:
        return str(table[plain.replace("-", " ")])
    hundreds = 1 if head == "a" else table[head.replace("-", " ")]
    return str(hundreds * 100 + (table[rest.replace("-", " ")] if rest else 0))


def _de_half(match: re.Match[str]) -> str:
    return f"{_tables()[1].get(match[1], 1)}.5"


def english_numbers(text: str) -> str:
    """Lower-case text with English number words as digits (`half a percent` -> `0.5 percent`)."""
    text = re.sub(
        r"\b(?:half(?: of)?(?: an?| one)?|one half)[ -](?=percent|per cent|%)", "0.5 ", text
    )
    text = re.sub(
        r"\b(?:a |one )?quarter(?: of)?(?: an?| one)? (?=percent|per cent|%)", "0.25 ", text
    )
    text = re.sub(
        r"\b(?:three quarters|three-quarters)(?: of)?(?: an?| one)? (?=percent|%)", "0.75 ", text
    )
    text = re.sub(r"\bhalf(?: of)?(?: an?| one| the)? (?=\d* ?atr)", "0.5 ", text)
    text = _pattern("en").sub(_english_value, text)
    text = re.sub(r"\b(\d+) and a half\b", r"\1.5", text)
    text = re.sub(r"\b(\d+) point (\d+)\b", r"\1.\2", text)
    text = re.sub(r"\ba (?=percent|per cent)", "1 ", text)
    text = re.sub(
        r"\b(?:twice|double) (?=(?:the |its |his )?(?:\d+ ?\w* )?(?:average|normal|usual|mean|trading volume)|its |their )",
        "2 times ",
        text,
    )
    return re.sub(r"\b(?:a )?dozen\b", "12", text)


def german_numbers(text: str) -> str:
    """Lower-case text with German number words as digits (`zweieinhalb` -> `2.5`)."""
    text = re.sub(r"\b(?:einem |ein )?halb(?:es|en|e|er)? (?=prozent|%)", "0.5 ", text)
    text = re.sub(
        r"\b(?:einen? |die )?(?:halb(?:e[nrs]?)?|hälfte) (?:einer |der )?(?=atr)", "0.5 ", text
    )
    text = re.sub(r"\b(?:ein )?viertel ?(?=prozent|%)", "0.25 ", text)
    text = re.sub(r"\bdreiviertel ?(?=prozent|%)", "0.75 ", text)
    text = re.sub(r"\b(?:anderthalb|eineinhalb)(?:fach\w*)?\b", "1.5 ", text)
    text = re.sub(r"\b(\w+?)einhalb\b", _de_half, text)
    text = re.sub(r"\b(\w+?)fach(?:e[nrs]?)?\b", _de_times, text)
    text = _pattern("de").sub(lambda match: str(_tables()[1][match["n"]]), text)
    text = re.sub(r"\b(\d+) komma (\d+)\b", r"\1.\2", text)
    text = re.sub(rf"\bein(?:e|en|em|er|es)?[ -](?={DE_MEASURED})(?!atr[ -]?stop)", "1 ", text)
    return re.sub(r"\bdoppelt(?:e[nrs]?)?\b", "2 mal", text)


def _de_times(match: re.Match[str]) -> str:
    value = _tables()[1].get(match[1])
    return match[0] if value is None else f"{value} mal"

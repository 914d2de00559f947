"""Text as the grammar reads it: lower case, digits for number words, one way to write a percent.

What is user text stays data: nothing here is kept, only what the grammar recognises reaches a spec.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from copilot.offline.number_words import english_numbers, german_numbers

Language = Literal["en", "de"]

_DASHES: Final = str.maketrans({
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": " - ", "\u2212": "-",
    "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00a0": " ",
    "\u202f": " ", "\u00d7": "x", "\u2265": ">=", "\u2264": "<=", "\u2026": "...",
})  # fmt: skip
_TRANSLITERATED: Final = (
    (r"\bueber(?=\w*)", "über"), (r"\bunterh", "unterh"), (r"\bfuer\b", "für"),
    (r"faell", "fäll"), (r"\btaegl", "tägl"), (r"stuendl", "stündl"), (r"woechentl", "wöchentl"),
    (r"schliess", "schließ"), (r"groess", "größ"), (r"hoech", "höch"), (r"\bhoeh", "höh"),
    (r"rueck", "rück"), (r"maerkt", "märkt"), (r"verkaeuf", "verkäuf"), (r"kaeuf", "käuf"),
    (r"ausloes", "auslös"), (r"durchschnitt", "durchschnitt"), (r"oel\b", "öl"),
)  # fmt: skip
_THOUSANDS_DE = re.compile(r"\b(\d{1,3})\.(\d{3})(?=\s*(?:euro|eur|usd|usdt|dollar|chf|€|\$))")
_THOUSANDS_EN = re.compile(r"(?<![\d(,])(\d{1,3}),(\d{3})(?![\d,])")
_DECIMAL_COMMA = re.compile(r"(?<![\d,(])(-?\d+),(\d{1,4})(?![\d,])")
_DECIMAL_IN_BRACKETS = re.compile(r"\(\s*(-?\d+),(\d{1,2})\s*(%|prozent|atr|r)\s*\)")


def unify(text: str) -> str:
    """Text with one kind of dash, quote, blank and sign; case is kept."""
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)


def normalise(text: str, language: Language) -> str:
    """Lower-case text with digits, `%`, `-` and decimal points in one form.

    The result is for matching only; it has not the same length as the text.
    """
    text = re.sub(r"\d{13,}", " ", unify(text)).lower()
    for found, written in _TRANSLITERATED:
        text = re.sub(found, written, text)
    text = re.sub(r"\bw/o\b", "without", text)
    text = re.sub(r"\bw/(?=\s|\w)", "with ", text)
    text = _hyphens(text)
    text = german_numbers(text) if language == "de" else english_numbers(text)
    text = _decimals(text, language)
    text = _percent(text)
    text = _signs(text)
    return re.sub(r"[ \t]+", " ", text).strip()


def _hyphens(text: str) -> str:
    """`4-stunden-chart` and `six-hour` lose their hyphens; `-90` and `50-60` keep them."""
    text = re.sub(r"(?<=[a-zäöüß])-(?=[a-zäöüß])", " ", text)
    text = re.sub(r"(?<=\d)-(?=[a-zäöüß])", " ", text)
    return re.sub(r"(?<=[a-zäöüß])-(?=\d)", " ", text)


def _decimals(text: str, language: Language) -> str:
    if language == "de":
        text = _THOUSANDS_DE.sub(r"\1\2", text)
        text = _DECIMAL_IN_BRACKETS.sub(r"(\1.\2 \3)", text)
        return _DECIMAL_COMMA.sub(r"\1.\2", text)
    text = _THOUSANDS_EN.sub(r"\1\2", text)
    text = re.sub(r"(?<![\d,(.])(\d{1,2}),(\d)(?![\d,)])", r"\1.\2", text)
    return re.sub(r"(?<![\d,(])(\d+),(\d{1,2})(?=\s*(?:%|percent))", r"\1.\2", text)


def _points(match: re.Match[str]) -> str:
    return f"{float(match[1]) / 100:g}%"


def _percent(text: str) -> str:
    text = re.sub(r"(\d)\s*(?:%|percent\b|per cent\b|pct\b|prozent\w*|v\.h\.)", r"\1%", text)
    text = re.sub(r"(\d+(?:\.\d+)?)\s*(?:bps?\b|basis points?\b|basispunkten?\b)", _points, text)
    return re.sub(r"(?<!\d)\.(\d)", r"0.\1", text)


def _signs(text: str) -> str:
    text = re.sub(r"\b(?:minus|negative|negativ)\s+(?=\d)", "-", text)
    text = re.sub(
        r"\b(?:plus|positive)\s+(?=\d)(?!\d+(?:\.\d+)? ?(?:x |mal |times )?atr)", "", text
    )
    text = re.sub(r"(?<=[\s(])\+(?=\d)(?!\d+(?:\.\d+)?%)", "", text)
    return re.sub(r"(?<=[\s(<>=])-\s+(?=\d+(?:\.\d+)?\s*$)", "-", text)

"""Refusals in the person's language; the code stays beside it, small and copyable."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Final

from config.errors import PeakError
from engine.text import clean_text
from guardrails.desk.web.formats import Formats, Language
from guardrails.desk.web.render import sentence
from guardrails.reasons import Denial

_FIGURES: Final = ("after", "limit", "unit")


@cache
def _german() -> dict[str, str]:
    path = resources.files(__package__) / "texts" / "refusals.de.toml"
    tables = tomllib.loads(path.read_text("utf-8"))
    return {code: str(text) for table in tables.values() for code, text in table.items()}


def _said(language: Language, code: str, message: str) -> str:
    found = _german().get(code) if language == "de" else None
    return found or sentence(message)


def denial_row(denial: Denial, language: Language) -> dict[str, str]:
    """Code and sentence of a denial; in German the figures of a limit stand behind the sentence."""
    text = _said(language, denial.code, denial.message)
    values = dict(denial.values)
    if language == "de" and all(name in values for name in _FIGURES):
        after, limit = (_number(values[name]) for name in ("after", "limit"))
        text = f"{text} ({after}, höchstens {limit})"
    return {"code": denial.code, "text": text}


def _number(text: str) -> str:
    try:
        return Formats("de").figure(float(text))
    except ValueError:
        return clean_text(text, 40)


def fault_row(error: PeakError, language: Language) -> dict[str, str]:
    """Code, sentence, value and hint of a fault; a German sentence needs no English hint."""
    text = _said(language, error.code, error.message)
    own_words = text == _german().get(error.code)
    return {
        "code": str(error.code),
        "text": text,
        "value": clean_text(error.value),
        "hint": "" if language == "de" and own_words else sentence(error.hint),
    }

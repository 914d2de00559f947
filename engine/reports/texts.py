"""Words of a report in German and English: one catalogue per language, equal keys, no logic."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from engine.errors import InputError
from engine.reports.data import Language
from engine.reports.texts_best_de import BEST_GERMAN
from engine.reports.texts_best_en import BEST_ENGLISH
from engine.reports.texts_compare_de import COMPARE_GERMAN
from engine.reports.texts_compare_en import COMPARE_ENGLISH
from engine.reports.texts_de import GERMAN
from engine.reports.texts_en import ENGLISH
from engine.reports.texts_sections_de import SECTIONS_GERMAN
from engine.reports.texts_sections_en import SECTIONS_ENGLISH

CATALOGUES: dict[str, dict[str, str]] = {
    "en": {**ENGLISH, **SECTIONS_ENGLISH, **COMPARE_ENGLISH, **BEST_ENGLISH},
    "de": {**GERMAN, **SECTIONS_GERMAN, **COMPARE_GERMAN, **BEST_GERMAN},
}


def text(key: str, language: Language, **values: object) -> str:
    """The words for a key, with its `{placeholders}` filled.

    Raises:
        InputError: TEXT_LANGUAGE or TEXT_UNKNOWN.
    """
    if language not in CATALOGUES:
        raise InputError(
            "TEXT_LANGUAGE", "a report speaks en or de", value=language, hint="use en or de"
        )
    words = CATALOGUES[language].get(key)
    if words is None:
        raise InputError("TEXT_UNKNOWN", "the catalogue has no such text", value=key)
    return words.format(**values) if values else words


def has_text(key: str) -> bool:
    """Whether the catalogues have this key."""
    return key in CATALOGUES["en"]


@lru_cache(maxsize=8_192)
def date_text(at: datetime, language: Language) -> str:
    """A day as it is written in the language: `Jan 15, 2026`, `15.01.2026` (UTC)."""
    from babel.dates import format_date  # noqa: PLC0415 - locale data load with the first date

    return str(format_date(at.date(), format="medium", locale=language))

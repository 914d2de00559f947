"""The trader's words in German and English: a German question also finds an English text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from knowledge.words import fold, words

_FILE: Final = Path(__file__).parent / "glossary.toml"
_STEM_LENGTH: Final = 5


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Pairs of German stems and English terms, folded."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))["term"]
    return tuple(
        (tuple(fold(stem) for stem in entry["de"]), tuple(fold(term) for term in entry["en"]))
        for entry in listed
    )


def _says(term: str, stem: str) -> bool:
    """Whether a word is the stem, an inflection of it, or a compound with it."""
    return term == stem or (len(stem) >= _STEM_LENGTH and stem in term)


def translations(found: Iterable[str]) -> tuple[str, ...]:
    """English words for the German ones among the terms of a question, each once, in order."""
    known = tuple(found)
    added: dict[str, None] = {}
    for stems, english in _entries():
        if any(_says(term, stem) for term in known for stem in stems):
            added.update(dict.fromkeys(word for phrase in english for word in words(phrase)))
    return tuple(word for word in added if word not in known)

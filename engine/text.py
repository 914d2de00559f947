"""Text that came from outside: kept as data, cut, and shown without tricks."""

from __future__ import annotations

import unicodedata

_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}


def clean_text(text: str, limit: int = 500) -> str:
    """Text for a log, a terminal or a page: one line, no control, format or bidi characters.

    Newlines and tabs become blanks, every other character of the categories C* is dropped, and
    what is longer than `limit` characters ends in an ellipsis. Escaping for HTML is the
    renderer's part and comes after this.
    """
    flat = text.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    kept = "".join(char for char in flat if unicodedata.category(char) not in _INVISIBLE)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def did_you_mean(word: str, known: list[str], limit: int = 3) -> list[str]:
    """The nearest known words, best first; empty when nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only on the error path

    return get_close_matches(word, known, n=limit, cutoff=0.6)

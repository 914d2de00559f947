"""A text made flat for checking: compatibility forms folded, invisible characters gone.

A hostile text hides a number behind full-width digits, a zero-width joiner or a decomposed umlaut.
The checks read the flat text; `index` leads every flat character back to the text as it was given.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from engine.facts.placeholders import tokens

MASK = "\x00"


@dataclass(frozen=True)
class FlatText:
    """Flat lower-case characters, and for each the position in the given text."""

    text: str
    index: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Positions in the given text of the flat characters `start` to `end` (end > start)."""
        return self.index[start], self.index[end - 1] + 1


def masked(text: str) -> str:
    """The text with every placeholder overwritten, so that its key is not read as words."""
    chars = list(text)
    for token in tokens(text):
        chars[token.start : token.end] = MASK * (token.end - token.start)
    return "".join(chars)


def flatten(text: str) -> FlatText:
    """Fold a text for checking; offsets stay known.

    A superscript, a circled digit and a fraction stay as they are: folding `½` would tear it.
    """
    out: list[str] = []
    index: list[int] = []
    for at, char in enumerate(text):
        if unicodedata.category(char) == "Cf":
            continue
        if out and unicodedata.combining(char):
            joined = unicodedata.normalize("NFC", out[-1] + char)
            if len(joined) == 1:
                out[-1] = joined
            continue
        for folded in _folded(char):
            out.append(folded)
            index.append(at)
    return FlatText("".join(out), tuple(index))


def _folded(char: str) -> str:
    if unicodedata.category(char) in {"No", "Nl"}:
        return char
    lower = unicodedata.normalize("NFKC", char).lower()
    return "".join(part for part in lower if not unicodedata.combining(part)) or char

"""Figures that nobody stands for: what a copilot wrote in digits, found by the desk itself.

A figure is accepted when the person wrote it, when the draft that the desk rendered holds it, or
when it is a placeholder that a fact fills. In an answer about results every other figure is taken
out; elsewhere it is marked. What the copilot says about its own figures counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.facts.narration import check
from engine.facts.table import Fact

TAKEN_OUT: Final = "[?]"
MARK: Final = " [?]"
_FREE: Final = "NARRATION_FREE_NUMBER"
_DIGIT: Final = re.compile(r"\d")
_PREVIEW: Final = "\N{MIDDLE DOT}"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it may be filled and shown; figures that were marked, and how many are out."""

    text: str
    unverified: tuple[str, ...] = ()
    taken_out: int = 0


def told(text: str, facts: Iterable[Fact], accepted: str, *, about_results: bool) -> Told:
    """Take out (about results) or mark (elsewhere) every free figure of a raw answer."""
    found = [one for one in check(text, facts, accepted) if one.code == _FREE]
    shown = text
    for one in reversed(found):
        figure = text[one.start : one.end]
        put = TAKEN_OUT if about_results else f"{figure}{MARK}"
        shown = shown[: one.start] + put + shown[one.end :]
    if about_results:
        return Told(shown, taken_out=len(found))
    return Told(shown, tuple(text[one.start : one.end][:80] for one in found))


def preview(text: str) -> str:
    """Streamed text before it was checked as a whole: digits are held back, words are not."""
    return _DIGIT.sub(_PREVIEW, text)

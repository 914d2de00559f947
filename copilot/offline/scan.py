# ruff: noqa: E501 - a regular expression stays on one line
"""Text that is read piece by piece: what a slot has taken is blanked out for the next one."""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.offline.timeframes import UNIT_WORD

NUM = r"(?:\d{1,9}(?:\.\d{1,9})?)"
PCT = rf"(?P<pct>{NUM})%"
UNIT = rf"(?:{UNIT_WORD})"
R = rf"(?P<r>{NUM}) ?r\b"
ATR = (
    rf"(?P<atr>{NUM}) ?(?:x|times|mal|fold|fache?[nrs]?)? ?(?:the |der |den |dem |des |einer |an? )?"
    rf"(?:(?P<p1>\d+) ?(?:{UNIT}|er)? )?atrs?(?![a-z])(?: ?\( ?(?P<p2>\d+) ?\)| (?P<p3>\d+)(?!\d|\.\d|%))?"
)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern with word edges on both sides, compiled once."""
    return re.compile(rf"(?<![a-zäöüß0-9.])(?:{pattern})(?![a-zäöüß])")


class Scan:
    """Normalised text with a memory of what was taken out of it."""

    def __init__(self, text: str) -> None:
        """Start with everything still there."""
        self.text = text
        self.whole = text
        self.odd: list[str] = []

    def within(self, value: float, low: float, high: float, what: str) -> bool:
        """Whether a number that was said lies in its range; else it is remembered as odd."""
        if low <= value <= high:
            return True
        self.odd.append(f"{what} {value:g}")
        return False

    def find(self, pattern: str) -> re.Match[str] | None:
        """First place of a pattern in what is left; nothing is taken."""
        return compiled(pattern).search(self.text)

    def has(self, pattern: str) -> bool:
        """Whether the pattern stands in what is left."""
        return self.find(pattern) is not None

    def take(self, pattern: str) -> re.Match[str] | None:
        """First place of a pattern; the place is blanked out."""
        match = self.find(pattern)
        if match is not None:
            self.blank(match.start(), match.end())
        return match

    def take_all(self, pattern: str) -> list[re.Match[str]]:
        """All places of a pattern in order; each is blanked out."""
        found = list(compiled(pattern).finditer(self.text))
        for match in found:
            self.blank(match.start(), match.end())
        return found

    def blank(self, start: int, end: int) -> None:
        """Blank out a span; positions in the text stay the same."""
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

"""What the words of one finding consist of.

`{value}` and `{limit}` are filled with formatted numbers, `{trials}` with "312 trials" or
"312 Versuchen".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["percent", "count", "bps", "number", "none"]
"""How a code's value and threshold read: fractions of one for percent and bps."""


class Wording(NamedTuple):
    """Both answers to one criterion in one language; `bare` ones serve where no value is given."""

    failed: str
    passed: str
    bare_failed: str = ""
    bare_passed: str = ""

    def choose(self, *, passed: bool, bare: bool) -> str:
        """The text for an answer, with or without a value."""
        text = self.passed if passed else self.failed
        other = self.bare_passed if passed else self.bare_failed
        return (other or text) if bare else text


class Entry(NamedTuple):
    """How a code's value reads, and its words."""

    kind: Kind
    en: Wording
    de: Wording

"""Problem: what is wrong inside one expression, before it has a path in a document."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.codes import Code
from engine.language.nodes import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of the characters `span` by `text`."""

    span: Span
    text: str

    def apply(self, source: str) -> str:
        """The source with this one replacement made."""
        start, stop = self.span
        return source[:start] + self.text + source[stop:]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of an expression.

    Attributes:
        code: what is wrong.
        span: characters start..stop (stop excluded) that are wrong.
        message: one sentence with what was found and what to write.
        hint: what to do, shorter; may be empty.
        edit: one replacement that may repair it; the checker tries it before offering it.
    """

    code: Code
    span: Span
    message: str
    hint: str = ""
    edit: Edit | None = None

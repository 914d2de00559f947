"""SpecFinding: what is wrong with a spec, where, and what to write instead."""

from __future__ import annotations

from typing import Literal

from engine.records import Record


class SpecFinding(Record):
    """One problem of a spec as data; all problems are reported at once, in document order.

    `path` is a JSON pointer, `span` the character range inside the expression there, `fix` a
    replacement for the expression that itself type-checks. An error refuses, a warning travels.
    """

    code: str
    level: Literal["error", "warning"] = "error"
    path: str
    span: tuple[int, int] | None = None
    value: str = ""
    message: str
    hint: str = ""
    fix: str | None = None

"""Documents cut into passages: one section each, long sections at paragraph ends.

No word is lost and none is changed: a passage is a piece of the text as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from knowledge.documents import Document, Passage

MAX_PASSAGE_CHARS: Final = 1_200
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_Cuts = tuple[tuple[re.Pattern[str], str], ...]
_CUTS: Final[_Cuts] = (
    (re.compile(r"\n[ \t]*\n+"), "\n\n"),  # paragraphs
    (re.compile(r"(?<=[.!?])\s+"), " "),  # sentences
    (re.compile(r"\s+"), " "),  # words
)
_TITLE_LEVEL = 1


def passages(document: Document) -> tuple[Passage, ...]:
    """The passages of a document in reading order; a section without text gives none."""
    document_id = document.document_id
    pieces = (
        (section, piece)
        for section, body in _sections(document)
        for piece in _pieces(body, MAX_PASSAGE_CHARS)
    )
    return tuple(
        Passage(document_id=document_id, ordinal=ordinal, section=section, text=piece)
        for ordinal, (section, piece) in enumerate(pieces)
    )


def _sections(document: Document) -> Iterator[tuple[str, str]]:
    """Heading and body of each section; text before the first one stands under the title."""
    heading, start = document.title, 0
    for match in _HEADING.finditer(document.text):
        yield heading, document.text[start : match.start()]
        named = len(match.group(1)) > _TITLE_LEVEL
        heading = match.group(2) if named else document.title
        start = match.end()
    yield heading, document.text[start:]


def _pieces(body: str, limit: int) -> Iterator[str]:
    """The body in pieces of at most `limit` characters, cut where the text breathes."""
    held = ""
    for glue, unit in _units(body.strip(), limit, _CUTS, ""):
        joined = f"{held}{glue}{unit}" if held else unit
        if len(joined) > limit:
            yield held
            held = unit
        else:
            held = joined
    if held:
        yield held


def _units(text: str, limit: int, cuts: _Cuts, glue: str) -> Iterator[tuple[str, str]]:
    """Units no longer than `limit`, each with what joins it to the one before it."""
    if len(text) <= limit:
        if text:
            yield glue, text
        return
    if not cuts:
        yield from ((glue, text[at : at + limit]) for at in range(0, len(text), limit))
        return
    pattern, inner = cuts[0]
    for ordinal, part in enumerate(pattern.split(text)):
        yield from _units(part.strip(), limit, cuts[1:], inner if ordinal else glue)

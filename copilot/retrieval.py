"""Where cited knowledge comes from: a small port, so that the graph runs on a few passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field

from engine.records import Digest, Record

MAX_TEXT: Final = 1_200


class Passage(Record):
    """A piece of a document with what a citation needs."""

    passage_id: Digest
    title: str
    section: str
    text: Annotated[str, Field(max_length=MAX_TEXT)]
    as_of: str
    tier: Literal["house", "reviewed", "uploaded"] = "house"


class Retriever(Protocol):
    """Finds passages for a question."""

    def search(self, query: str, *, as_of: date, limit: int = 5) -> tuple[Passage, ...]:
        """The best passages, best first, of documents known on a day."""
        ...


class Searchable(Protocol):
    """The verb of `knowledge.app.Knowledge` that is used here."""

    def search(self, query: str, *, as_of: date, limit: int = 5) -> Sequence[object]:
        """Hits with passage_id, title, section, text, as_of and tier."""
        ...


@dataclass(frozen=True, slots=True)
class KnowledgeRetriever:
    """The knowledge base behind the port."""

    knowledge: Searchable

    def search(self, query: str, *, as_of: date, limit: int = 5) -> tuple[Passage, ...]:
        """The best passages; long ones are cut."""
        hits = self.knowledge.search(query, as_of=as_of, limit=limit)
        return tuple(_passage(hit) for hit in hits)


def _passage(hit: object) -> Passage:
    text = str(getattr(hit, "text", ""))
    day = getattr(hit, "as_of", "")
    return Passage(
        passage_id=str(getattr(hit, "passage_id", "")),
        title=str(getattr(hit, "title", "")),
        section=str(getattr(hit, "section", "")),
        text=text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…",
        as_of=day.isoformat() if isinstance(day, date) else str(day),
        tier=getattr(hit, "tier", "house"),
    )


@dataclass(frozen=True, slots=True)
class FixedRetriever:
    """Passages in memory, ranked by words in common: for tests and drills."""

    passages: tuple[Passage, ...] = ()

    def search(self, query: str, *, as_of: date, limit: int = 5) -> tuple[Passage, ...]:
        """Passages that share a word with the question and are not dated later."""
        wanted = set(re.findall(r"\w{4,}", query.lower()))
        scored = [
            (len(wanted & set(re.findall(r"\w{4,}", f"{p.title} {p.section} {p.text}".lower()))), p)
            for p in self.passages
            if p.as_of <= as_of.isoformat()
        ]
        found = sorted((row for row in scored if row[0]), key=lambda row: -row[0])
        return tuple(passage for _, passage in found[:limit])

"""Documents and passages: what is known, since when, from whom, and how far it is trusted."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.quantities import Ratio
from engine.records import Digest, Record, digest

Tier = Literal["house", "reviewed", "uploaded"]
"""house: our own; reviewed: accepted by a person; uploaded: nobody vouches for it."""
Language = Literal["en", "de"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]

MAX_DOCUMENT_CHARS = 400_000


class Document(Record):
    """A text with its provenance. `as_of` is the day since which it can have been known.

    `origin` names the collection that the document belongs to, such as `corpus`: a collection is
    replaced as a whole.
    """

    name: Name
    title: Annotated[str, Field(min_length=1, max_length=200)]
    language: Language
    as_of: date
    tier: Tier
    origin: Name
    tags: tuple[Tag, ...] = ()
    text: Annotated[str, Field(min_length=1, max_length=MAX_DOCUMENT_CHARS)]

    @property
    def document_id(self) -> Digest:
        """Identity by content: another text, date or tier is another document."""
        return digest(
            "peak/document/v1",
            {
                "name": self.name,
                "title": self.title,
                "language": self.language,
                "as_of": self.as_of.isoformat(),
                "tier": self.tier,
                "origin": self.origin,
                "tags": self.tags,
                "text": unicodedata.normalize("NFC", self.text),
            },
        )


class Passage(Record):
    """A piece of a document small enough to cite: one section, or a part of a long one."""

    document_id: Digest
    ordinal: Annotated[int, Field(ge=0)]
    section: str
    text: Annotated[str, Field(min_length=1)]

    @property
    def passage_id(self) -> Digest:
        """Identity by content and place, the same on every machine."""
        return digest("peak/passage/v1", self)


class Hit(Record):
    """A passage that answers a question, with what a citation needs; a higher score is better."""

    passage_id: Digest
    document_id: Digest
    title: str
    section: str
    text: str
    as_of: date
    tier: Tier
    score: Ratio


class Filter(Record):
    """What may be found at all: known by `as_of`, of these tiers, from these documents if any."""

    as_of: date
    tiers: tuple[Tier, ...] = ("house", "reviewed", "uploaded")
    names: tuple[str, ...] = ()

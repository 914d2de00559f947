"""Passages through the port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from copilot.retrieval import MAX_TEXT, FixedRetriever, KnowledgeRetriever
from tests.copilot_world import GLOSSARY


@dataclass
class _Hit:
    passage_id: str = "ab" * 32
    title: str = "T"
    section: str = "S"
    text: str = "x" * 5_000
    as_of: date = date(2025, 1, 2)
    tier: str = "reviewed"


class _Base:
    def search(self, query: str, *, as_of: date, limit: int = 5) -> list[_Hit]:
        """One long hit."""
        del query, as_of, limit
        return [_Hit()]


def test_a_hit_becomes_a_passage_with_its_citation() -> None:
    """Long text is cut, the date is text, the tier travels."""
    found = KnowledgeRetriever(_Base()).search("anything", as_of=date(2026, 1, 1))[0]
    assert (found.title, found.as_of, found.tier, len(found.text)) == (
        "T",
        "2025-01-02",
        "reviewed",
        MAX_TEXT,
    )


def test_the_fake_finds_by_words_and_respects_the_date() -> None:
    """A passage dated later than asked is not found."""
    base = FixedRetriever((GLOSSARY,))
    assert base.search("what is a sharpe ratio", as_of=date(2026, 1, 1)) == (GLOSSARY,)
    assert base.search("what is a sharpe ratio", as_of=date(2025, 1, 1)) == ()
    assert base.search("bananas", as_of=date(2026, 1, 1)) == ()

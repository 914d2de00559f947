"""Our own questions find the sections that answer them."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from knowledge.app import Knowledge
from knowledge.corpus import load_corpus

QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))[
    "question"
]
TITLES = {document.name: document.title for document in load_corpus()}


def _found(knowledge: Knowledge, text: str, answers: list[str]) -> bool:
    wanted = {(TITLES[name], section) for name, _, section in (a.partition("#") for a in answers)}
    hits = knowledge.search(text, as_of=date(2026, 1, 15), limit=5)
    return any((hit.title, hit.section) in wanted for hit in hits)


@pytest.mark.parametrize("indexed", [False, True])
def test_recall_at_five_is_at_least_nine_in_ten(knowledge: Knowledge, *, indexed: bool) -> None:
    """Over all questions, and for each language nearly so, by exact scan and by index."""
    if indexed:
        assert knowledge.rebuild()
    found = [(one["language"], _found(knowledge, one["text"], one["answers"])) for one in QUESTIONS]
    assert len(found) >= 20
    assert sum(hit for _, hit in found) >= 0.9 * len(found)
    for language in ("en", "de"):
        own = [hit for spoken, hit in found if spoken == language]
        assert len(own) >= 10
        assert sum(own) >= 0.9 * len(own)
    assert knowledge.status().degraded == 0


def test_every_answer_names_a_section_that_exists(knowledge: Knowledge) -> None:
    """The labels do not rot when a document is edited."""
    sections = {
        (hit.title, hit.section)
        for name in TITLES
        for hit in knowledge.search(
            f"{TITLES[name]} {_headings(name)}", as_of=date(2026, 1, 15), names=(name,), limit=50
        )
    }
    for question in QUESTIONS:
        for answer in question["answers"]:
            name, _, section = answer.partition("#")
            assert (TITLES[name], section) in sections, answer


def _headings(name: str) -> str:
    text = next(document.text for document in load_corpus() if document.name == name)
    return " ".join(line for line in text.splitlines() if line.startswith("## "))

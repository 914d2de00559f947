"""Searching holds under hostile questions and documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import FixedClock
from knowledge.app import Knowledge, open_knowledge
from knowledge.chunking import MAX_PASSAGE_CHARS, passages
from knowledge.documents import Document
from knowledge.embedding import OfflineEmbedder
from knowledge.fusion import fuse
from knowledge.words import full_text_query, terms

FIRST = date(2020, 1, 1)
HOSTILE = st.lists(
    st.sampled_from(
        ['"', "*", "(", ")", " OR ", " NEAR ", "title:", "^", "{{a.b}}", "'", ";", "--", "\x00"]
    )
    | st.sampled_from(["stop", "Überanpassung", "risk", "the", "und"])
    | st.text(max_size=6),
    max_size=20,
).map(" ".join)
TEXTS = st.lists(
    st.text(st.characters(exclude_characters="#", exclude_categories=["Cs"]), max_size=80)
    | st.sampled_from(["## A", "# B", "\n", "x" * 700, "a. b? c!"]),
    min_size=1,
    max_size=12,
).map("\n".join)


def _document(number: int, text: str) -> Document:
    return Document(
        name=f"d-{number}",
        title=f"Title {number}",
        language="en",
        as_of=FIRST + timedelta(days=number),
        tier="uploaded",
        origin="uploads",
        text=text,
    )


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """Sixty documents, each known a day later than the one before."""
    clock = FixedClock(datetime(2026, 1, 15, tzinfo=UTC))
    folder = tmp_path_factory.mktemp("knowledge")
    with open_knowledge(folder, clock=clock, background=False) as opened:
        opened.replace_collection(
            "uploads",
            tuple(_document(day, f"stop risk word{day} and word{day % 7}") for day in range(60)),
        )
        assert opened.rebuild()
        yield opened


@given(question=HOSTILE, limit=st.integers(1, 50), day=st.integers(-1, 61))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_question_breaks_or_leaks(dated: Knowledge, question: str, limit: int, day: int) -> None:
    """Any text is a question; hits are unique, ordered, dated and never more than asked for."""
    as_of = FIRST + timedelta(days=day)
    hits = dated.search(question, as_of=as_of, limit=limit)
    assert len(hits) <= limit
    assert len({hit.passage_id for hit in hits}) == len(hits)
    assert all(hit.as_of <= as_of for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits == dated.search(question, as_of=as_of, limit=limit)
    assert dated.status().degraded == 0


@given(day=st.integers(0, 59), later=st.integers(0, 59))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_document_is_found_from_its_day_on(dated: Knowledge, day: int, later: int) -> None:
    """Its own rare word finds it exactly when it was known."""
    hits = dated.search(f"word{day} title {day}", as_of=FIRST + timedelta(days=later), limit=50)
    assert (f"Title {day}" in {hit.title for hit in hits}) == (later >= day)


@given(HOSTILE)
def test_the_full_text_query_holds_words_only(question: str) -> None:
    """Between the quotes there are letters and digits, nothing of the search language."""
    found = terms(question)
    assert all(term.isalnum() for term in found)
    assert full_text_query(found).count('"') == 2 * len(found)


@given(TEXTS)
def test_chunking_loses_no_word(text: str) -> None:
    """The words of all passages, with the headings, are the words of the text, in order."""
    found = passages(_document(0, text)) if text.strip() else ()
    assert all(0 < len(one.text) <= MAX_PASSAGE_CHARS for one in found)
    assert len({one.passage_id for one in found}) == len(found)
    lines = [line for line in text.split("\n") if not line.startswith(("# B", "## A"))]
    wanted = "".join("".join(lines).split())
    assert "".join("".join(one.text for one in found).split()) == wanted


@given(st.lists(st.tuples(st.lists(st.sampled_from("abcdefgh"), unique=True), st.floats(0.1, 2))))
def test_fusion_ranks_everything_once(lists: list[tuple[list[str], float]]) -> None:
    """Every id of every list has one score, and the first of all lists wins."""
    scores = fuse(lists)
    assert set(scores) == {name for ids, _ in lists for name in ids}
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    if lists and all(ids and ids[0] == "a" for ids, _ in lists):
        assert next(iter(scores)) == "a"


@given(st.lists(st.text(max_size=40), max_size=12), st.text(max_size=40))
@settings(max_examples=30)
def test_vectors_are_unit_or_zero(texts: list[str], question: str) -> None:
    """Whatever the collection, vectors are finite, and as long as one or nothing."""
    fitted = OfflineEmbedder(16).fit(texts)
    vectors = fitted.embed([*texts, question])
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.isfinite(vectors).all()
    assert all(abs(length - 1) < 1e-3 or length == 0 for length in lengths)

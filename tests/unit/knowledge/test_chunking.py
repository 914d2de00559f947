"""Documents become passages that can be cited."""

from __future__ import annotations

from datetime import date

from knowledge.chunking import MAX_PASSAGE_CHARS, passages
from knowledge.documents import Document


def _document(text: str) -> Document:
    return Document(
        name="sample",
        title="Sample",
        language="en",
        as_of=date(2024, 5, 1),
        tier="house",
        origin="tests",
        text=text,
    )


def test_each_section_is_a_passage() -> None:
    """Headings name the passages; text before the first section stands under the title."""
    found = passages(
        _document("# Sample\n\nIntro.\n\n## First\n\nOne.\n\n## Empty\n\n### Deep\n\nTwo.")
    )
    assert [(one.section, one.text) for one in found] == [
        ("Sample", "Intro."),
        ("First", "One."),
        ("Deep", "Two."),
    ]
    assert [one.ordinal for one in found] == [0, 1, 2]


def test_long_sections_are_cut_at_paragraphs() -> None:
    """A section that is too long becomes several passages of whole paragraphs."""
    paragraphs = [f"{letter * 500}." for letter in "abcde"]
    found = passages(_document("## Long\n\n" + "\n\n".join(paragraphs)))
    assert [one.text for one in found] == [
        f"{paragraphs[0]}\n\n{paragraphs[1]}",
        f"{paragraphs[2]}\n\n{paragraphs[3]}",
        paragraphs[4],
    ]
    assert {one.section for one in found} == {"Long"}


def test_a_wall_of_text_is_cut_too() -> None:
    """Sentences, then words, then characters are the places to cut, joined as they were."""
    wall = " ".join(f"Sentence {number} ends here." for number in range(100))
    found = passages(_document(wall))
    assert " ".join(one.text for one in found) == wall
    block = "x" * 3000
    assert "".join(one.text for one in passages(_document(block))) == block
    assert all(len(one.text) <= MAX_PASSAGE_CHARS for one in found)


def test_ids_name_content_and_place() -> None:
    """The same text has the same ids; another text, or another date of it, has others."""
    first = passages(_document("## A\n\nSame.\n\n## A\n\nSame."))
    again = passages(_document("## A\n\nSame.\n\n## A\n\nSame."))
    later = _document("## A\n\nSame.\n\n## A\n\nSame.").model_copy(
        update={"as_of": date(2025, 1, 1)}
    )
    ids = [one.passage_id for one in first]
    assert ids == [one.passage_id for one in again]
    assert len(set(ids)) == 2
    assert not set(ids) & {one.passage_id for one in passages(later)}

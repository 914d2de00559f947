"""Our own documents are complete, and a broken collection is refused with a code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import InputError
from knowledge.chunking import passages
from knowledge.corpus import load_corpus

ENTRY = """
[[document]]
id = "one"
title = "One"
language = "en"
as_of = 2024-01-01
tier = "house"
tags = ["sample"]
"""


def _folder(path: Path, manifest: str, *names: str) -> Path:
    (path / "manifest.toml").write_text(manifest, encoding="utf-8")
    for name in names:
        (path / f"{name}.md").write_text("# One\n\n## Part\n\nText.\n", encoding="utf-8")
    return path


def test_our_documents_are_what_they_should_be() -> None:
    """At least ten texts in two languages, 300 to 700 words, each in sections."""
    documents = load_corpus()
    assert len(documents) >= 10
    assert {document.language for document in documents} == {"en", "de"}
    for document in documents:
        assert 300 <= len(document.text.split()) <= 700, document.name
        assert document.text.startswith(f"# {document.title}\n")
        assert len(passages(document)) >= 4
        assert document.tier == "house"


def test_our_documents_name_no_address() -> None:
    """No text points to a place outside."""
    assert not [one.name for one in load_corpus() if re.search(r"https?:|www\.", one.text)]


def test_a_listed_text_is_read(tmp_path: Path) -> None:
    """A manifest entry and its file make a document."""
    (document,) = load_corpus(_folder(tmp_path, ENTRY, "one"))
    assert (document.name, document.tags, document.origin) == ("one", ("sample",), "corpus")


@pytest.mark.parametrize(
    ("manifest", "names", "code"),
    [
        (ENTRY, (), "CORPUS_MISSING"),
        (ENTRY, ("one", "two"), "CORPUS_UNLISTED"),
        (ENTRY + ENTRY, ("one",), "CORPUS_INVALID"),
        ("document = 3", (), "CORPUS_INVALID"),
        ("[[document", (), "CORPUS_INVALID"),
        (ENTRY.replace('"one"', '"../one"'), (), "CORPUS_MISSING"),
        (ENTRY.replace('"house"', '"holy"'), ("one",), "RECORD_INVALID"),
        (ENTRY + 'color = "red"\n', ("one",), "RECORD_INVALID"),
    ],
)
def test_a_broken_collection_is_refused(
    tmp_path: Path, manifest: str, names: tuple[str, ...], code: str
) -> None:
    """What is missing, unlisted, listed twice or unreadable has its own code."""
    with pytest.raises(InputError) as caught:
        load_corpus(_folder(tmp_path, manifest, *names))
    assert caught.value.code == code

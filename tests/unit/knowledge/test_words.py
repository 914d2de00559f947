"""Questions become words; the full-text search never sees them raw."""

from __future__ import annotations

from knowledge.glossary import translations
from knowledge.words import MAX_TERMS, STOP_WORDS, fold, full_text_query, terms


def test_stop_words_and_repeats_go() -> None:
    """What is left says what the question is about, in both languages."""
    assert terms("What does the RSI mean, and why the RSI?") == ("rsi",)
    assert terms("Was bedeutet eigentlich die Größe der Position?") == (
        "eigentlich",
        "grösse",
        "position",
    )
    assert all(word == fold(word) for word in STOP_WORDS)


def test_words_are_quoted_one_by_one() -> None:
    """Operators of the search language lose their meaning."""
    found = terms('risk" OR parity NEAR(stop) NOT title:gate *')
    assert found == ("risk", "parity", "near", "stop", "title", "gate")
    assert full_text_query(found[:2]) == '"risk" OR "parity"'
    assert full_text_query(()) == ""


def test_a_long_question_is_bounded() -> None:
    """At most forty words are searched for."""
    assert len(terms(" ".join(f"word{number}" for number in range(500)))) == MAX_TERMS


def test_german_terms_bring_their_english_ones() -> None:
    """Stems, inflections and compounds are recognised; English questions get nothing added."""
    assert translations(terms("Welche Transaktionskosten fallen an?")) == ("costs", "fees")
    assert "overfitting" in translations(terms("Woran erkenne ich Überanpassung?"))
    assert translations(terms("How large are the fees?")) == ()

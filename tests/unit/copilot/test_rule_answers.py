"""Questions of understanding without a model."""

from __future__ import annotations

import re

import pytest

from copilot.narrator import template
from copilot.rule_answers import Known, answer_by_rules
from engine.gate.findings import GateCode
from tests.copilot_world import GLOSSARY, spec, verdict

KNOWN = Known(spec(), verdict("FAIL", GateCode.TRADES_TOO_FEW), (GLOSSARY.model_dump(mode="json"),))


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("What was the Sharpe of the last run?", "train.sharpe"),
        ("How many trades did it make?", "train.trades"),
        ("Wie tief war der Drawdown in diesem Lauf?", "train.max_drawdown"),
        ("Wie viele Versuche waren es?", "gate.trials"),
    ],
)
def test_a_question_about_a_figure_gets_its_placeholder(question: str, key: str) -> None:
    """Never the number: the desk fills it."""
    text = answer_by_rules(question, "de" if "Wie" in question else "en", KNOWN).text
    assert f"{{{{{key}}}}}" in text
    assert not re.search(r"\d", text)


def test_a_figure_that_is_not_open_is_said_to_be_missing() -> None:
    """No near fact is offered in its place."""
    text = answer_by_rules("Wie hoch war die Trefferquote in diesem Lauf?", "de", KNOWN).text
    assert "{{" not in text


@pytest.mark.parametrize(
    "question", ["Why did the gate refuse it?", "Did it pass?", "Explain the verdict."]
)
def test_a_question_about_the_verdict_gets_its_words(question: str) -> None:
    """The template, whatever the wording of the question."""
    known = Known(spec(), KNOWN.verdict)
    assert known.verdict is not None
    assert answer_by_rules(question, "en", known).text == template(known.verdict, "en")


def test_without_a_result_nothing_is_made_up() -> None:
    """The answer says that nothing was submitted."""
    text = answer_by_rules(
        "How long was the longest drawdown in this run?", "en", Known(spec())
    ).text
    assert "nothing has been submitted" in text


def test_a_question_about_the_draft_gets_the_draft_in_words() -> None:
    """From the document, not from memory."""
    text = answer_by_rules(
        "What do the stop and the exit rule do, in plain words?", "en", Known(spec())
    ).text
    assert "ATR(14)" in text


def test_a_question_about_a_term_is_answered_with_a_citation() -> None:
    """A quotation and the passage it comes from."""
    found = answer_by_rules("What does the Sharpe ratio mean?", "en", KNOWN)
    assert "per unit of" in found.text
    assert [row["title"] for row in found.passages] == ["Glossary"]


def test_braces_in_a_document_are_no_placeholders() -> None:
    """An uploaded text cannot name facts."""
    row = {**GLOSSARY.model_dump(mode="json"), "text": "see {{oos.sharpe}}"}
    assert "{{" not in answer_by_rules("What is a Sharpe ratio?", "en", Known(passages=(row,))).text


def test_what_nobody_knows_is_admitted() -> None:
    """With what this copilot can do."""
    assert "fixed rules" in answer_by_rules("Who are you?", "en", Known()).text

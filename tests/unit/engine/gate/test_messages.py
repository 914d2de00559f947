"""Messages: every code is worded in both languages and says what was found and what to do."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any, Final, Literal

import pytest

from engine.gate.findings import Effect, GateCode, GateFinding
from engine.gate.messages import MAX_MESSAGE, digits, say, sentence, trials_phrase
from engine.gate.wordings import SEALED, WORDS

Passed = Any
Language = Literal["en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")
FOREIGN_MARK: Final = {"en": re.compile(r"\d,\d\b(?!\d\d)"), "de": re.compile(r"\d\.\d\b(?!\d\d)")}
"""A decimal mark of the other language."""


def _said(code: GateCode, language: Language, **changes: Any) -> str:  # noqa: ANN401 - mixed options
    options = {"passed": False, "value": 0.4137, "threshold": 0.25, "trials": 1_312}
    return sentence(code, language=language, **{**options, **changes})


def test_every_code_has_words() -> None:
    """No code of the closed list is without an entry, and no entry is without a code."""
    assert set(WORDS) == set(GateCode)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_languages_say_the_same(code: GateCode) -> None:
    """German and English name the same figures and have the same forms."""
    entry = WORDS[code]
    for english, german in zip(entry.en, entry.de, strict=True):
        names = [
            {name for _, name, _, _ in Formatter().parse(text) if name}
            for text in (english, german)
        ]
        assert names[0] == names[1] <= {"value", "limit", "trials"}
        assert bool(english) == bool(german)


@pytest.mark.parametrize("code", sorted(WORDS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_complete(code: GateCode, language: Language) -> None:
    """All answers fit a finding, hold no placeholder, end as a sentence, and differ."""
    texts = [
        _said(code, language, passed=passed, value=value)
        for passed in (False, True)
        for value in (0.4137, None)
    ]
    assert all(10 < len(text) <= 300 and "{" not in text for text in texts)
    assert all(text.endswith(".") for text in texts)
    assert texts[0] != texts[2]


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_failure_says_more_than_the_finding(code: GateCode) -> None:
    """What did not pass ends in advice: its text is never just the passed one."""
    for wording in (WORDS[code].en, WORDS[code].de):
        assert wording.failed != wording.passed
        assert any(mark in wording.failed for mark in (":", ". ", ";", ","))


@pytest.mark.parametrize("code", sorted(WORDS))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [0.4137, 0.00012, 1_234.5, -2.5])
def test_numbers_are_written_in_the_language(
    code: GateCode, language: Language, value: float
) -> None:
    """No sentence carries the decimal mark of the other language."""
    text = _said(code, language, value=value, threshold=value)
    assert not FOREIGN_MARK[language].search(text), text


@pytest.mark.parametrize("code", [code for code in WORDS if WORDS[code].en.bare_failed])
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_without_a_figure_show_none(code: GateCode, language: Language) -> None:
    """A criterion that was asked without a number has words of its own, no dash and no limit."""
    text = _said(code, language, value=None, threshold=None)
    assert " - " not in f" {text} "
    assert "-," not in text


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (41.37, "41.4", "41,4"), (41.0, "41", "41"), (0.9824, "0.98", "0,98"),
        (0.0086, "0.0086", "0,0086"), (1_312.0, "1,312", "1.312"), (0.0, "0", "0"),
        (-0.0, "0", "0"), (-2.5, "-2.5", "-2,5"), (1e-15, "0", "0"),
    ],
)  # fmt: skip
def test_digits(value: float, english: str, german: str) -> None:
    """Few digits, but never none where something is left."""
    assert digits(value, "en") == english
    assert digits(value, "de") == german


def test_the_trial_count_is_said() -> None:
    """The sentence of the train key, in both languages and number formats."""
    code = GateCode.TRAIN_NOT_SIGNIFICANT
    english, german = _said(code, "en", value=0.41), _said(code, "de", value=0.4137)
    assert english == (
        "41 % of noise searches with 1,312 trials look at least this good (limit 25 %). "
        "More variants make this worse; a longer history or a second market helps."
    )
    assert german.startswith("41,4 % der Zufallssuchen mit 1.312 Versuchen")


def test_one_trial_is_singular() -> None:
    """One trial is no plural."""
    assert [trials_phrase(1, language) for language in LANGUAGES] == ["1 trial", "1 Versuch"]


def test_stored_findings_can_be_said_again(passed: Passed) -> None:
    """English from a stored finding is its message; sealed ones are said without a figure."""
    report = passed.report
    for finding in report.findings:
        assert say(finding, report.trials, "en") == finding.message
        assert say(finding, report.trials, "de") != finding.message
    shown = next(f for f in report.findings if f.code == "HOLDOUT_REFUTED")
    sealed = shown.model_copy(update={"value": None, "threshold": None})
    assert "sealed" in say(sealed, 1, "en")
    assert "versiegelt" in say(sealed, 1, "de")


def _finding(detail: str) -> GateFinding:
    message = sentence(
        GateCode.ENGINE_DISAGREES, passed=False, value=1.0, threshold=0.0, trials=3, detail=detail
    )
    return GateFinding(
        code=GateCode.ENGINE_DISAGREES, stage="3a", effect=Effect.FAIL, value=1.0, threshold=0.0,
        passed=False, message=message,
    )  # fmt: skip


def test_a_detail_survives_translation() -> None:
    """What only this case knows stands behind the sentence in either language."""
    found = _finding("Trade 7: ours 100.5, theirs 101.")
    for language in LANGUAGES:
        assert say(found, 3, language).endswith("Trade 7: ours 100.5, theirs 101.")
    assert say(_finding(""), 3, "de") == _said(
        GateCode.ENGINE_DISAGREES, "de", value=1.0, threshold=0.0
    )


def test_a_foreign_message_is_no_detail() -> None:
    """A stored text that is not this engine's sentence is said anew, not appended."""
    found = _finding("").model_copy(update={"message": "an older text"})
    for language in LANGUAGES:
        assert "older" not in say(found, 3, language)


def test_a_long_detail_is_cut() -> None:
    """A message always fits its finding."""
    assert len(_finding("x" * 900).message) == MAX_MESSAGE


def test_sealed_words_hold_no_figure() -> None:
    """The sealed sentences have no place for a number."""
    assert all("{" not in text for wording in SEALED.values() for text in wording)

"""Messages: every code is worded in both languages and says what to do."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from engine.gate.findings import GateCode
from engine.gate.messages import say, sentence
from engine.gate.wordings import WORDS

Passed = Any
ELSEWHERE = {GateCode.HOLDOUT_NOT_CONFIRMED, GateCode.CODE_CHANGED, GateCode.EXPIRED,
             GateCode.REVOKED}  # fmt: skip


def test_every_code_has_words() -> None:
    """All codes that a check can give are in the table."""
    assert set(WORDS) == set(GateCode) - ELSEWHERE


@pytest.mark.parametrize("code", sorted(WORDS))
@pytest.mark.parametrize("language", ["en", "de"])
def test_sentences_are_complete(code: GateCode, language: Literal["en", "de"]) -> None:
    """Both answers fit a finding, hold no placeholder, and differ."""
    texts = [
        sentence(code, passed=passed, value=0.4137, threshold=0.25, trials=312, language=language)
        for passed in (False, True)
    ]
    assert all(10 < len(text) <= 300 and "{" not in text for text in texts)
    assert texts[0] != texts[1] or code is GateCode.HOLDOUT_TRADES


def test_the_trial_count_is_said() -> None:
    """The sentence of the train key, in both languages and number formats."""
    answer = {"passed": False, "value": 0.4137, "threshold": 0.25, "trials": 312}
    code = GateCode.TRAIN_NOT_SIGNIFICANT
    english = sentence(code, **answer)  # type: ignore[arg-type]  # mixed options
    german = sentence(code, **answer, language="de")  # type: ignore[arg-type]  # mixed options
    assert english.startswith("41.4 % of noise searches with 312 trial(s)")
    assert german.startswith("41,4 % der Zufallssuchen mit 312 Versuch(en)")


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


def test_a_code_without_words_says_its_name() -> None:
    """Codes of other rooms fall back to themselves."""
    text = sentence(GateCode.EXPIRED, passed=False, value=None, threshold=None, trials=0)
    assert text == "EXPIRED"

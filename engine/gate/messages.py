"""A gate finding as one sentence, in English or German."""

from __future__ import annotations

from typing import Literal

from engine.gate.findings import GateCode, GateFinding
from engine.gate.report import is_sealed
from engine.gate.wordings import SEALED, WORDS, Kind

Language = Literal["en", "de"]


def _number(value: float | None, kind: Kind, language: Language) -> str:
    """A value as people read it; percent and bps take fractions of one."""
    if value is None:
        return "-"
    if kind == "count":
        return f"{value:.0f}"
    text = f"{value * 100:.1f} %" if kind == "percent" else f"{value * 10_000:.2f}"
    return text.replace(".", ",") if language == "de" else text


def sentence(  # noqa: PLR0913 - the parts of a finding
    code: GateCode,
    *,
    passed: bool,
    value: float | None,
    threshold: float | None,
    trials: int,
    language: Language = "en",
) -> str:
    """What a criterion's answer says; codes without words of their own answer their name."""
    entry = WORDS.get(code)
    if entry is None:
        return code.value
    wording = entry.en if language == "en" else entry.de
    text = wording.passed if passed else wording.failed
    return text.format(
        value=_number(value, entry.kind, language),
        limit=_number(threshold, entry.kind, language),
        trials=trials,
    )


def sealed_sentence(*, passed: bool, language: Language = "en") -> str:
    """What stands in place of a holdout criterion whose figure is sealed."""
    wording = SEALED[language]
    return wording.passed if passed else wording.failed


def say(finding: GateFinding, trials: int, language: Language) -> str:
    """A stored finding in a language; `trials` is the report's count."""
    if is_sealed(finding):
        return sealed_sentence(passed=finding.passed, language=language)
    return sentence(
        finding.code,
        passed=finding.passed,
        value=finding.value,
        threshold=finding.threshold,
        trials=trials,
        language=language,
    )

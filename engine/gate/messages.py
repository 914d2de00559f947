"""A gate finding as one sentence, in English or German."""

from __future__ import annotations

import math
from typing import Final, Literal

from engine.gate.findings import GateCode, GateFinding
from engine.gate.report import is_sealed
from engine.gate.wordings import SEALED, WORDS, Kind

Language = Literal["en", "de"]

MAX_MESSAGE: Final = 500
_SCALE: Final[dict[Kind, float]] = {"percent": 100.0, "bps": 10_000.0}
_DIGITS: Final = 2
_TENTH: Final = 10.0


def digits(value: float, language: Language) -> str:
    """A number for a sentence: `41.4`, `0.98`, `0.0086`, `1,312`; the language's own marks.

    One decimal from ten on, two below, and where these would all be zero the first two that are
    not; zeros at the end are left out.
    """
    size = abs(value)
    places = 1 if size >= _TENTH else _DIGITS
    if 0.0 < size < 0.1:  # noqa: PLR2004 - two decimals say too little here
        places = min(9, 1 - math.floor(math.log10(size)))
    text = f"{value:,.{places}f}".rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    if language == "en":
        return text
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def number(value: float | None, kind: Kind, language: Language) -> str:
    """A criterion's number as its sentence has it; percent and bps take fractions of one."""
    if value is None:
        return "-"
    if kind == "count":
        return digits(float(round(value)), language)
    text = digits(value * _SCALE.get(kind, 1.0), language)
    return f"{text} %" if kind == "percent" else text


def trials_phrase(trials: int, language: Language) -> str:
    """`312 trials`, as it stands after "with" or "mit"."""
    count = digits(float(trials), language)
    if language == "en":
        return f"{count} trial" if trials == 1 else f"{count} trials"
    return f"{count} Versuch" if trials == 1 else f"{count} Versuchen"


def sentence(  # noqa: PLR0913 - the parts of a finding
    code: GateCode,
    *,
    passed: bool,
    value: float | None,
    threshold: float | None,
    trials: int,
    language: Language = "en",
    detail: str = "",
) -> str:
    """What a criterion's answer says.

    Args:
        code: the criterion.
        passed: its answer.
        value: what was measured; None when there is no number.
        threshold: the limit.
        trials: N of the report.
        language: en or de.
        detail: what only this case knows (a message of the check, a trade), put behind.
    """
    entry = WORDS[code]
    wording = entry.en if language == "en" else entry.de
    text = wording.choose(passed=passed, bare=value is None).format(
        value=number(value, entry.kind, language),
        limit=number(threshold, entry.kind, language),
        trials=trials_phrase(trials, language),
    )
    return f"{text} {detail}".strip()[:MAX_MESSAGE]


def sealed_sentence(*, passed: bool, language: Language = "en") -> str:
    """What stands in place of a holdout criterion whose figure is sealed."""
    wording = SEALED[language]
    return wording.passed if passed else wording.failed


def say(finding: GateFinding, trials: int, language: Language) -> str:
    """A stored finding in a language; `trials` is the report's count.

    What stood behind its English sentence stands behind the other language's too.
    """
    if is_sealed(finding):
        return sealed_sentence(passed=finding.passed, language=language)
    english = _said(finding, trials, "en")
    if language == "en" and finding.message.startswith(english):
        return finding.message
    detail = finding.message.removeprefix(english).strip()
    if detail == finding.message:
        detail = ""
    return _said(finding, trials, language, detail)


def _said(finding: GateFinding, trials: int, language: Language, detail: str = "") -> str:
    return sentence(
        finding.code,
        passed=finding.passed,
        value=finding.value,
        threshold=finding.threshold,
        trials=trials,
        language=language,
        detail=detail,
    )

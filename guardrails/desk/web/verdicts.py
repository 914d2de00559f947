"""The gate's criteria as rows of a page: words and figures in the person's language."""

from __future__ import annotations

from typing import Final

from engine.gate.findings import Effect, GateFinding
from engine.gate.messages import say
from engine.gate.report import GateReport, is_sealed
from engine.gate.wordings import WORDS, Kind
from guardrails.desk.web.render import NOTHING, Formats, Language, translate

_BAD: Final = frozenset({Effect.FAIL, Effect.INELIGIBLE})
_BPS: Final = 10_000


def criteria(report: GateReport, language: Language) -> list[dict[str, object]]:
    """One row per criterion: code, passed, mark, tone (good, bad, look), words and figures."""
    return [_row(one, report.trials, language) for one in report.findings]


def _row(finding: GateFinding, trials: int, language: Language) -> dict[str, object]:
    kind = WORDS[finding.code].kind if finding.code in WORDS else "none"
    value = _figure(finding.value, kind, language)
    return {
        "code": finding.code.value,
        "passed": finding.passed,
        "mark": "held" if finding.passed else finding.effect.value,
        "tone": "good" if finding.passed else "bad" if finding.effect in _BAD else "look",
        "value": translate(language, "candidate.sealed") if is_sealed(finding) else value,
        "threshold": _figure(finding.threshold, kind, language),
        "message": say(finding, trials, language),
    }


def _figure(value: float | None, kind: Kind, language: Language) -> str:
    """A figure with the unit of its code; a code without figures shows none."""
    formats = Formats(language)
    if value is None or kind == "none":
        return NOTHING
    if kind == "percent":
        return formats.percent(value)
    if kind == "bps":
        return f"{formats.figure(round(value * _BPS, 2))} {translate(language, 'unit.bps')}"
    return formats.figure(value)

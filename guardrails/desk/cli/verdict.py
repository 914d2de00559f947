"""A verdict of the gate as lines of text, in the person's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guardrails.desk.cli.choices import Language


def stage_name(language: Language) -> Callable[[str], str]:
    """Words for a stage of the gate."""
    from guardrails.desk.web.render import word

    return lambda stage: word(language, "stage", stage)


def verdict_lines(name: str, answer: dict[str, Any], language: Language) -> list[str]:
    """Verdict, what it means, what did not hold, and where the report lies."""
    from guardrails.desk.web.render import translate, word

    verdict, tier = str(answer["verdict"]), answer["tier"]
    tier_word = word(language, "tier", tier) if tier else ""
    counts = [
        f"{translate(language, 'candidate.trials')}: {answer['trials']}",
        f"{translate(language, 'candidate.looks_left')}: {answer['looks_left']}",
    ]
    certificate = answer["certificate"]
    return [
        f"{verdict} {tier or ''}".rstrip() + f"  {name}",
        translate(language, f"candidate.note_{verdict}", tier=tier_word),
        ", ".join(counts),
        *[f"- {line}" for line in _failed(answer["findings"], int(answer["trials"]), language)],
        *(
            [f"{translate(language, 'candidate.certificate')}: {certificate}"]
            if certificate
            else []
        ),
        f"{translate(language, 'candidate.report_at')}: {answer['report']}",
    ]


def _failed(findings: list[dict[str, Any]], trials: int, language: Language) -> list[str]:
    from engine.gate.findings import GateFinding
    from engine.gate.messages import say
    from engine.records import canonical, parse_record

    found = [parse_record(GateFinding, canonical(row)) for row in findings if not row["passed"]]
    return [f"{one.effect} {one.code}: {say(one, trials, language)}" for one in found]

"""A verdict of the gate as lines of text, in the person's language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from engine.gate.findings import GateFinding
    from engine.gate.tier_words import TierChances
    from guardrails.desk.cli.choices import Language

Shown = dict[str, Any]
MAX_REPORT_BYTES: Final = 8_000_000

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "trials": "Trials on this market", "looks_left": "Looks left",
        "held": "{held} of {all} held",
        "noise": "This gate, on this much data: {testnet} of pure noise passes to testnet, {paper} "
        "to paper.",
        "power": "A real Sharpe ratio of {sharpe}: {testnet} to testnet, {paper} to paper.",
        "certificate": "Certificate", "report": "Report",
        "ineligible": "blocks", "fail": "failed", "cap": "caps the tier", "note": "note",
    },
    "de": {
        "trials": "Versuche auf diesem Markt", "looks_left": "Verbleibende Blicke",
        "held": "{held} von {all} erfüllt",
        "noise": "Dieses Gate, bei so vielen Daten: {testnet} von reinem Zufall kommt zu Testnet, "
        "{paper} zu Paper.",
        "power": "Eine echte Sharpe-Ratio von {sharpe}: {testnet} zu Testnet, {paper} zu Paper.",
        "certificate": "Zertifikat", "report": "Bericht",
        "ineligible": "sperrt", "fail": "verfehlt", "cap": "begrenzt die Stufe", "note": "Hinweis",
    },
}  # fmt: skip


def stage_name(language: Language) -> Callable[[str], str]:
    """Words for a stage of the gate."""
    from guardrails.desk.web.render import word

    return lambda stage: word(language, "stage", stage)


def calibration_in(report: bytes | str) -> Shown | None:
    """The self-calibration inside a report's JSON; None when it has none or cannot be read."""
    if len(report) > MAX_REPORT_BYTES:
        return None
    try:
        found = json.loads(report)["studies"]["calibration"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def verdict_lines(name: str, answer: Shown, language: Language) -> list[str]:
    """Verdict, what it is worth, the stages, the counts, the gate's own odds, where to read on."""
    words = WORDS[language]
    verdict, tier = str(answer["verdict"]), answer["tier"]
    return [
        f"{verdict} {tier or ''}".rstrip() + f"  {name}",
        *_meaning(answer, language),
        f"{words['trials']}: {answer['trials']}, {words['looks_left']}: {answer['looks_left']}",
        *_stages(answer["findings"], int(answer["trials"]), language),
        *_odds(answer.get("calibration"), language),
        *([f"{words['certificate']}: {answer['certificate']}"] if answer["certificate"] else []),
        f"{words['report']}: {answer['report']}",
    ]


def _meaning(answer: Shown, language: Language) -> Iterator[str]:
    """What the verdict says; a tier says about itself how weak it is."""
    from engine.gate.tier_words import pass_sentence, tier_sentence
    from engine.reports.texts import text

    verdict, tier = str(answer["verdict"]), answer["tier"]
    values = {"tier": tier} if tier else {}
    yield text(f"verdict.{verdict}.sentence", language, **values)
    if tier:
        yield f"{tier_sentence(tier, language, _chances(answer))} {pass_sentence(language)}"


def _chances(answer: Shown) -> TierChances:
    from engine.gate.statistics import cap_of_look
    from engine.gate.tier_words import TABLE, TierChances

    found = answer.get("calibration")
    if found is None:
        return TABLE
    paper = next((one["paper"] for one in found["power"] if one["sharpe"] == 1), None)
    cap = cap_of_look(int(found["look"] or 1))
    return TierChances(found["noise_paper"], found["noise_testnet"], paper, cap, own=True)


def _stages(findings: Sequence[Shown], trials: int, language: Language) -> Iterator[str]:
    """One line for each stage, and below it what did not hold."""
    from engine.gate.messages import say
    from engine.reports.texts import text

    words = WORDS[language]
    for stage, each in groupby(_parsed(findings), key=lambda one: one.stage):
        found = list(each)
        held = sum(one.passed for one in found)
        count = words["held"].format(held=held, all=len(found))
        yield f"{text(f'stage.{stage}', language)}: {count}"
        for one in found:
            if not one.passed:
                effect = words[one.effect.value]
                yield f"- {effect} {one.code}: {say(one, trials, language)}"


def _parsed(findings: Sequence[Shown]) -> list[GateFinding]:
    from engine.gate.findings import GateFinding
    from engine.records import canonical, parse_record

    return [parse_record(GateFinding, canonical(row)) for row in findings]


def _odds(found: Shown | None, language: Language) -> Iterator[str]:
    """What this gate does with noise and with real edges on this much data."""
    if found is None:
        return
    from engine.gate.messages import digits, number

    def share(value: float | None) -> str:
        """A chance."""
        return number(value, "percent", language)

    words = WORDS[language]
    yield words["noise"].format(
        testnet=share(found["noise_testnet"]), paper=share(found["noise_paper"])
    )
    for one in found["power"]:
        yield words["power"].format(
            sharpe=digits(one["sharpe"], language),
            testnet=share(one["chance"]),
            paper=share(one["paper"]),
        )

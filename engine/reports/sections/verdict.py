"""Section 0: the verdict box - tier, findings, digests, seed, costs, dates, N, k, calibration."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from engine.facts.numbers import format_value
from engine.facts.table import Unit
from engine.gate.findings import GateFinding
from engine.gate.messages import say
from engine.gate.report import from_holdout
from engine.gate.wordings import WORDS
from engine.reports.blocks import Block, Cell, Counts, Folded, Group, Pairs, Section, Table
from engine.reports.cells import code, figure, key_part, paragraph, sealed, words
from engine.reports.data import Language, NamedDigest, ReportData, Zone
from engine.reports.sections.worth import calibration_blocks, cost_blocks, worth_blocks
from engine.reports.texts import date_text, has_text, text

_BPS: Final = 10_000
_SHORT: Final = 16
MAX_BRIEF: Final = 3
"""Criteria that the management page lists; the others are counted."""


def verdict_key(data: ReportData) -> str:
    """PASS, FAIL, INELIGIBLE, or none when nobody has judged."""
    return "none" if data.gate is None else data.gate.verdict


def verdict_section(data: ReportData, language: Language, *, brief: bool) -> Section:
    """The box that comes before any figure."""
    key = verdict_key(data)
    tier = data.gate.tier if data.gate is not None and data.gate.tier else "-"
    sentence = f"verdict.{key}.sentence"
    values = {"tier": tier} if key == "PASS" else {}
    blocks: list[Block] = [paragraph(sentence, language, **values)]
    blocks += worth_blocks(data, language)
    blocks += _judged(data, language, brief=brief)
    basis = (*_cost_lines(data, language), *_digest_lines(data, language, brief=brief))
    if brief:
        blocks.append(Pairs(basis, ""))
    else:
        blocks.append(Folded(text("section.basis", language), (Pairs(basis, ""), _fills(language))))
    title = text(f"verdict.{key}", language)
    return Section(0, "verdict", title, tuple(blocks), f"verdict-{key}")


def _fills(language: Language) -> Block:
    return paragraph("cost.fills", language, "soft")


def _judged(data: ReportData, language: Language, *, brief: bool) -> list[Block]:
    """Counts, findings and calibration; nothing without a verdict."""
    gate = data.gate
    if gate is None:
        return []
    state = data.holdout_state
    tone = "sealed" if state == "sealed" else ""
    counts = Counts(
        (
            (
                text("verdict.trials", language),
                figure(gate.trials, "count", language, "gate.trials"),
            ),
            (text("verdict.look", language), figure(gate.look, "count", language, "gate.look")),
            (
                text("verdict.looks_left", language),
                figure(gate.looks_left, "count", language, "gate.looks_left"),
            ),
            (text("verdict.holdout", language), words(text(f"holdout.{state}", language), tone)),
        )
    )
    failed = [found for found in gate.findings if not found.passed]
    shown = failed[:MAX_BRIEF] if brief else list(gate.findings)
    blocks: list[Block] = [counts]
    if shown:
        blocks.append(_findings(data, shown, language, by_stage=not brief))
    if brief:
        passed = len(gate.findings) - len(failed)
        blocks.append(_others("passed", passed, language))
    if len(shown) < len(failed):
        blocks.append(_others("unmet", len(failed) - len(shown), language))
    if not brief:
        blocks += cost_blocks(data, language)
    return [*blocks, *calibration_blocks(data, language, brief=brief)]


def _others(which: str, count: int, language: Language) -> Block:
    """How many criteria the page does not list."""
    cell = figure(count, "count", language, f"gate.criteria_{which}")
    return paragraph(f"verdict.{which}", language, "soft", count=cell)


def _findings(
    data: ReportData, found: list[GateFinding], language: Language, *, by_stage: bool
) -> Table:
    """One line for each criterion, in the order of the work, under its stage."""
    names = ("criterion", "finding", "value", "threshold")
    head = tuple(text(f"column.{name}", language) for name in names)
    if not by_stage:
        rows = tuple(_finding(data, finding, language) for finding in found)
        return Table("findings", head, (Group(rows),), words=frozenset({0, 1}))
    groups = tuple(
        Group(
            tuple(_finding(data, finding, language) for finding in each),
            text(f"stage.{stage}", language),
        )
        for stage, each in groupby(found, key=lambda finding: finding.stage)
    )
    return Table("findings", head, groups, words=frozenset({0, 1}))


def _finding(data: ReportData, finding: GateFinding, language: Language) -> tuple[Cell, ...]:
    mark = "passed" if finding.passed else f"effect.{finding.effect.value}"
    tone = "passed" if finding.passed else finding.effect.value
    fact = f"gate.{key_part(finding.code.value)}"
    measured = from_holdout(finding)
    hidden = measured and data.holdout_state == "sealed"
    prefix = "oos." if measured else ""
    value = (
        sealed("number", language, f"{prefix}{fact}")
        if hidden
        else _value(finding, finding.value, language, f"{prefix}{fact}")
    )
    return (
        words(text(mark, language), f"mark {tone}"),
        Cell(_message(data, finding, language), below=code(finding.code.value)),
        value,
        _value(finding, finding.threshold, language, f"{fact}.limit"),
    )


def _message(data: ReportData, finding: GateFinding, language: Language) -> str:
    """The stored sentence; in another language the same finding said anew."""
    trials = 0 if data.gate is None else data.gate.trials
    told = finding.message if language == "en" else say(finding, trials, language)
    return words(finding.message if told == finding.code.value else told).text


def _value(finding: GateFinding, value: float | None, language: Language, fact: str) -> Cell:
    """A criterion's number in the unit of its code, so that 0.25 never stands beside 30."""
    entry = WORDS.get(finding.code)
    kind = "none" if entry is None else entry.kind
    if value is not None and kind == "bps":
        written = format_value(value * _BPS, "number", language)
        return Cell(text("cost.bps", language, value=written), "", fact, value, "number")
    units: dict[str, Unit] = {"percent": "percent", "count": "count"}
    return figure(value, units.get(kind, "number"), language, fact)


def _cost_lines(data: ReportData, language: Language) -> tuple[tuple[str, Cell], ...]:
    """Label and value of each cost, the account and the periods."""
    costs = data.costs

    def bps(name: str, value: float) -> tuple[str, Cell]:
        """A cost in basis points."""
        written = format_value(value, "number", language)
        cell = text("cost.bps", language, value=written)
        return text(f"cost.{name}", language), Cell(cell, "", f"costs.{name}", value, "number")

    start = f"{format_value(data.start_equity, 'money', language)} {data.currency}"
    return (
        (
            text("cost.periods", language),
            words("; ".join(_period(zone, language) for zone in data.zones)),
        ),
        *(_length(zone, language) for zone in data.zones),
        bps("taker", costs.taker_fee_bps),
        bps("maker", costs.maker_fee_bps),
        bps("spread", costs.spread_bps),
        bps("slippage", costs.slippage_bps),
        (text("cost.limit_fill", language), words(text(f"cost.{costs.limit_fill}", language))),
        (
            text("cost.start", language),
            Cell(start, "", "report.start_equity", data.start_equity, "money"),
        ),
    )


def _length(zone: Zone, language: Language) -> tuple[str, Cell]:
    """Calendar days of a zone; a sealed one hides its figures, not its length."""
    days = (zone.last.date() - zone.first.date()).days + 1
    fact = f"report.{zone.name}_days"
    return text(f"cost.{zone.name}_days", language), figure(days, "days", language, fact)


def _period(zone: Zone, language: Language) -> str:
    name = text(f"zone.{'sealed' if zone.sealed else zone.name}", language)
    first, last = date_text(zone.first, language), date_text(zone.last, language)
    return text("cost.period", language, name=name, first=first, last=last)


def _digest_lines(
    data: ReportData, language: Language, *, brief: bool
) -> tuple[tuple[str, Cell], ...]:
    """What the report was made from; the seed of the intervals is the run's digest."""
    wanted = {"spec", "dataset", "code", "run"} if brief else {item.name for item in data.digests}
    lines = [
        (digest_name(item, language), code(item.digest[:_SHORT] if brief else item.digest))
        for item in data.digests
        if item.name in wanted
    ]
    return (*lines, (text("seed", language), words(text("seed.run", language))))


def digest_name(named: NamedDigest, language: Language) -> str:
    """What a digest is the digest of; an unknown name stands for itself."""
    key = f"digest.{named.name}"
    return text(key, language) if has_text(key) else named.name

"""Sections 15 to 17: warnings, the rules with their document, commentary."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from engine.facts.narration import check
from engine.facts.placeholders import fill
from engine.facts.table import Fact
from engine.records import canonical
from engine.reports.blocks import Block, Cell, Code, Folded, Listing, Paragraph, Prose, Section
from engine.reports.cells import figure, key_part, paragraph, prose, words
from engine.reports.data import Language, Note, ReportData
from engine.reports.texts import has_text, text
from engine.text import clean_text

MAX_BRIEF: Final = 5
MAX_LINE: Final = 20_000
MUST_MENTION: Final = (
    ("costs", ("costs.taker", "costs.maker", "costs.slippage", "costs.spread", "train.fees")),
    ("trades", ("train.trades", "oos.trades")),
    ("holdout", ("report.holdout_days",)),
    ("trials", ("gate.trials",)),
)
"""What a commentary must name when the report has it; what it leaves out is said below it."""
EXPORTS: Final = ("backtesting", "freqtrade", "pine")


def notes_section(data: ReportData, language: Language, *, brief: bool = False) -> Section:
    """Lints, warnings and data problems as sentences; the management page has the first ones."""
    shown = data.notes[:MAX_BRIEF] if brief else data.notes
    notes = tuple(note_prose(note, language) for note in shown)
    if len(shown) < len(data.notes):
        more = figure(len(data.notes) - len(shown), "count", language, "notes.more")
        notes = (*notes, prose("notes.more", language, count=more))
    block: Block = Listing(notes) if notes else paragraph("notes.none", language, "soft")
    return Section(15, "notes", text("section.notes", language), (block,))


def note_prose(note: Note, language: Language) -> Prose:
    """A note as a sentence: its own text, or that of its code."""
    key = f"note.{note.code}"
    if note.text:
        return (words(note.text),)
    count = figure(note.count, "count", language, f"notes.{key_part(note.code)}")
    if has_text(key):
        return prose(key, language, count=count)
    if has_text(f"drop.{note.code}"):
        meaning = text(f"drop.{note.code}", language)
        return prose("note.dropped", language, meaning=meaning, count=count)
    return (words(note.code),)


def rules_section(data: ReportData, language: Language) -> Section:
    """The rules in words, the idea behind them, the document, how to take it elsewhere."""
    lines = data.words.de if language == "de" else data.words.en
    blocks: list[Block] = [
        Listing(tuple((words(line),) for line in lines))
        if lines
        else paragraph("words.none", language, "soft")
    ]
    if data.spec.hypothesis:
        idea = (Cell(f"{text('hypothesis', language)}: "), words(data.spec.hypothesis))
        blocks.append(Listing((idea,)))
    blocks.append(Folded(text("spec.document", language), (Code(_document(data)),)))
    commands = "\n".join(f"peak strategy export SPEC --to {target}" for target in EXPORTS)
    blocks.append(Folded(text("spec.export", language), (Code(commands),)))
    return Section(16, "rules", text("section.rules", language), tuple(blocks))


def _document(data: ReportData) -> str:
    """The spec as JSON to copy; direction marks and the like inside its texts are gone."""
    shown = json.dumps(json.loads(canonical(data.spec)), ensure_ascii=False, indent=2)
    return "\n".join(clean_text(line, MAX_LINE) for line in shown.splitlines())


def commentary_section(data: ReportData, facts: Iterable[Fact], language: Language) -> Section:
    """Text with placeholders, filled from this report's facts; a figure of its own refuses it."""
    title = text("section.commentary", language)
    if not data.commentary:
        return Section(17, "commentary", title, (paragraph("commentary.none", language, "soft"),))
    known = tuple(facts)
    problems = check(data.commentary, known)
    if problems:
        codes = ", ".join(dict.fromkeys(problem.code.value for problem in problems))
        refused = paragraph("commentary.refused", language, "warn", codes=codes)
        return Section(17, "commentary", title, (refused,))
    by_key = {fact.key: fact for fact in known}
    parts = tuple(
        Cell(part.text, "", part.key or "", by_key[part.key].value, by_key[part.key].unit)
        if part.key in by_key
        else words(part.text)
        for part in fill(data.commentary, known, language).parts
    )
    blocks: list[Block] = [Paragraph(parts)]
    silent = [
        text(f"commentary.about.{name}", language)
        for name, keys in MUST_MENTION
        if any(key in by_key for key in keys) and not any(cell.fact in keys for cell in parts)
    ]
    if silent:
        blocks.append(paragraph("commentary.silent", language, "warn", what=", ".join(silent)))
    return Section(17, "commentary", title, tuple(blocks))

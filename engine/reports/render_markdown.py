"""The report as Markdown: the same words and figures as the page, without the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from engine.reports.blocks import (
    Block,
    Cell,
    Code,
    Counts,
    Folded,
    Listing,
    NotRun,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Table,
)
from engine.reports.contents import TemplateName, contents
from engine.reports.data import Language, ReportData
from engine.reports.render_html import subtitle
from engine.reports.texts import text
from engine.text import clean_text

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|!~])")
_FENCE: Final = "~~~~~~"


def plain(words: str) -> str:
    """Text from outside as it is read: one line, no mark-up of its own."""
    return _SPECIAL.sub(r"\\\1", clean_text(words, 2_000))


def render(data: ReportData, language: Language, template: TemplateName = "research") -> str:
    """The report as Markdown text.

    Args:
        data: the report.
        language: `en` or `de`.
        template: `research` or `management`.

    Raises:
        InputError: TEXT_LANGUAGE, TEMPLATE_UNKNOWN.
    """
    return document(
        data.title, subtitle(data, language), contents(data, language, template), language
    )


def document(title: str, below: str, sections: Sequence[Section], language: Language) -> str:
    """Sections as Markdown under a title."""
    lines = [f"# {plain(title)}", "", plain(below), ""]
    for section in sections:
        lines += [f"## {plain(section.title)}", ""]
        lines += _blocks(section.blocks, language)
    return "\n".join([*lines, text("footer", language), ""])


def _blocks(blocks: Iterable[Block], language: Language) -> list[str]:
    return [line for block in blocks for line in _block(block, language)]


def _block(block: Block, language: Language) -> list[str]:  # noqa: PLR0911 - one way per kind
    match block:
        case Paragraph():
            return ["".join(plain_piece(cell) for cell in block.parts), ""]
        case NotRun():
            return [f"{plain(block.text)} {text('how_to_run', language)} `{block.command}`", ""]
        case Table():
            return _table(block)
        case Picture():
            return []
        case Counts():
            pairs = [f"{plain(label)}: {_cell(cell)}" for label, cell in block.items]
            return ["; ".join(pairs), ""]
        case Pairs():
            return [*(f"- {plain(label)}: {_cell(cell)}" for label, cell in block.items), ""]
        case Listing():
            items = ["".join(plain_piece(cell) for cell in item) for item in block.items]
            return [*(f"- {item}" for item in items), ""]
        case Code():
            return [_FENCE, *block.text.splitlines(), _FENCE, ""]
        case Folded():
            return [f"### {plain(block.summary)}", "", *_blocks(block.blocks, language)]


def plain_piece(cell: Cell) -> str:
    """A piece of a sentence; blanks at its ends stay."""
    return _SPECIAL.sub(r"\\\1", cell.text.replace("\n", " "))


def _cell(cell: Cell) -> str:
    shown = f"`{cell.text.replace('`', '')}`" if cell.mono else plain(cell.text)
    if cell.low is not None and cell.high is not None:
        shown += f" ({cell.low.text} … {cell.high.text})"
    return f"{shown} {_cell(cell.below)}" if cell.below is not None else shown


def _table(block: Table) -> list[str]:
    head = [plain(name) for name in block.head]
    marks = ["---" if place in block.words else "---:" for place in range(len(head))]
    rows: list[list[str]] = []
    for group in block.groups:
        if group.heading:
            rows.append([f"**{plain(group.heading)}**", *("" for _ in head[1:])])
        rows += [[_cell(cell) for cell in row] for row in group.rows]
    caption = [f"### {plain(block.caption)}", ""] if block.caption else []
    return [*caption, *(f"| {' | '.join(line)} |" for line in [head, marks, *rows]), ""]

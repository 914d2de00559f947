"""What a report consists of between record and renderer: sections of blocks of cells.

HTML and Markdown are written from the same blocks, so no form can say what another does not. A
cell that shows a figure has its fact key, value and unit; all cells together are the facts that a
commentary may name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup

from engine.facts.table import Fact, Unit
from engine.records import Digest


@dataclass(frozen=True, slots=True)
class Cell:
    """Text with a tone (`gain`, `loss`, `sealed`, `gain-3` ...) and, for a figure, its fact.

    `low` and `high` are the ends of its interval, `below` stands on a line of its own, `mono` is
    for codes and digests.
    """

    text: str
    tone: str = ""
    fact: str = ""
    value: float | None = None
    unit: Unit | None = None
    low: Cell | None = None
    high: Cell | None = None
    mono: bool = False
    below: Cell | None = None


Prose = tuple[Cell, ...]
"""A sentence in pieces: plain text and figures."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or two; `soft` ones are explanations, `warn` ones must be seen."""

    kind: ClassVar[str] = "paragraph"
    parts: Prose
    tone: str = ""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A part that nobody computed, and the command that computes it."""

    kind: ClassVar[str] = "not_run"
    text: str
    command: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a table under a heading ("" for none)."""

    rows: tuple[tuple[Cell, ...], ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column heads its row, columns not in `words` are right-aligned numbers."""

    kind: ClassVar[str] = "table"
    name: str
    head: tuple[str, ...]
    groups: tuple[Group, ...]
    words: frozenset[int] = frozenset({0})
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its legend: class of the line and its name."""

    kind: ClassVar[str] = "picture"
    svg: Markup
    legend: tuple[tuple[str, str], ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """A few large figures in a row: label and cell."""

    kind: ClassVar[str] = "counts"
    items: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Label and value, one under the other."""

    kind: ClassVar[str] = "pairs"
    items: tuple[tuple[str, Cell], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Sentences as a list."""

    kind: ClassVar[str] = "listing"
    items: tuple[Prose, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Text to copy, shown as it is."""

    kind: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks behind a line that opens; closed on the screen, open in print."""

    kind: ClassVar[str] = "folded"
    summary: str
    blocks: tuple[Block, ...] = field(default=())


Block = Paragraph | NotRun | Table | Picture | Counts | Pairs | Listing | Code | Folded


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report; `name` is its anchor and class."""

    number: int
    name: str
    title: str
    blocks: tuple[Block, ...]
    tone: str = ""


def cells_of(blocks: Iterable[Block]) -> Iterator[Cell]:
    """All cells in the order of reading, interval ends after their figure."""
    for block in blocks:
        for cell in _cells(block):
            yield cell
            yield from (end for end in (cell.low, cell.high) if end is not None)


def _cells(block: Block) -> Iterator[Cell]:
    if isinstance(block, Table):
        for group in block.groups:
            for row in group.rows:
                yield from row
    elif isinstance(block, Counts | Pairs):
        yield from (cell for _, cell in block.items)
    elif isinstance(block, Paragraph):
        yield from block.parts
    elif isinstance(block, Listing):
        yield from (cell for item in block.items for cell in item)
    elif isinstance(block, Folded):
        yield from cells_of(block.blocks)


def facts_of(sections: Iterable[Section], source: Digest) -> tuple[Fact, ...]:
    """The figures of these sections as facts, each key once; a sealed one has no value."""
    found: dict[str, Fact] = {}
    for section in sections:
        for cell in cells_of(section.blocks):
            if cell.fact and cell.unit is not None and cell.fact not in found:
                found[cell.fact] = Fact(
                    key=cell.fact,
                    value=cell.value,
                    unit=cell.unit,
                    source=source,
                    sealed=cell.tone == "sealed",
                )
    return tuple(found.values())

"""The best experiments of a market as HTML and Markdown: never a Sharpe ratio alone."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from engine.facts.table import Unit
from engine.gate.criteria import MAX_TRAIN_P
from engine.quantities import Ratio
from engine.records import Record
from engine.reports.blocks import Block, Cell, Group, Section, Table
from engine.reports.cells import figure, paragraph, words
from engine.reports.data import Language
from engine.reports.render_html import page
from engine.reports.render_markdown import document
from engine.reports.texts import text

FIGURES: Final[tuple[tuple[str, Unit], ...]] = (
    ("sharpe", "ratio"), ("total_return", "percent"), ("max_drawdown", "percent"),
    ("closed", "count"),
)  # fmt: skip


class BestLine(Record):
    """One ranked experiment; `tier` is the gate's word on it, "" when nobody asked."""

    rank: Annotated[int, Field(ge=1)]
    id: Annotated[str, Field(max_length=80)]
    strategy: Annotated[str, Field(max_length=300)]
    p_is: Ratio
    trials: Annotated[int, Field(ge=1)]
    tier: Annotated[str, Field(max_length=40)] = ""
    sharpe: Ratio | None = None
    total_return: Ratio | None = None
    max_drawdown: Ratio | None = None
    closed: Ratio | None = None


class BestOf(Record):
    """The ranking of a market, and how many trials were made on it."""

    market: Annotated[str, Field(max_length=100)]
    trials: Annotated[int, Field(ge=0)]
    lines: tuple[BestLine, ...] = ()


def best_html(found: BestOf, language: Language) -> str:
    """The ranking as one self-contained page."""
    return page(
        text("best.title", language, market=found.market),
        _below(found, language),
        best_sections(found, language),
        kicker=text("best.kicker", language),
        language=language,
        template="best",
    )


def best_markdown(found: BestOf, language: Language) -> str:
    """The ranking as Markdown."""
    title = text("best.title", language, market=found.market)
    return document(title, _below(found, language), best_sections(found, language), language)


def _below(found: BestOf, language: Language) -> str:
    count = figure(found.trials, "count", language, "").text
    return text("best.below", language, trials=count)


def best_sections(found: BestOf, language: Language) -> tuple[Section, ...]:
    """The table, and how to read it."""
    ranking: Block = (
        _table(found, language) if found.lines else paragraph("best.none", language, "soft")
    )
    limit = figure(MAX_TRAIN_P, "percent", language, "gate.max_train_p")
    reading = (
        paragraph("best.about_p", language, limit=limit),
        paragraph("best.about_sharpe", language, "warn"),
    )
    return (
        Section(0, "ranking", text("best.ranking", language), (ranking,)),
        Section(1, "reading", text("best.reading", language), reading),
    )


def _table(found: BestOf, language: Language) -> Table:
    names = ("rank", "id", "strategy", "p_is", "trials", "tier", *(name for name, _ in FIGURES))
    head = tuple(text(f"best.{name}", language) for name in names)
    rows = tuple(_row(line, language) for line in found.lines)
    return Table("best", head, (Group(rows),), words=frozenset({0, 1, 2, 5}))


def _row(line: BestLine, language: Language) -> tuple[Cell, ...]:
    fact = f"best.{line.rank}"
    return (
        words(str(line.rank)),
        words(line.id),
        words(line.strategy),
        figure(line.p_is, "percent", language, f"{fact}.p_is"),
        figure(line.trials, "count", language, f"{fact}.trials"),
        words(line.tier or text("best.not_judged", language)),
        *(figure(getattr(line, name), unit, language, f"{fact}.{name}") for name, unit in FIGURES),
    )

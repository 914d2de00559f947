"""The report as Markdown: the same words and figures as the page, without the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.facts.numbers import format_value
from engine.reports import summary
from engine.reports.data import Language, ReportData
from engine.reports.figures import (
    TRADE_COLUMNS,
    figure_groups,
    finding_rows,
    month_rows,
    signed,
    trade_rows,
)
from engine.reports.texts import text
from engine.text import clean_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def plain(words: str) -> str:
    """Text from outside as it is read: one line, no mark-up of its own."""
    return _SPECIAL.sub(r"\\\1", clean_text(words, 2_000))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int = 1) -> list[str]:
    marks = ["---" if i < numbers_from else "---:" for i in range(len(head))]
    lines = [head, marks, *rows]
    return [f"| {' | '.join(line)} |" for line in lines] + [""]


def render(data: ReportData, language: Language) -> str:
    """The report as Markdown text.

    Args:
        data: the report.
        language: `en` or `de`.

    Raises:
        InputError: TEXT_LANGUAGE for another language.
    """
    parts = [
        [f"# {plain(data.title)}", "", summary.subtitle(data, language), ""],
        _verdict(data, language),
        _figures(data, language),
        _months(data, language),
        _trades(data, language),
        _list(text("section.rules", language), summary.rule_lines(data, language)),
        _list(
            text("section.notes", language),
            summary.note_lines(data, language) or [text("notes.none", language)],
        ),
        _list(
            text("section.costs", language),
            [f"{label}: {value}" for label, value in summary.cost_lines(data, language)],
        ),
        _list(
            text("section.digests", language),
            [f"{summary.digest_name(item, language)}: {item.digest}" for item in data.digests],
        ),
        [text("footer", language), ""],
    ]
    return "\n".join(line for part in parts for line in part)


def _heading(words: str) -> list[str]:
    return [f"## {words}", ""]


def _list(heading: str, lines: Sequence[str]) -> list[str]:
    return [*_heading(heading), *(f"- {plain(line)}" for line in lines), ""] if lines else []


def _verdict(data: ReportData, language: Language) -> list[str]:
    lines = _heading(text(f"verdict.{summary.verdict_key(data)}", language))
    lines += [summary.verdict_sentence(data, language), ""]
    counts = summary.verdict_counts(data, language)
    if counts:
        lines += ["; ".join(f"{label}: {value}" for label, value, _ in counts), ""]
    findings = finding_rows(data, language)
    if findings:
        head = [text(f"column.{name}", language) for name in ("criterion", "finding")]
        head += [text(f"column.{name}", language) for name in ("value", "threshold")]
        rows = [
            (row.mark, f"{plain(row.message)} `{row.code}`", row.value, row.threshold)
            for row in findings
        ]
        lines += _table(head, rows, 2)
    return lines


def _figures(data: ReportData, language: Language) -> list[str]:
    head = [
        text(f"column.{name}", language) for name in ("figure", "train", "holdout", "benchmark")
    ]
    rows = [
        (plain(row.label), *(cell.text for cell in row.cells))
        for group in figure_groups(data, language)
        for row in group.rows
    ]
    lines = _heading(text("section.figures", language)) + _table(head, rows)
    if data.holdout_state == "sealed":
        lines += [text("holdout.why_sealed", language), ""]
    return [*lines, summary.basis(data, language), ""]


def _months(data: ReportData, language: Language) -> list[str]:
    year = text("month.year", language)
    head = [year, *(text(f"month.{month}", language) for month in range(1, 13)), year]
    rows = [
        (str(row.year), *(cell.text for cell in row.cells)) for row in month_rows(data, language)
    ]
    return _heading(text("section.months", language)) + _table(head, rows)


def _trades(data: ReportData, language: Language) -> list[str]:
    lines = _heading(text("section.trades", language))
    if not data.trades:
        return [*lines, text("trades.none", language), ""]
    pnl = text("trade.pnl", language, currency=data.currency)
    lines += _table(
        [text("reasons.title", language), text("reasons.trades", language), plain(pnl)],
        [
            (
                text(f"reason.{line.reason}", language),
                format_value(line.trades, "count", language),
                signed(line.pnl, "money", language).text,
            )
            for line in data.reasons
        ],
    )
    head = [
        plain(text(f"trade.{name}", language, currency=data.currency)) for name in TRADE_COLUMNS
    ]
    rows = [[cell.text for cell in row] for row in trade_rows(data, language)]
    return [*lines, summary.trades_shown(data, language), "", *_table(head, rows, 4)]

"""The Markdown report: the same words and figures, readable as plain text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from engine.reports.data import Language, ReportData
from engine.reports.render_markdown import plain, render
from engine.reports.texts import text

ReportOf = Callable[[str], ReportData]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", ["plain", "sealed", "open", "studied"])
def test_every_table_row_has_as_many_cells_as_its_head(
    name: str, language: Language, report_of: ReportOf
) -> None:
    """Tables are whole: no cell of ours breaks a row."""
    blocks = re.split(r"\n(?!\|)", render(report_of(name), language))
    tables = [block.strip().splitlines() for block in blocks if block.strip().startswith("|")]
    tables = [rows for block in tables if (rows := [row for row in block if row.startswith("|")])]
    assert len(tables) >= 3
    for rows in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_sealed_reads_sealed(report_of: ReportOf) -> None:
    """Each of the 25 figures, the criterion's value and the count say it; no number leaks."""
    page = render(report_of("sealed"), "de")
    assert page.count("| versiegelt |") == 26
    assert "765" not in page


def test_open_is_shown(report_of: ReportOf) -> None:
    """The twin with numbers."""
    page = render(report_of("open"), "en")
    assert "| sealed |" not in page
    assert "76.54%" in page


def test_the_verdict_stands_before_the_figures(report_of: ReportOf) -> None:
    """Reading order is the page's."""
    page = render(report_of("open"), "en")
    order = [text(key, "en") for key in ("verdict.PASS", "section.figures", "section.trades")]
    places = [page.index(f"## {words}") for words in order]
    assert places == sorted(places)


def test_hostile_text_is_escaped(hostile_report: ReportData) -> None:
    """Mark-up from outside is shown as it was written, on one line."""
    page = render(hostile_report, "en")
    outside = "".join(re.split(r"~~~~~~\n.*?~~~~~~\n", page, flags=re.DOTALL))
    assert "<script>" not in outside.replace("\\<script\\>", "")
    assert page.count("\n~~~~~~\n") == 4
    assert "\u202e" not in page
    assert page.splitlines()[0].startswith("# \\<script\\>")


def test_plain_escapes_what_markdown_reads() -> None:
    """Bars, stars, brackets and new lines lose their meaning."""
    assert plain("a|b *c* [d](e)\nf") == r"a\|b \*c\* \[d\](e) f"

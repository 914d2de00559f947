"""Reports on paper: the management page is one page, whatever it has to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.gate.findings import Effect, GateCode, GateFinding
from engine.reports.contents import TemplateName
from engine.reports.data import Note, ReportData
from engine.reports.print_pdf import write_pdf
from engine.reports.render_html import render
from tests.report_world import make_reports

SENTENCE = "A sentence that fills the line and goes on to the next one, as long ones do. " * 2


@pytest.fixture(scope="module")
def reports() -> dict[str, ReportData]:
    """Reports of a small strategy."""
    return make_reports()


def _pages(data: ReportData, template: TemplateName, program: Path, folder: Path) -> int:
    page = render(data, "de", template)
    raw = write_pdf(page, folder / "out.pdf", program=str(program)).read_bytes()
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", raw))


@pytest.mark.parametrize("name", ["plain", "sealed", "open", "studied"])
def test_the_management_page_is_one_printed_page(
    name: str, reports: dict[str, ReportData], chromium: Path, tmp_path: Path
) -> None:
    """One A4 page in German, the longer language; the research report has several."""
    assert _pages(reports[name], "management", chromium, tmp_path) == 1
    assert _pages(reports[name], "research", chromium, tmp_path) > 3


def test_much_to_say_is_counted_instead_of_listed(
    reports: dict[str, ReportData], chromium: Path, tmp_path: Path
) -> None:
    """Every criterion failed with a long sentence and thirty notes: still one page."""
    data = reports["studied"]
    assert data.gate is not None
    failed = tuple(
        GateFinding(
            code=code, stage="1", effect=Effect.FAIL, value=0.5, threshold=0.25, passed=False,
            message=SENTENCE,
        )
        for code in GateCode
    )  # fmt: skip
    notes = tuple(Note(code="DATA", text=SENTENCE) for _ in range(30))
    gate = data.gate.model_copy(update={"findings": failed})
    full = data.model_copy(update={"gate": gate, "notes": notes})
    assert _pages(full, "management", chromium, tmp_path) == 1

"""`peak report`: of a backtest, compared, printed, in both templates and languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import UnavailableError
from engine.reports.print_pdf import find_chromium
from tests.integration.cli.conftest import Peak

RULE, OTHER = "overfit_goog_demo", "rsi_momentum_goog_demo"


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Peak:
    """An installation of this module's own: its backtests are counted."""
    return Peak(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def written(settled: Peak) -> Path:
    """Reports of two backtests in the folder of the installation."""
    for name in (RULE, OTHER):
        settled.json("report", "backtest", name, "--out", settled.root / f"{name}.json")
    return settled.root


def test_a_backtest_has_a_report(settled: Peak, written: Path) -> None:
    """The whole record as JSON, the holdout sealed, the run counted."""
    found = settled.json("report", "backtest", RULE, "--out", written / "again.html")
    record = json.loads((written / f"{RULE}.json").read_text())
    assert record["holdout_state"] == "sealed"
    assert record["holdout"] is None
    assert found["trials"] >= 2
    assert "<section" in (written / "again.html").read_text()


def test_the_same_backtest_twice_is_the_same_report_and_one_trial(
    settled: Peak, written: Path
) -> None:
    """Same rule, data and costs: the cached trial, the same bytes."""
    one = settled.json("report", "backtest", RULE, "--out", written / "one.json")
    two = settled.json("report", "backtest", RULE, "--out", written / "two.json")
    assert one["trials"] == two["trials"]
    assert (written / "one.json").read_bytes() == (written / "two.json").read_bytes()


def test_text_template_and_language(settled: Peak) -> None:
    """Markdown on the terminal; the management page is shorter and speaks German when asked."""
    whole = settled("report", "backtest", RULE).stdout
    brief = settled("report", "backtest", RULE, "--template", "management", "--lang", "de").stdout
    assert "## Key figures" in whole
    assert "## Kennzahlen" in brief
    assert len(brief) < len(whole) / 3


def test_reports_are_compared(settled: Peak, written: Path) -> None:
    """Files by name; same market and costs, so no trap; HTML beside the text."""
    files = [written / f"{name}.json" for name in (RULE, OTHER)]
    found = settled.json("report", "compare", *files, "--out", written / "both.html")
    assert [run["title"] for run in found["runs"]] == [RULE, OTHER]
    assert found["traps"] == []
    assert found["common_days"] > 1_000
    assert (written / "both.html").read_text().count("<section") == 8
    assert "## Is this comparison fair" in settled("report", "compare", *files).stdout


def test_other_costs_are_said_before_the_figures(settled: Peak, written: Path) -> None:
    """The same rule at other costs: DIFFERENT COSTS."""
    dear = written / "dear.json"
    settled.json("report", "backtest", RULE, "--fee-bps", "40", "--out", dear)
    found = settled.json("report", "compare", written / f"{RULE}.json", dear)
    assert found["traps"] == ["costs"]
    said = settled("report", "compare", written / f"{RULE}.json", dear).stdout
    assert said.index("DIFFERENT COSTS") < said.index("## Key figures")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("compare", "zzz", "yyy"), "REPORT_UNKNOWN"),
        (("compare", "one.json"), "REPORT_UNKNOWN"),
        (("compare", "a", "b", "--format", "html"), "FORMAT_UNKNOWN"),
        (("backtest", RULE, "--template", "board"), "TEMPLATE_UNKNOWN"),
        (("backtest", RULE, "--out", "report.docx"), "FORMAT_UNKNOWN"),
        (("backtest", RULE, "--out", "no/such/folder/r.html"), "FOLDER_MISSING"),
        (("backtest", RULE, "--pdf", "no/such/folder/r.pdf"), "FOLDER_MISSING"),
    ],
)
def test_what_cannot_be_done_is_named(settled: Peak, words: tuple[str, ...], code: str) -> None:
    """A code, the value, what to do; nothing is written."""
    assert settled.fault("report", *words)["code"] == code


def test_a_file_that_is_no_report_is_refused(settled: Peak, written: Path) -> None:
    """REPORT_UNREADABLE tells how to write one: the output of a plain backtest is not enough."""
    plain = written / "plain.json"
    plain.write_text(json.dumps(settled.json("backtest", RULE)))
    fault = settled.fault("report", "compare", written / f"{RULE}.json", plain)
    assert fault["code"] == "REPORT_UNREADABLE"
    assert "peak report backtest" in fault["hint"]


def test_a_report_is_printed(settled: Peak, written: Path) -> None:
    """A PDF where Chromium is, a named fault where it is not."""
    target = written / "report.pdf"
    words = ("report", "backtest", RULE, "--template", "management", "--pdf", target)
    try:
        find_chromium()
    except UnavailableError:
        assert settled.fault(*words, code=3)["code"] == "CHROMIUM_MISSING"
        return
    assert settled.json(*words)["files"] == {"pdf": str(target)}
    assert target.read_bytes().startswith(b"%PDF-")

"""The gate's answer as text: worth, stages, counts, the gate's odds, certificate and report."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

import pytest

from engine.records import canonical
from guardrails.desk.cli.verdict import MAX_REPORT_BYTES, calibration_in, verdict_lines
from tests.report_world import make_gate, make_reports

Language = Literal["en", "de"]
CALIBRATION: Final = {
    "noise_testnet": 0.0047, "noise_paper": 0.081, "train_years": 3.5, "holdout_years": 1.5,
    "trials": 100, "look": 2,
    "power": [
        {"sharpe": 1.0, "chance": 0.03, "paper": 0.11},
        {"sharpe": 1.5, "chance": 0.13, "paper": 0.29},
        {"sharpe": 2.0, "chance": 0.36, "paper": 0.57},
    ],
}  # fmt: skip


def _answer(verdict: str = "FAIL", **changes: object) -> dict[str, Any]:
    gate = json.loads(canonical(make_gate(verdict)))
    return {
        "verdict": gate["verdict"], "tier": gate.get("tier"), "findings": gate["findings"],
        "trials": gate["trials"], "looks_left": gate["looks_left"], "certificate": None,
        "report": "/reports/1.html", "calibration": CALIBRATION, **changes,
    }  # fmt: skip


def test_a_fail_names_what_failed_under_its_stage() -> None:
    """Stages with their counts, failures below them with effect, code and sentence."""
    lines = verdict_lines("mine", _answer(), "en")
    assert lines[0] == "FAIL  mine"
    assert lines[1].startswith("Refuted")
    place = lines.index("Stage 2: the look at the holdout: 0 of 1 held")
    assert lines[place + 1].startswith("- failed HOLDOUT_REFUTED: On the holdout luck alone")
    assert any(one.startswith("- caps the tier ZONE_SHORT:") for one in lines)
    assert lines[-1] == "Report: /reports/1.html"


def test_a_pass_says_what_it_is_worth() -> None:
    """The tier about itself with this report's odds, and the certificate."""
    lines = verdict_lines("mine", _answer("PASS", certificate="ab" * 32), "en")
    assert lines[0] == "PASS paper  mine"
    assert "about 8 of 100 searches on pure noise get this far, and 11 of 100" in lines[2]
    assert 'A pass means "may be tried", never "works".' in lines[2]
    assert f"Certificate: {'ab' * 32}" in lines


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Trials on this market: 1312, Looks left: 23", "0.47 % of pure noise passes",
                "A real Sharpe ratio of 1.5: 13 % to testnet, 29 % to paper."]),
        ("de", ["Versuche auf diesem Markt: 1312, Verbleibende Blicke: 23",
                "0,47 % von reinem Zufall", "Sharpe-Ratio von 1,5: 13 % zu Testnet"]),
    ],
)  # fmt: skip
def test_counts_and_odds_are_said(language: Language, words: list[str]) -> None:
    """Trials, looks left, and what this gate does with noise and with 1, 1.5 and 2."""
    text = "\n".join(verdict_lines("mine", _answer(), language))
    assert all(each in text for each in words)


def test_without_a_calibration_nothing_is_invented() -> None:
    """No report to read, no odds; a pass then quotes the table and says so."""
    lines = verdict_lines("mine", _answer("PASS", calibration=None), "en")
    assert not any("pure noise passes" in one for one in lines)
    assert "(5 years, 100 trials)" in lines[2]


def test_sealed_findings_show_no_figure() -> None:
    """A finding whose value is kept back reads sealed in either language."""
    answer = _answer()
    for row in answer["findings"]:
        if row["stage"] == "2":
            row.pop("value")
            row.pop("threshold")
    assert "sealed" in "\n".join(verdict_lines("mine", answer, "en"))
    assert "versiegelt" in "\n".join(verdict_lines("mine", answer, "de"))
    assert "76" not in "\n".join(verdict_lines("mine", answer, "en"))


def test_a_reports_calibration_is_found() -> None:
    """From the record's bytes; nothing from a record without one, a broken or a huge file."""
    reports = make_reports()
    found = calibration_in(canonical(reports["studied"]))
    assert found is not None
    assert found["noise_paper"] == 0.09
    assert calibration_in(canonical(reports["plain"])) is None
    assert calibration_in(b"{") is None
    assert calibration_in(b"[]") is None
    assert calibration_in(b" " * (MAX_REPORT_BYTES + 1)) is None

"""docs/gate.md: its example runs, and its tables are those that the suite prints."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from evals.gate_calibration import power, tails
from evals.gate_calibration.intervals import rate
from evals.gate_calibration.noise import NULL_MIX, TRIAL_MIX, YEAR_MIX
from evals.gate_calibration.rules import FAMILIES, MIXED
from evals.gate_calibration.tables import tables
from tests.needs import ROOT

PAGE = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
TABLES = PAGE[PAGE.index("<!-- BEGIN RESULTS -->") : PAGE.index("<!-- END RESULTS -->")]


def first_cells(text: str) -> list[str]:
    """First cell of every row of every table."""
    return re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE)


def lines(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with one hit in ten runs each."""
    return [{"runs": 10, **rate([True] + [False] * 9, name), "paper": 0.1, **row} for row in rows]


def figures() -> dict[str, Any]:
    """A whole study, as far as its form goes."""
    cells = [{"cell": cell, "keys": 0.1} for cell in tails.cells()]
    edges = [{**edge._asdict(), "alone": 0.5, "paper_alone": 0.5} for edge in power.EDGES]
    groups: dict[str, list[dict[str, Any]]] = {
        "by_null": [{"null": null} for null in NULL_MIX],
        "by_trials": [{"trials": trials} for trials in TRIAL_MIX],
        "by_years": [{"years": years} for years in YEAR_MIX],
        "by_family": [{"family": family} for family in (MIXED, *FAMILIES)],
    }
    campaigns = [
        {"rounds": rounds, "mean_looks": 1.0, "control_false_pass": 1.0} for rounds in (50, 200)
    ]
    return {
        "judged": 10, "paper": 0.1, "holdout_5_percent": 0.05,
        **rate([True] + [False] * 9, "false_pass"),
        **{name: lines("false_pass", rows) for name, rows in groups.items()},
        "power": lines("power", edges),
        "adaptive": lines("false_pass", campaigns),
        "adaptive_keys": lines("false_pass", campaigns),
        "unlogged": lines("false_pass", [
            {"tried": 100, "logged": 1, "whole": 0.0}, {"tried": 1_000, "logged": 10, "whole": 0.0},
        ]),
        "controls": lines("false_pass", [
            {"cell": "best_p_lent", "gate": 0.0}, {"cell": "raw_only", "gate": 0.0},
        ]),
        "tails": lines("passed", cells),
    }  # fmt: skip


def test_every_row_of_the_suite_stands_in_the_page() -> None:
    """Nothing of an older suite is left, and nothing that is measured is left out."""
    assert set(first_cells(tables(figures()))) <= set(first_cells(TABLES))


def test_what_was_not_measured_is_no_table() -> None:
    """A part alone prints its own table and no empty ones."""
    empty = {"judged": 0, "power": [], "adaptive": [], "unlogged": [], "controls": [], "tails": []}
    assert tables(empty).strip() == ""
    alone = tables({**empty, "power": figures()["power"]})
    assert alone.startswith("| true Sharpe ratio |")
    assert alone.count("\n\n") == 0


def test_shares_are_percentages_with_their_interval() -> None:
    """One in ten with the bounds of ten runs."""
    (row,) = [line for line in tables(figures()).splitlines() if line.startswith("| best of 1,000")]
    assert row == "| best of 1,000 | 10 | 10.00 % | 0.25 % .. 44.50 % | 10.0 % |"


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_the_example_runs(code: str, tmp_path: Path) -> None:
    """What the page shows can be copied and run; none of its 20 noise searches reaches testnet."""
    file = tmp_path / "example.py"
    file.write_text(code, encoding="utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(file))
    assert re.fullmatch(r"\{'paper': \d+, 'testnet': 0\}", said.getvalue().strip())

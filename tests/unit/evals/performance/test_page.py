"""docs/performance.md shows what the suite measures today."""

from __future__ import annotations

import argparse
import re

import pytest

from evals.performance import floors, markdown, suite, workloads
from evals.performance.peers import PYTHON, ROOT

PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
TABLES = PAGE[PAGE.index("<!-- BEGIN RESULTS -->") : PAGE.index("<!-- END RESULTS -->")]


def first_cells(text: str) -> list[str]:
    """First cell of every row of every table."""
    return re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE)


@pytest.mark.parametrize("name", [*(case.name for case in workloads.CASES)])
def test_every_case_has_its_row(name: str) -> None:
    """The table of races lists every case of the suite."""
    assert name in first_cells(TABLES)


@pytest.mark.parametrize("what", [floor.what for floor in floors.FLOORS])
def test_every_promise_has_its_row(what: str) -> None:
    """The table of floors lists every promise."""
    assert what in first_cells(TABLES)


def test_the_tables_are_of_todays_form() -> None:
    """Rows and heads are those that the suite prints: nothing of an older suite is left."""
    empty = {"host": {"python": "", "numpy": "", "numba": "", "cores": 0, "machine": ""}}
    printed = markdown.tables({**empty, "floors": floors.judged({})})
    assert first_cells(TABLES) == first_cells(printed)


def test_the_page_names_its_command() -> None:
    """The command that made the tables stands above them, and so does the environment's place."""
    assert f"Made by `{markdown.COMMAND}`" in PAGE
    assert f"`{PYTHON.parts[0]}`" in PAGE


def test_every_flag_of_the_page_exists() -> None:
    """Each command line that the page shows is understood."""
    parser = argparse.ArgumentParser()
    suite.arguments(parser)
    parser.add_argument("--json", action="store_true")
    lines = re.findall(r"`python -m evals performance ([^`]+)`", PAGE)
    assert lines
    for line in lines:
        parser.parse_args(line.split())

"""The hard house rules: documented, annotated, no assert, no cycle, broad excepts at edges only."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.ownership import PACKAGES
from evals import figures
from evals.figures import Source
from tests.needs import ROOT

EDGES = {
    "copilot/turns.py": "a chat turn always ends, whatever broke in it",
    "guardrails/desk/api/": "the API turns any fault into a JSON error",
    "guardrails/desk/cli/": "the command line turns any fault into a sentence",
    "guardrails/desk/judging.py": "the worker's loop: a fault fails one candidate",
    "guardrails/desk/research_jobs.py": "the worker's loop: a fault fails one job",
    "guardrails/execution/dispatcher.py": "a check that cannot decide denies",
    "guardrails/execution/killer.py": "whatever happened, it is not verified",
    "guardrails/execution/sending.py": "whatever the venue's client raised, the order may exist",
    "guardrails/risk.py": "an exception in a rule is a denial",
    "knowledge/chroma_store.py": "handed to the thread that waits for the answer",
}
"""Where a handler may catch everything without raising again, and why."""


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    """All files of the six packages."""
    return figures.read_sources(ROOT)


def test_every_public_name_has_a_docstring(sources: list[Source]) -> None:
    """Modules, classes, functions and methods say what they are for."""
    assert figures.without_docstring(sources) == []


def test_every_function_is_annotated(sources: list[Source]) -> None:
    """Every argument and every result has a type."""
    assert figures.without_annotation(sources) == []


def test_library_code_has_no_assert(sources: list[Source]) -> None:
    """A check that `python -O` removes is no check."""
    assert figures.asserts(sources) == []


def test_no_import_goes_in_circles(sources: list[Source]) -> None:
    """Modules import downwards only, lazily too."""
    assert figures.cycle(figures.import_graph(sources)) == []


def test_everything_is_caught_at_process_edges_only(sources: list[Source]) -> None:
    """`except Exception` ends in `raise`, or stands where the list above says why."""
    places = figures.broad_excepts(sources)
    assert [place for place in places if not place.startswith(tuple(EDGES))] == []


def test_no_test_folder_is_a_package() -> None:
    """One `__init__.py` under tests would break collection by file path."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_package_says_that_it_is_typed() -> None:
    """Each of the six ships `py.typed`."""
    assert all((ROOT / name / "py.typed").is_file() for name in PACKAGES)


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=str)
def test_every_test_states_its_promise(path: Path) -> None:
    """Each test has a docstring: one sentence that it promises."""
    source = figures.read_source(path, ROOT)
    silent = [
        function.name
        for function in figures.functions_of(source)
        if function.name.startswith("test_") and not figures.documented(function)
    ]
    assert silent == []

"""No row, no result: who may run a strategy without writing a trial, and why that shows nobody.

`engine.backtest.runner` is the public way. Everything below it is an internal door: whoever opens
one stands in a list here with the reason why no result on registered bars gets out uncounted.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator

import pytest

from engine.backtest import runner
from evals import figures
from evals.figures import Source
from tests.needs import ROOT

RUNS = {
    "engine.backtest.simulator": {"simulate", "simulate_panel"},
    "engine.backtest.forms": {"run_spec"},
    "engine.backtest.pairs": {"simulate_pair"},
    "engine.backtest.ensembles": {"simulate_ensemble"},
    "engine.backtest.sweep": {"sweep"},
    "engine.backtest.curtain": {"behind_curtain"},
}
"""Functions that run a strategy and write nothing down."""

MACHINERY = ("engine.backtest.build", "engine.backtest.loop", "engine.backtest.sweeping")
"""Modules of the kernel: only engine.backtest itself may import them."""

OPENS = {
    "engine/gate/second_engine.py": "compares the counted run with another engine's",
    "engine/gate/prefix.py": "repeats the counted run behind a curtain",
    "engine/gate/subject.py": "the judge's way to a run; see SUBJECTS",
    "guardrails/desk/explaining.py": "counts the spec as a trial before it runs",
    "guardrails/desk/portfolio_present.py": "certified specs only, and only weights come out",
    "evals/performance/ours.py": "made bars: how long a run takes",
}
"""Modules outside engine.backtest that open a door, and why nothing gets out uncounted."""

SUBJECTS = {
    "guardrails/desk/intake.py": "compiles and asks for symbols, runs nothing",
    "guardrails/desk/looking.py": "names the trial whose idea is looked up, runs nothing",
    "guardrails/desk/rebasing.py": "reruns logged trials on the longer train, into their rows",
    "guardrails/desk/report_studies.py": "the report of a judged candidate: its counted run again",
    "guardrails/desk/research_steps.py": "hands it to studies that open rows before they run",
    "guardrails/desk/researching.py": "hands it to studies that open rows before they run",
    "guardrails/desk/forwarding.py": "certified specs only, on the days after the certificate",
}
"""Modules of other rooms that hold a `Subject`, whose `run` writes no trial."""

BARE_LEDGERS = {
    "guardrails/desk/portfolio_runs.py": "the running desk has counted the same run before",
}
"""Modules that use a ledger which forgets, on registered bars."""


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    """All files of the six packages."""
    return figures.read_sources(ROOT)


def _imports(source: Source) -> Iterator[tuple[str, str]]:
    """Module and name of everything a file imports, inside functions too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                yield node.module, alias.name
                yield f"{node.module}.{alias.name}", "*"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, "*"


def _opens_a_door(source: Source) -> bool:
    return any(
        name in RUNS.get(module, ()) or (module in RUNS and name == "*")
        for module, name in _imports(source)
    )


def _outside(sources: list[Source], *rooms: str) -> list[Source]:
    return [source for source in sources if not source.place.startswith(rooms)]


def test_the_list_names_functions_that_exist() -> None:
    """A door that was renamed is still watched."""
    for module, names in RUNS.items():
        found = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
        defined = {node.name for node in found.body if isinstance(node, ast.FunctionDef)}
        assert names <= defined, module


def test_only_listed_modules_run_without_a_ledger(sources: list[Source]) -> None:
    """A new caller of an internal door needs a reason, and an old one that is gone is taken off."""
    found = {s.place for s in _outside(sources, "engine/backtest/") if _opens_a_door(s)}
    assert found == OPENS.keys()


def test_the_kernel_is_reached_from_the_backtest_room_only(sources: list[Source]) -> None:
    """Nobody builds the machine himself."""
    found = [
        source.place
        for source in _outside(sources, "engine/backtest/")
        if any(module in MACHINERY for module, _ in _imports(source))
    ]
    assert found == []


def test_only_listed_rooms_hold_subjects(sources: list[Source]) -> None:
    """`Subject.run` is for judge and studies; the desk's modules that touch one say why."""
    found = {
        source.place
        for source in _outside(sources, "engine/gate/", "engine/research/", "evals/")
        if ("engine.gate.subject", "Subject") in _imports(source)
    }
    assert found == SUBJECTS.keys()


def test_a_ledger_that_forgets_is_no_way_around(sources: list[Source]) -> None:
    """Outside tests the in-memory ledger serves unregistered bars, or runs counted elsewhere."""
    found = {
        source.place
        for source in _outside(sources, "evals/", "engine/ledger_memory.py")
        if any(module == "engine.ledger_memory" for module, _ in _imports(source))
    }
    assert found == BARE_LEDGERS.keys()


@pytest.mark.parametrize("run", [runner.run_trial, runner.run_panel_trial])
def test_the_public_way_needs_a_ledger(run: Callable[..., object]) -> None:
    """Public runners ask for ledger and start by name; neither can be forgotten."""
    parameters = inspect.signature(run).parameters
    for name in ("ledger", "start"):
        assert parameters[name].default is inspect.Parameter.empty
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY

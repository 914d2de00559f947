"""What each process has in memory after its start: the fence that import contracts cannot be.

A lazy import or `importlib` escapes a contract; `sys.modules` of a real process shows everything.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

import pytest

from tests.needs import ROOT

DROPPED = {"kubernetes", "onnxruntime", "huggingface_hub", "zstandard", "PIL"}
"""Taken out of the lock by `override-dependencies`: nothing may want them."""

MODEL_SIDE = {"openai", "langgraph", "langchain_core", "chromadb", "knowledge", "copilot"}
REFEREE = {"backtesting", "bokeh"}

NEVER = {
    "guardrails.desk.app": MODEL_SIDE | REFEREE | {"numba", "ccxt"},
    "copilot.app": {"ccxt", "sqlalchemy", "pyarrow", "guardrails"} | REFEREE,
    "guardrails.execution.app": MODEL_SIDE | REFEREE | {"jinja2", "fastapi"},
    "engine.backtest.runner": MODEL_SIDE | {"ccxt", "sqlalchemy", "fastapi", "guardrails"},
    "engine.gate.judge": MODEL_SIDE | {"ccxt", "sqlalchemy", "fastapi", "guardrails"},
    "guardrails.desk.cli.main": MODEL_SIDE | REFEREE | {"pandas", "pyarrow", "sqlalchemy", "numpy"},
}
"""What is never in a process that has loaded this module."""

ON_FIRST_USE = {
    "guardrails.desk.app": {"ccxt", "pandas", "apprise", "alembic"},
    "copilot.app": {"tokenizers"},
    "guardrails.execution.app": {"ccxt"},
}
"""What a process may load later, but not to start."""


def loaded_by(*modules: str) -> set[str]:
    """Top-level names in `sys.modules` of a fresh process that imported these modules."""
    code = (
        f"import {', '.join(modules)}, json, sys\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def unwanted(process: str, names: Iterable[str]) -> set[str]:
    """Which of the names are in a process that has loaded its composition root."""
    return loaded_by(process) & set(names)


@pytest.mark.parametrize("process", sorted(NEVER))
def test_a_process_never_holds_what_it_must_not(process: str) -> None:
    """The desk holds no model, the copilot no order and no store, the gateway no page."""
    assert unwanted(process, NEVER[process] | ON_FIRST_USE.get(process, set()) | DROPPED) == set()


def test_the_check_sees_what_is_there() -> None:
    """The twin: a module that does import its library is seen."""
    assert unwanted("guardrails.store.database", {"sqlalchemy"}) == {"sqlalchemy"}

"""Import contracts: green on this tree, and each of them able to go red."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.ownership import PACKAGES
from tests.needs import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {one["id"]: one for one in PYPROJECT["tool"]["importlinter"]["contracts"]}

Files = dict[str, str]
"""Module name below the root -> the import statement that it gets."""

VIOLATIONS: list[tuple[str, Files]] = [
    ("tests-alone", {"engine.data.probe": "import z3"}),
    ("layers", {"config.probe": "import engine.errors"}),
    ("layers", {"engine.probe": "import guardrails.reasons"}),
    ("layers", {"engine.probe": "import knowledge"}),
    ("layers", {"knowledge.probe": "import copilot"}),
    ("layers", {"copilot.probe": "import guardrails.reasons"}),
    ("layers", {"guardrails.probe": "import copilot"}),
    ("layers", {"copilot.probe": "import evals"}),
    (
        "engine",
        {"engine.records_probe": "pass", "engine.data.probe": "import engine.language.spec"},
    ),
    ("engine", {"engine.facts.probe": "import engine.language.spec"}),
    ("engine", {"engine.indicators.probe": "import engine.language.spec"}),
    ("engine", {"engine.language.probe": "import engine.backtest.result"}),
    ("engine", {"engine.backtest.probe": "import engine.gate.report"}),
    ("engine", {"engine.gate.probe": "import engine.reports"}),
    ("guardrails", {"guardrails.probe": "pass"}),
    ("guardrails", {"guardrails.desk.probe": "import guardrails.execution"}),
    ("guardrails", {"guardrails.execution.probe": "import guardrails.desk"}),
    ("guardrails", {"guardrails.store.probe": "import guardrails.desk"}),
    ("guardrails", {"guardrails.rules.probe": "import guardrails.store"}),
    ("untrusted", {"copilot.probe": "import sqlalchemy"}),
    ("untrusted", {"copilot.probe": "def late():\n    import backtesting"}),
    ("untrusted", {"knowledge.probe": "import engine.data.store"}),
    ("untrusted", {"copilot.probe": "import engine.gate.judge"}),
    (
        "untrusted",
        {"copilot.probe": "import engine.probe", "engine.probe": "import engine.data.partitions"},
    ),
    (
        "untrusted",
        {"knowledge.probe": "import engine.probe", "engine.probe": "import ccxt"},
    ),
    ("deterministic", {"engine.probe": "import openai"}),
    ("deterministic", {"guardrails.probe": "from langgraph import graph"}),
    ("deterministic", {"config.probe": "import chromadb"}),
    ("acyclic", {"engine.probe": "import engine.probf", "engine.probf": "import engine.probe"}),
    (
        "acyclic",
        {
            "guardrails.desk.probe.a": "import guardrails.desk.probf.a",
            "guardrails.desk.probf.a": "import guardrails.desk.probe.a",
        },
    ),
    *(
        (name, {"evals.probe": f"import {contract['protected_modules'][0]}"})
        for name, contract in CONTRACTS.items()
        if name.startswith("home-")
    ),
]


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a folder, on some contracts or on all."""
    chosen = [word for name in contracts for word in ("--contract", name)]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", *chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own Python files and its configuration, copied."""
    folder = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            target = folder / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def tree(copied: Path) -> Iterator[Path]:
    """The copy, with whatever a test puts into it taken out again."""
    before = {path for path in copied.rglob("*") if ".import_linter_cache" not in path.parts}
    yield copied
    for path in sorted(copied.rglob("*"), reverse=True):
        if path not in before and ".import_linter_cache" not in path.parts:
            path.rmdir() if path.is_dir() else path.unlink()


def put(tree: Path, files: Files) -> None:
    """Write modules into the tree; missing packages are made on the way."""
    for module, statement in files.items():
        path = tree.joinpath(*module.split(".")).with_suffix(".py")
        if not path.parent.exists():
            path.parent.mkdir()
            (path.parent / "__init__.py").touch()
        path.write_text(f"{statement}\n", encoding="utf-8")


def test_all_contracts_hold() -> None:
    """Nobody imports what he must not, lazily or indirectly."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("contract", "files"), VIOLATIONS, ids=[f"{c}-{'+'.join(f)}" for c, f in VIOLATIONS]
)
def test_a_violation_breaks_its_contract(tree: Path, contract: str, files: Files) -> None:
    """A contract that could not fail would prove nothing."""
    put(tree, files)
    done = lint(tree, contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout
    assert "0 kept, 1 broken" in done.stdout


def test_the_copy_without_a_violation_is_green(tree: Path) -> None:
    """The twin: copying alone breaks nothing, and a harmless new module neither."""
    put(
        tree,
        {"engine.data.probe": "import engine.records", "evals.probe": "import guardrails.tickets"},
    )
    done = lint(tree)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_has_been_seen_red() -> None:
    """A new contract comes with the violation that proves it."""
    assert {contract for contract, _ in VIOLATIONS} == set(CONTRACTS)

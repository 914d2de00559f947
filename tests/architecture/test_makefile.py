"""The Makefile: every word one can type is explained, and a bare machine gets a sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needs import ROOT

TARGETS = (
    "help", "demo", "serve", "setup", "test", "test-all", "check", "fmt", "lint", "types",
    "contracts", "golden", "generated", "docs", "lock", "figures", "bench", "ci", "clean",
)  # fmt: skip


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run make in the checkout, as if it were not called by another make."""
    program = shutil.which("make")
    if program is None:
        pytest.skip("make is not on this machine: apt-get install make")
    return subprocess.run(
        [program, "--no-print-directory", *words],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_make_lists_every_target() -> None:
    """`make` alone is the list of targets, each with a sentence."""
    shown = make().stdout
    assert set(re.findall(r"^  make ([a-z-]+) +\S", shown, re.MULTILINE)) == set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_planned(target: str) -> None:
    """A dry run of each target succeeds."""
    done = make("--dry-run", target)
    assert done.returncode == 0, done.stderr


def test_no_python_is_one_sentence() -> None:
    """Without a Python that is new enough make ends with 2 and says what to do."""
    done = make("setup", "PYTHON=")
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_is_one_sentence(tmp_path: Path) -> None:
    """A Python that refuses the version test is not used."""
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    old.chmod(0o755)
    done = make("setup", f"PYTHON={old}")
    assert done.returncode == 2
    assert "make PYTHON=python3.11 setup" in done.stderr


def test_the_build_server_has_one_entry() -> None:
    """`.ci/run` can be executed, is sound shell, and requires services."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    bash = shutil.which("bash")
    assert bash is not None
    assert subprocess.run([bash, "-n", script], check=False).returncode == 0
    text = script.read_text(encoding="utf-8")
    assert "PEAK_TEST_SERVICES=required" in text
    assert "make test" in text


def test_hooks_come_from_the_lock() -> None:
    """pre-commit clones nothing: every hook is local and uses the tools of `.venv`."""
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    assert all(entry.startswith(".venv/bin/") for entry in re.findall(r"entry: (\S+)", text))

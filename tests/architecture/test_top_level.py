"""The top level is fixed, and nothing of a machine is committed."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.needs import ROOT

FOLDERS = {"copilot", "engine", "knowledge", "guardrails", "config", "evals", "tests", "docs"}
SMALL_FILES = {
    "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "Makefile",
    "requirements.lock", "requirements-dev.lock", "requirements-all.lock",
    "requirements-bootstrap.lock",
    ".ci", ".gitignore", ".pre-commit-config.yaml",
}  # fmt: skip
HOMES = re.compile(r"/(?:home|root|Users)/[A-Za-z0-9_.-]+")
NOT_FOR_THE_REPOSITORY = (".parquet", ".db", ".sqlite", ".csv.gz", ".png", ".pdf", ".pem", ".key")


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """Paths that git knows or would add."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - from PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in done.stdout.splitlines() if (ROOT / path).is_file()]


def test_the_top_level_is_what_it_was_agreed_to_be(tracked: list[str]) -> None:
    """Eight folders and the usual small files; a ninth folder needs a decision."""
    assert {path.partition("/")[0] for path in tracked} <= FOLDERS | SMALL_FILES


def test_no_path_of_a_machine_is_committed(tracked: list[str]) -> None:
    """Nobody's home folder stands in a file."""
    found = [
        path
        for path in tracked
        if HOMES.search((ROOT / path).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_no_data_and_no_key_is_committed(tracked: list[str]) -> None:
    """Market data, databases, pictures and keys stay outside."""
    assert [path for path in tracked if path.endswith(NOT_FOR_THE_REPOSITORY)] == []

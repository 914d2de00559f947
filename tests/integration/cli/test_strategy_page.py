"""The trader's page on strategies: every command in it runs, and prints what the page shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Peak
from tests.needs import ROOT

PAGE = ROOT / "docs" / "strategies.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def plain(line: str) -> str:
    """A line without what differs from run to run: digests, folders, runs of blanks."""
    cut = re.sub(r"\b[0-9a-f]{12,64}\b", "*", line)
    cut = re.sub(r"\S*/strategies\b", "strategies", cut)
    return " ".join(cut.split())


def examples() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the lines that it shows; `...` stands for lines left out."""
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield command, [plain(line) for line in shown if line.strip() not in {"", "..."}]


def missing(shown: list[str], printed: list[str]) -> list[str]:
    """Shown lines that were not printed, or not in this order."""
    rest = iter(printed)
    return [line for line in shown if line not in rest]


def test_every_example_runs_and_prints_what_the_page_shows(
    peak: Peak, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From the first to the last on one new installation, in the order of the page."""
    monkeypatch.chdir(tmp_path)
    found = list(examples())
    assert len(found) >= 8
    for command, shown in found:
        program, *words = shlex.split(command)
        assert program == "peak"
        done = peak(*words)
        assert done.exit_code in {0, 1}, f"{command}\n{done.output}"
        assert missing(shown, [plain(line) for line in done.output.splitlines()]) == [], (
            f"{command}\n{done.output}"
        )


def test_a_wrong_line_is_seen() -> None:
    """The comparison finds a line that is not printed, and one in the wrong place."""
    assert missing(["a", "b"], ["a", "x", "b"]) == []
    assert missing(["b", "a"], ["a", "b"]) == ["a"]
    assert missing(["c"], ["a", "b"]) == ["c"]

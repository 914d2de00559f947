"""Killed while building, damaged at rest, opened twice: no answer is wrong and none is missing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Self

import pytest

from knowledge.app import Knowledge, open_knowledge
from knowledge.documents import Hit

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 1, 15)
QUESTIONS = ("stop loss in a gap", "Was bedeutet überkauft?", "gate verdict", "Korrelation")
KILLS = 10
BUILDER = """
import os, sys
from datetime import date
from pathlib import Path
import chromadb
from knowledge.app import open_knowledge
from knowledge.documents import Document

def build(number):
    print(os.getpid(), flush=True)
    knowledge = open_knowledge(Path(sys.argv[1]), background=False)
    while True:
        knowledge.add(Document(
            name=f"extra-{number}", title=f"Extra {number}", language="en", as_of=date(2025, 1, 1),
            tier="uploaded", origin="uploads", text=f"The word of the day is zebra{number}."))
        print(number, flush=True)
        knowledge.rebuild()
        number += 1

for line in sys.stdin:
    if os.fork() == 0:
        build(int(line))
    os.wait()
    print("killed", flush=True)
"""


class Builder:
    """A process that forks builders; each of them builds until it is killed."""

    def __init__(self, folder: Path) -> None:
        """Start it; loading everything once keeps the kills quick."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(folder)],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill_one(self, first: int, delay_s: float) -> list[int]:
        """Let a builder start at `first` and kill it; the numbers that it had stored by then."""
        commands, answers = self.process.stdin, self.process.stdout
        assert commands is not None
        assert answers is not None
        commands.write(f"{first}\n")
        commands.flush()
        pid = int(answers.readline())
        stored = [int(answers.readline())]
        time.sleep(delay_s)
        os.kill(pid, signal.SIGKILL)
        stored += [int(line) for line in iter(answers.readline, "killed\n")]
        return stored

    def __enter__(self) -> Self:
        """The builder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it and close its pipes."""
        self.process.kill()
        self.process.communicate()


def _answers(knowledge: Knowledge) -> list[tuple[Hit, ...]]:
    return [knowledge.search(question, as_of=TODAY) for question in QUESTIONS]


def test_sigkill_while_building_harms_no_answer(tmp_path: Path) -> None:
    """After each kill everything stored is found, exactly, and the index comes back."""
    delays = random.Random(20260115)  # noqa: S311 - when to kill, the same in every run
    stored: list[int] = []
    with Builder(tmp_path) as builder:
        for _ in range(KILLS):
            stored += builder.kill_one(len(stored), delays.uniform(0.0, 0.2))
            assert stored == list(range(len(stored)))
            with open_knowledge(tmp_path, background=False) as knowledge:
                _check(knowledge, stored)
            assert not list((tmp_path / "index").glob("*.building"))


def _check(knowledge: Knowledge, stored: list[int]) -> None:
    """Everything stored is found, and the index, once built, answers as the exact scan does."""
    for number in stored:
        assert knowledge.search(f"zebra{number}", as_of=TODAY)[0].title == f"Extra {number}"
    assert knowledge.rebuild() or knowledge.rebuild()
    assert (knowledge.status().dense, knowledge.status().degraded) == ("index", 0)
    assert _answers(knowledge) == _exactly(knowledge)


def _exactly(knowledge: Knowledge) -> list[tuple[Hit, ...]]:
    """The answers with the index put aside for a moment."""
    search = knowledge._dense
    generation, search._open = search._open, None
    try:
        return _answers(knowledge)
    finally:
        search._open = generation


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("harm", [_halve, _empty, Path.unlink])
def test_files_damaged_at_rest_harm_no_answer(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """Every file of a generation in turn: the answers stay, and the index is built anew."""
    with open_knowledge(tmp_path, background=False) as knowledge:
        assert knowledge.rebuild()
        answers = _answers(knowledge)
        folder = tmp_path / "index" / str(knowledge.status().generation_id)
    for name in sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()):
        found = list(folder.rglob(name.name))
        assert found, name
        harm(found[0])
        with open_knowledge(tmp_path, background=False) as knowledge:
            assert _answers(knowledge) == answers
            assert knowledge.rebuild() or knowledge.rebuild()
            assert knowledge.status().dense == "index"
            assert _answers(knowledge) == answers


def test_two_openers_answer_alike(tmp_path: Path) -> None:
    """The second holder of a folder scans exactly, and takes the index over from the first."""
    with open_knowledge(tmp_path, background=False) as second:
        with open_knowledge(tmp_path, background=False) as first:
            assert first.rebuild()
            assert not second.rebuild()
            assert (first.status().dense, second.status().dense) == ("index", "exact")
            assert _answers(first) == _answers(second)
            assert second.status().light == "green"
        assert second.rebuild()
        assert second.status().dense == "index"


def test_heavy_parts_stay_out() -> None:
    """None of the five dropped packages is ever loaded, and Chroma only when an index is built."""
    program = (
        "import sys, tempfile; from datetime import date; from pathlib import Path\n"
        "from knowledge.app import open_knowledge\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    with open_knowledge(Path(folder), background=False) as knowledge:\n"
        "        assert knowledge.search('stop', as_of=date(2026, 1, 1))\n"
        "        assert 'chromadb' not in sys.modules\n"
        "        assert knowledge.rebuild()\n"
        "        assert knowledge.search('stop', as_of=date(2026, 1, 1))\n"
        "        assert knowledge.status().dense == 'index'\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(names & {'kubernetes', 'onnxruntime', 'huggingface_hub', 'zstandard',\n"
        "    'PIL', 'guardrails', 'copilot', 'sqlalchemy', 'openai', 'pandas', 'pyarrow'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"

"""Killed while building, damaged at rest, opened twice: no answer is wrong and none is missing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.app import Knowledge, open_knowledge
from knowledge.documents import Hit

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 1, 15)
QUESTIONS = ("stop loss in a gap", "Was bedeutet überkauft?", "gate verdict", "Korrelation")
KILLS = 10
BUILDER = """
import sys
from datetime import date
from pathlib import Path
from knowledge.app import open_knowledge
from knowledge.documents import Document

knowledge = open_knowledge(Path(sys.argv[1]), background=False)
knowledge.rebuild()
print("ready", flush=True)
for number in range(int(sys.argv[2]), 10_000):
    knowledge.add(Document(
        name=f"extra-{number}", title=f"Extra {number}", language="en", as_of=date(2025, 1, 1),
        tier="uploaded", origin="uploads", text=f"The word of the day is zebra{number}."))
    print(number, flush=True)
    knowledge.rebuild()
"""


def _answers(knowledge: Knowledge) -> list[tuple[Hit, ...]]:
    return [knowledge.search(question, as_of=TODAY) for question in QUESTIONS]


def _kill_while_building(folder: Path, first: int, delay_s: float) -> list[int]:
    """Let a process build until it is killed; the numbers that it had stored by then."""
    with subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(folder), str(first)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        begun = child.stdout.readline()
        time.sleep(delay_s)
        child.kill()
        return [int(line) for line in (begun + child.stdout.read()).split()]


def test_sigkill_while_building_harms_no_answer(tmp_path: Path) -> None:
    """After each kill everything stored is found, exactly, and the index comes back."""
    delays = random.Random(20260115)  # noqa: S311 - when to kill, the same in every run
    stored: list[int] = []
    for _ in range(KILLS):
        first = stored[-1] + 1 if stored else 0
        stored += _kill_while_building(tmp_path, first, delays.uniform(0.0, 0.2))
        with open_knowledge(tmp_path, background=False) as knowledge:
            exact = _answers(knowledge)
            for number in stored:
                (best, *_) = knowledge.search(f"zebra{number}", as_of=TODAY)
                assert best.title == f"Extra {number}"
            assert knowledge.rebuild()
            assert knowledge.status().dense == "index"
            assert [[hit.passage_id for hit in found] for found in _answers(knowledge)] == [
                [hit.passage_id for hit in found] for found in _exactly(knowledge)
            ]
            assert [found[0].title for found in exact] == [
                found[0].title for found in _answers(knowledge)
            ]
            assert knowledge.status().degraded == 0
        assert not list((tmp_path / "index").glob("*.building"))
    assert stored


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
            if not knowledge.rebuild():
                assert knowledge.rebuild()
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

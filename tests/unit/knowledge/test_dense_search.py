"""Whatever the index does, the answer is the exact one, and trouble is counted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UnavailableError
from knowledge.app import Knowledge
from knowledge.chroma_store import in_time
from knowledge.documents import Document, Hit
from knowledge.generations import OpenGeneration
from knowledge.index_check import Plan
from knowledge.locks import try_lock

TODAY = date(2026, 1, 15)
QUESTIONS = ("stop loss in a gap", "Was bedeutet überkauft?", "gate verdict", "Korrelation")
Answer = list[list[tuple[str, float]]]


class OddIndex:
    """An index whose every answer is made by a function of the true one."""

    def __init__(self, plan: Plan, twist: Callable[[list[tuple[str, float]]], Answer]) -> None:
        """Answer truly and then twist it."""
        self._plan = plan
        self._twist = twist

    def ids(self) -> tuple[str, ...]:
        """All ids, as an honest index."""
        return tuple(sorted(self._plan.ids))

    def nearest(self, vectors: np.ndarray, count: int, timeout_s: float = 1.0) -> Answer:
        """The twisted answer to one vector."""
        assert timeout_s > 0
        likeness = self._plan.vectors @ vectors[0]
        best = np.argsort(-likeness, kind="stable")[:count]
        return self._twist([(self._plan.ids[at], float(likeness[at])) for at in best])

    def close(self) -> None:
        """Nothing to give back."""


def _fail(_: list[tuple[str, float]]) -> Answer:
    raise UnavailableError("KNOWLEDGE_INDEX", "gone")


def _attach(
    knowledge: Knowledge, folder: Path, twist: Callable[[list[tuple[str, float]]], Answer]
) -> None:
    plan = knowledge._dense.plan()
    lock = try_lock(folder / "odd.lock")
    assert lock is not None
    index = OddIndex(plan, twist)
    knowledge._dense.attach(OpenGeneration(plan.generation_id, plan, index, lock))


def _answers(knowledge: Knowledge) -> list[tuple[Hit, ...]]:
    return [knowledge.search(question, as_of=TODAY) for question in QUESTIONS]


def test_an_honest_index_changes_no_answer(knowledge: Knowledge, tmp_path: Path) -> None:
    """The control: a true answer is used, and nothing is counted."""
    exact = _answers(knowledge)
    _attach(knowledge, tmp_path, lambda found: [found])
    assert _answers(knowledge) == exact
    assert (knowledge.status().dense, knowledge.status().degraded) == ("index", 0)


@pytest.mark.parametrize(
    "twist",
    [
        _fail,
        lambda found: [found[:-1]],
        lambda _: [[]],
        lambda found: [[("stranger", 1.0), *found[1:]]],
        lambda found: [[(name, 0.99) for name, _ in found]],
        lambda found: [[(name, float("nan")) for name, _ in found]],
        lambda found: [[(name, value) for (name, _), (_, value) in zip(found, found[::-1])]],  # noqa: B905 - same list
    ],
)
def test_an_odd_answer_is_replaced_and_counted(
    knowledge: Knowledge, tmp_path: Path, twist: Callable[[list[tuple[str, float]]], Answer]
) -> None:
    """A failing, short, strange or lying index is given up; the answers are the exact ones."""
    exact = _answers(knowledge)
    _attach(knowledge, tmp_path, twist)
    assert _answers(knowledge) == exact
    status = knowledge.status()
    assert (status.dense, status.degraded, status.light) == ("exact", 1, "green")
    assert knowledge.rebuild()
    assert _answers(knowledge) == exact
    assert knowledge.status().dense == "index"


def test_an_index_that_ignores_filters_leaks_nothing(knowledge: Knowledge, tmp_path: Path) -> None:
    """The index knows no filters at all; no later or less trusted passage comes through."""
    late = Document(
        name="late",
        title="Stop loss stop loss",
        language="en",
        as_of=date(2025, 6, 1),
        tier="uploaded",
        origin="uploads",
        text="\n\n".join(f"## Part {n}\n\nstop loss in a gap {n}" for n in range(40)),
    )
    knowledge.add(late)
    _attach(knowledge, tmp_path, lambda found: [found])
    for _ in range(2):
        early = knowledge.search("stop loss in a gap", as_of=date(2025, 5, 31), limit=50)
        house = knowledge.search("stop loss in a gap", as_of=TODAY, tiers=("house",), limit=50)
        assert early
        assert [hit.passage_id for hit in early] == [hit.passage_id for hit in house]
        assert all(hit.title != late.title for hit in (*early, *house))
        assert knowledge.search("stop loss in a gap", as_of=TODAY)[0].title == late.title
        assert knowledge.rebuild()
    assert knowledge.status().degraded == 0


@pytest.mark.parametrize("share", [2, 1])
def test_files_cut_under_an_open_index(knowledge: Knowledge, tmp_path: Path, share: int) -> None:
    """Truncated while it is open, the index is given up or still right; it is rebuilt later."""
    exact = _answers(knowledge)
    assert knowledge.rebuild()
    for path in (tmp_path / "knowledge" / "index").rglob("*"):
        if path.is_file() and path.parent.name != "index":
            os.truncate(path, path.stat().st_size // share if share > 1 else 0)
    assert _answers(knowledge) == exact
    knowledge.rebuild()
    assert _answers(knowledge) == exact


def test_foreign_code_that_hangs_is_left_behind() -> None:
    """A call that does not come back ends as a fault within its time."""
    started = time.monotonic()
    with pytest.raises(UnavailableError) as caught:
        in_time(lambda: time.sleep(0.2), 0.01)
    assert caught.value.code == "KNOWLEDGE_INDEX"
    assert time.monotonic() - started < 0.15
    assert in_time(lambda: 3, 1.0) == 3


def test_three_failed_builds_turn_the_light_amber(knowledge: Knowledge, tmp_path: Path) -> None:
    """When the index cannot be written the service goes on, and says so."""
    exact = _answers(knowledge)
    index = tmp_path / "knowledge" / "index"
    for path in index.iterdir():
        path.unlink()
    index.rmdir()
    index.write_text("in the way")
    assert [knowledge.rebuild() for _ in range(3)] == [False, False, False]
    assert (knowledge.status().light, knowledge.status().failed_builds) == ("amber", 3)
    assert _answers(knowledge) == exact
    index.unlink()
    assert knowledge.rebuild()
    assert (knowledge.status().light, knowledge.status().dense) == ("green", "index")

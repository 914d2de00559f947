"""Generations are built apart, verified, switched, and thrown away when anything is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UnavailableError
from knowledge.generations import KEPT, Generations
from knowledge.index_check import Plan, check_index


def _plan(fit: str, count: int = 30) -> Plan:
    rows = np.random.default_rng(7).normal(size=(count, 16))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return Plan(fit * 64, tuple(f"id{number:03d}" for number in range(count)), vectors)


def _folders(root: Path) -> list[str]:
    return sorted(item.name for item in root.iterdir() if item.is_dir())


def test_a_generation_is_built_opened_and_kept(tmp_path: Path) -> None:
    """Building twice is building once; what is opened answers like the vectors."""
    plan = _plan("a")
    generations = Generations(tmp_path)
    assert generations.current() is None
    assert generations.open(plan) is None
    assert generations.build(plan) == "built"
    assert generations.build(plan) == "present"
    assert generations.current() == plan.generation_id
    opened = generations.open(plan)
    assert opened is not None
    found = opened.nearest(plan.vectors[3], 5)
    exact = plan.vectors @ plan.vectors[3]
    assert [name for name, _ in found] == [plan.ids[row] for row in np.argsort(-exact)[:5]]
    opened.close()
    opened.close()
    with pytest.raises(UnavailableError):
        opened.nearest(plan.vectors[3], 5)


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    """A generation that somebody has open is opened by nobody else, nor deleted."""
    plan = _plan("a")
    generations = Generations(tmp_path)
    generations.build(plan)
    first = generations.open(plan)
    assert first is not None
    other = Generations(tmp_path)
    assert other.open(plan) is None
    other.discard(plan.generation_id)
    assert _folders(tmp_path) == [plan.generation_id]
    first.close()
    second = other.open(plan)
    assert second is not None
    second.close()
    other.discard(plan.generation_id)
    assert _folders(tmp_path) == []


def test_two_generations_are_kept(tmp_path: Path) -> None:
    """The current one and the one before stay; older ones go at the next build or start."""
    generations = Generations(tmp_path)
    plans = [_plan(letter) for letter in "abcd"]
    for plan in plans:
        assert generations.build(plan) == "built"
    generations.sweep()
    kept = _folders(tmp_path)
    assert len(kept) == KEPT
    assert plans[-1].generation_id in kept
    assert generations.current() == plans[-1].generation_id


def test_leftovers_of_a_crash_are_cleared(tmp_path: Path) -> None:
    """Unfinished folders go at the start, also one that carries a final name."""
    plan = _plan("a")
    (tmp_path / f"{plan.generation_id}.building" / "deep").mkdir(parents=True)
    (tmp_path / ("b" * 64)).mkdir()
    (tmp_path / "CURRENT").write_text("b" * 64)
    generations = Generations(tmp_path)
    assert _folders(tmp_path) == []
    assert generations.current() is None
    assert generations.build(plan) == "built"


@pytest.mark.parametrize("content", [b"", b"../../etc", b"\xff", b"c" * 64])
def test_a_broken_pointer_points_nowhere(tmp_path: Path, content: bytes) -> None:
    """A pointer to nothing is no pointer."""
    generations = Generations(tmp_path)
    (tmp_path / "CURRENT").write_bytes(content)
    assert generations.current() is None


def test_a_cancelled_build_leaves_nothing_behind(tmp_path: Path) -> None:
    """Cancelling is a fault of the build; the next start clears its folder."""
    plan = _plan("a")
    generations = Generations(tmp_path)
    with pytest.raises(UnavailableError):
        generations.build(plan, lambda: True)
    assert generations.current() is None
    Generations(tmp_path)
    assert _folders(tmp_path) == []


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _scribble(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for at in range(len(raw) // 3, len(raw), 97):
        raw[at] ^= 0xFF
    path.write_bytes(raw)


@pytest.mark.parametrize("harm", [_halve, _empty, _scribble, Path.unlink])
@pytest.mark.parametrize("name", ["chroma.sqlite3", "data_level0.bin", "index_metadata.pickle"])
def test_a_damaged_generation_is_not_opened(
    tmp_path: Path, harm: Callable[[Path], None], name: str
) -> None:
    """Short, empty, altered and missing files are noticed before anything is answered."""
    plan = _plan("a")
    generations = Generations(tmp_path)
    generations.build(plan)
    (path,) = (tmp_path / plan.generation_id).rglob(name)
    harm(path)
    with pytest.raises(UnavailableError):
        generations.open(plan)
    generations.discard(plan.generation_id)
    assert generations.build(plan) == "built"
    opened = generations.open(plan)
    assert opened is not None
    opened.close()


class LyingIndex:
    """An index that lost passages, or answers with the wrong ones."""

    def __init__(self, plan: Plan, *, lost: int = 0, shifted: int = 0) -> None:
        """Lose the last `lost` ids; answer for the vector `shifted` rows further."""
        self._plan = plan
        self._lost = lost
        self._shifted = shifted

    def ids(self) -> tuple[str, ...]:
        """What it says that it holds."""
        return self._plan.ids[: len(self._plan.ids) - self._lost]

    def nearest(
        self, vectors: np.ndarray, count: int, timeout_s: float = 1.0
    ) -> list[list[tuple[str, float]]]:
        """The neighbours, of another passage perhaps, with the likeness one would expect."""
        assert timeout_s > 0
        likeness = vectors @ self._plan.vectors.T
        order = np.argsort(-likeness, axis=1)[:, :count]
        names = self._plan.ids
        return [
            [(names[(at + self._shifted) % len(names)], float(row[at])) for at in places]
            for row, places in zip(likeness, order, strict=True)
        ]

    def close(self) -> None:
        """Nothing to give back."""


def test_the_check_finds_a_lying_index() -> None:
    """Lost passages and wrong neighbours fail; the honest twin passes."""
    plan = _plan("a")
    check_index(LyingIndex(plan), plan, sample=10)
    for liar in (LyingIndex(plan, lost=1), LyingIndex(plan, shifted=1)):
        with pytest.raises(UnavailableError):
            check_index(liar, plan, sample=10)

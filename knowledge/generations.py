"""Generations of the vector index: built apart, verified, switched by one pointer, never changed.

    index/<id>.building/   being written; deleted at the next start
    index/<id>/            finished: Chroma's files and COMPLETE
    index/<id>.lock        held by the one process that has the generation open
    index/build.lock       held by the one process that builds or deletes
    index/CURRENT          id of the generation to open

A generation is named by what it is made of, so the same passages give the same name.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import numpy as np

from engine.errors import UnavailableError
from knowledge import chroma_store
from knowledge.chroma_store import ChromaIndex
from knowledge.embedding import Vectors
from knowledge.index_check import FULL_SAMPLE, QUICK_SAMPLE, Plan, VectorIndex, check_index
from knowledge.locks import FileLock, try_lock
from knowledge.sealed_folder import damage, seal, sealed_as, sync, write_durably

KEPT: Final = 2
_POINTER: Final = "CURRENT"
_BUILDING: Final = ".building"
_ID = re.compile(r"[0-9a-f]{64}")

Built = Literal["built", "present", "busy"]


class OpenGeneration:
    """A generation that this process has open; nobody else can open it meanwhile."""

    def __init__(self, generation_id: str, plan: Plan, index: VectorIndex, lock: FileLock) -> None:
        """Take over the open index and its lock."""
        self.generation_id = generation_id
        self.fit_id = plan.fit_id
        self.ids = frozenset(plan.ids)
        self._index = index
        self._lock = lock
        self._using = threading.Lock()
        self._closed = False

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]]:
        """Up to `count` passage ids with their likeness; UnavailableError on any trouble."""
        wanted = min(count, len(self.ids))
        with self._using:
            if self._closed:
                raise UnavailableError("KNOWLEDGE_INDEX", "the vector index was closed")
            (found,) = self._index.nearest(vector[np.newaxis, :], wanted)
        if len(found) != wanted or not self.ids.issuperset(name for name, _ in found):
            raise UnavailableError("KNOWLEDGE_INDEX", "the vector index answered something else")
        return found

    def close(self) -> None:
        """Close the index and let others open the generation; a running question ends first."""
        with self._using:
            if not self._closed:
                self._closed = True
                self._index.close()
                self._lock.release()


class Generations:
    """The folder of generations."""

    def __init__(self, root: Path) -> None:
        """Use `root`, made if need be, and clear what a crash left behind."""
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        self.sweep()

    def current(self) -> str | None:
        """Id that the pointer names, if such a finished generation is there."""
        try:
            named = (self._root / _POINTER).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        if not _ID.fullmatch(named) or sealed_as(self._root / named) != named:
            return None
        return named

    def sweep(self) -> None:
        """Delete unfinished generations and all but two finished ones, unless somebody builds."""
        lock = try_lock(self._root / "build.lock")
        if lock is None:
            return
        try:
            self._sweep()
        finally:
            lock.release()

    def _sweep(self) -> None:
        current = self.current()
        finished: list[Path] = []
        for folder in sorted(item for item in self._root.iterdir() if item.is_dir()):
            if sealed_as(folder) == folder.name and _ID.fullmatch(folder.name):
                finished.append(folder)
            else:
                self._remove(folder)
        finished.sort(key=lambda item: (item.name == current, item.stat().st_mtime), reverse=True)
        for folder in finished[KEPT:]:
            self._remove(folder)

    def _remove(self, folder: Path) -> None:
        lock = try_lock(self._root / f"{folder.name.removesuffix(_BUILDING)}.lock")
        if lock is None:
            return
        try:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            lock.release()

    def discard(self, generation_id: str) -> None:
        """Delete a damaged generation, unless another process still has it open."""
        self._remove(self._root / generation_id)

    def build(self, plan: Plan, cancelled: Callable[[], bool] = lambda: False) -> Built:
        """Make the generation of a plan and point to it; "busy" while another process builds.

        Raises:
            UnavailableError: KNOWLEDGE_INDEX when it cannot be built or does not verify.
        """
        lock = try_lock(self._root / "build.lock")
        if lock is None:
            return "busy"
        try:
            self._sweep()
            return self._build(plan, cancelled)
        finally:
            lock.release()

    def _build(self, plan: Plan, cancelled: Callable[[], bool]) -> Built:
        name = plan.generation_id
        target = self._root / name
        present = target.is_dir()
        if not present:
            folder = self._root / f"{name}{_BUILDING}"
            folder.mkdir()
            chroma_store.build(folder, plan.ids, plan.vectors, cancelled)
            _verify_folder(folder, plan)
            seal(folder, name, rewritten=frozenset({chroma_store.DATABASE}))
            folder.rename(target)
            sync(self._root)
        write_durably(self._root / _POINTER, name.encode("ascii"))
        return "present" if present else "built"

    def open(self, plan: Plan) -> OpenGeneration | None:
        """Open the generation of a plan; None when it is not there or another process has it.

        Raises:
            UnavailableError: KNOWLEDGE_INDEX when it is damaged; then `discard` it.
        """
        name = plan.generation_id
        folder = self._root / name
        if sealed_as(folder) != name:
            return None
        lock = try_lock(self._root / f"{name}.lock")
        if lock is None:
            return None
        try:
            return OpenGeneration(name, plan, _open_intact(folder, plan), lock)
        except BaseException:
            lock.release()
            raise


def _open_intact(folder: Path, plan: Plan) -> ChromaIndex:
    """The index of a folder, after its files, its ids and a few answers were checked."""
    broken = damage(folder)
    if broken is not None:
        raise UnavailableError(
            "KNOWLEDGE_INDEX", "a file of the vector index is damaged", value=broken
        )
    index = ChromaIndex(folder)
    try:
        check_index(index, plan, sample=QUICK_SAMPLE)
    except BaseException:
        index.close()
        raise
    return index


def _verify_folder(folder: Path, plan: Plan) -> None:
    """Open what was just written and compare it with the truth; then close it again."""
    index = ChromaIndex(folder)
    try:
        check_index(index, plan, sample=FULL_SAMPLE)
    finally:
        index.close()

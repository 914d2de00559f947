"""The dense half of a search: by the index where it can be trusted, by exact scan everywhere else.

The index is asked for the bulk; passages that are newer than it are scanned and merged in; removed
ones are dropped; the likeness it reports is recomputed. Any error, time-out or mismatch closes it
for good, is counted, and the answer comes from the exact scan: a question never fails because of
the index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from engine.errors import UnavailableError
from knowledge.dense import DenseView, Mask, Nearest, load_view
from knowledge.documents import Filter
from knowledge.embedding import Embedder, Vectors
from knowledge.generations import OpenGeneration
from knowledge.index_check import Plan
from knowledge.passages import PassageStore
from knowledge.vectors import VectorStore

_WORTH_ASKING: Final = 4
"""A filter that blocks so many passages that the index would be asked for more than this many times
the wanted number is served by the exact scan, which is exact and fast."""


class DenseSearch:
    """Nearest passages of a question; safe for threads."""

    def __init__(
        self,
        store: PassageStore,
        shelf: VectorStore,
        embedder: Embedder,
        on_trouble: Callable[[], None],
    ) -> None:
        """Load the view; `on_trouble` is called after the index was given up."""
        self._store = store
        self._shelf = shelf
        self._embedder = embedder
        self._on_trouble = on_trouble
        self._guard = threading.RLock()
        self._view = load_view(store, shelf, embedder)
        self._open: OpenGeneration | None = None
        self._broken: list[OpenGeneration] = []
        self._degraded = 0

    @property
    def degraded(self) -> int:
        """How many answers had to do without an index that was thought to be good."""
        return self._degraded

    @property
    def generation(self) -> OpenGeneration | None:
        """The open generation, if there is one."""
        return self._open

    def view(self) -> DenseView:
        """The view of the newest revision."""
        with self._guard:
            if self._view.revision != self._store.revision():
                self._view = load_view(self._store, self._shelf, self._embedder)
            return self._view

    def plan(self) -> Plan:
        """What a generation of the newest revision would be made of."""
        view = self.view()
        rows = np.flatnonzero(np.any(view.matrix, axis=1))
        ids = tuple(view.passages[row].passage_id for row in rows)
        return Plan(view.fit_id, ids, view.matrix[rows])

    def attach(self, generation: OpenGeneration | None) -> None:
        """Use this generation from now on and close the one before."""
        with self._guard:
            before, self._open = self._open, generation
        if before is not None:
            before.close()

    def take_broken(self) -> tuple[OpenGeneration, ...]:
        """Generations that were given up and are still to be closed and discarded."""
        with self._guard:
            broken, self._broken = tuple(self._broken), []
        return broken

    def nearest(self, text: str, limits: Filter, count: int) -> tuple[str, ...]:
        """Ids of the passages that are most alike, best first."""
        view = self.view()
        vector = view.question(text)
        if vector is None:
            return ()
        allowed = view.mask(limits)
        found = self._indexed(view, vector, count, allowed)
        if found is None:
            found = view.exact(vector, count, allowed)
        return tuple(name for name, _ in found)

    def _indexed(
        self, view: DenseView, vector: Vectors, count: int, allowed: Mask
    ) -> Nearest | None:
        generation = self._open
        if generation is None or generation.fit_id != view.fit_id:
            return None
        indexed = np.array([one.passage_id in generation.ids for one in view.passages], np.bool_)
        useless = len(generation.ids) - int((indexed & allowed).sum())
        if useless + count > _WORTH_ASKING * count:
            return None
        try:
            found = generation.nearest(vector, count + useless)
        except UnavailableError:
            found = None
        if found is None or not view.agrees(vector, found):
            self._give_up(generation)
            return None
        kept = [hit for hit in found if hit[0] in view.places and allowed[view.places[hit[0]]]]
        fresh = view.exact(vector, count, allowed & ~indexed)
        return sorted((*kept, *fresh), key=lambda hit: (-hit[1], hit[0]))[:count]

    def _give_up(self, generation: OpenGeneration) -> None:
        """Stop using a generation; one that was replaced in the meantime is no trouble."""
        with self._guard:
            if self._open is not generation:
                return
            self._degraded += 1
            self._open = None
            self._broken.append(generation)
        self._on_trouble()

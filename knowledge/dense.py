"""Vectors in memory: the exact scan that answers without an index and checks the one there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import IntegrityError
from engine.records import digest
from knowledge.documents import Filter
from knowledge.embedding import Embedder, Fitted, Vectors
from knowledge.passages import PassageStore, PassageText
from knowledge.vectors import StoredFit, VectorStore

Nearest = list[tuple[str, float]]
"""Passage ids with their cosine likeness, best first."""

_LIKENESS_TOLERANCE: Final = 1e-3
Mask = NDArray[np.bool_]


def fit_id_of(embedder: Embedder, ids: Sequence[str]) -> str:
    """Name of a fit: the embedder with its parameters, and the passages that it saw."""
    return digest(
        "peak/knowledge-fit/v1", {"embedder": embedder.embedder_id, "passages": sorted(ids)}
    )


@dataclass(frozen=True)
class DenseView:
    """All passages under one fit; `matrix` holds unit rows, shape (passages, dimension)."""

    revision: int
    fit_id: str
    fitted: Fitted
    passages: tuple[PassageText, ...]
    places: dict[str, int]
    matrix: Vectors
    days: NDArray[np.int64]

    def question(self, text: str) -> Vectors | None:
        """Unit vector of a question, shape (dimension,); None when it has no known feature."""
        vector = self.fitted.embed([text])[0]
        return vector if np.any(vector) else None

    def mask(self, limits: Filter) -> Mask:
        """Which passages a filter lets through, shape (passages,)."""
        allowed: Mask = self.days <= limits.as_of.toordinal()
        for row in np.flatnonzero(allowed):
            one = self.passages[row]
            wanted = not limits.names or one.name in limits.names
            allowed[row] = wanted and one.tier in limits.tiers
        return allowed

    def exact(self, vector: Vectors, count: int, allowed: Mask) -> Nearest:
        """The nearest passages among the allowed ones; equal ones in the order of their ids."""
        rows = np.flatnonzero(allowed)
        if not rows.size:
            return []
        likeness = self.matrix[rows] @ vector
        best = np.argsort(-likeness, kind="stable")[:count]
        return [(self.passages[rows[at]].passage_id, float(likeness[at])) for at in best]

    def agrees(self, vector: Vectors, found: Nearest) -> bool:
        """Whether the likeness that an index reports is the true one, where the passage exists."""
        known = [(self.places[name], said) for name, said in found if name in self.places]
        if not known:
            return True
        rows = [row for row, _ in known]
        said = np.array([likeness for _, likeness in known])
        return bool(np.all(np.abs(self.matrix[rows] @ vector - said) <= _LIKENESS_TOLERANCE))


@dataclass(frozen=True)
class HeldFit:
    """A fitted embedder with the vectors that were made with it, by passage id."""

    fit_id: str
    fitted: Fitted
    vectors: dict[str, Vectors]


def load_view(store: PassageStore, shelf: VectorStore, embedder: Embedder) -> DenseView:
    """The view of what the store holds now; passages without a vector get one.

    Fits and vectors are derived: where they are missing, damaged, of another embedder or know
    less than half of the passages, they are made anew.
    """
    revision = store.revision()
    passages = store.texts()
    held = _stored(shelf, embedder)
    fresh = [one for one in passages if held is None or one.passage_id not in held.vectors]
    if held is None or len(fresh) * 2 > len(passages):
        held = refit(shelf, embedder, passages)
    elif fresh:
        made = held.fitted.embed([one.text for one in fresh])
        names = [one.passage_id for one in fresh]
        shelf.add_vectors(held.fit_id, names, made)
        held.vectors.update(zip(names, made, strict=True))
    matrix = np.zeros((len(passages), embedder.dimension), dtype=np.float32)
    for row, one in zip(matrix, passages, strict=True):
        row[:] = held.vectors[one.passage_id]
    places = {one.passage_id: place for place, one in enumerate(passages)}
    days = np.array([one.as_of.toordinal() for one in passages], dtype=np.int64)
    return DenseView(revision, held.fit_id, held.fitted, passages, places, matrix, days)


def _stored(shelf: VectorStore, embedder: Embedder) -> HeldFit | None:
    """What the store holds for this embedder, or None when it cannot be used."""
    stored = shelf.current_fit()
    if stored is None or stored.embedder_id != embedder.embedder_id:
        return None
    try:
        ids, vectors = shelf.vectors(stored.fit_id, embedder.dimension)
        fitted = embedder.restore(stored.state)
    except IntegrityError:
        return None
    return HeldFit(stored.fit_id, fitted, dict(zip(ids, vectors, strict=True)))


def refit(shelf: VectorStore, embedder: Embedder, passages: tuple[PassageText, ...]) -> HeldFit:
    """Fit the embedder to these passages and store fit and vectors as the current ones."""
    texts = [one.text for one in passages]
    ids = [one.passage_id for one in passages]
    fitted = embedder.fit(texts)
    vectors = fitted.embed(texts)
    fit_id = fit_id_of(embedder, ids)
    shelf.save_fit(StoredFit(fit_id, embedder.embedder_id, fitted.state()), ids, vectors)
    return HeldFit(fit_id, fitted, dict(zip(ids, vectors, strict=True)))

"""Vectors at rest: the current fit of the embedder, and one vector for each passage under it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import IntegrityError
from knowledge.database import Database
from knowledge.embedding import Vectors


@dataclass(frozen=True)
class StoredFit:
    """A fitted embedder at rest."""

    fit_id: str
    embedder_id: str
    state: bytes


class VectorStore:
    """Reads and writes fits and vectors in the knowledge file."""

    def __init__(self, database: Database) -> None:
        """Use the knowledge file."""
        self._database = database

    def current_fit(self) -> StoredFit | None:
        """The fit that the newest vectors were made with."""
        rows = self._database.rows("SELECT fit_id, embedder_id, state FROM fits WHERE current = 1")
        for fit_id, embedder_id, state in rows:
            if isinstance(state, bytes):
                return StoredFit(str(fit_id), str(embedder_id), state)
        return None

    def save_fit(self, fit: StoredFit, ids: Sequence[str], vectors: Vectors) -> None:
        """Make a fit the current one, with the vectors of these passages; older fits go."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM fits")
            connection.execute(
                "INSERT INTO fits VALUES (?, ?, ?, 1)", (fit.fit_id, fit.embedder_id, fit.state)
            )
            _insert_vectors(connection, fit.fit_id, ids, vectors)

    def add_vectors(self, fit_id: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Vectors of new passages under a fit; nothing happens if that fit is gone."""
        with self._database.writing() as connection:
            known = connection.execute("SELECT 1 FROM fits WHERE fit_id = ?", (fit_id,))
            if known.fetchone():
                _insert_vectors(connection, fit_id, ids, vectors)

    def vectors(self, fit_id: str, dimension: int) -> tuple[tuple[str, ...], Vectors]:
        """Passage ids in order, and their vectors, shape (passages, dimension)."""
        rows = self._database.rows(
            "SELECT passage_id, vector FROM vectors WHERE fit_id = ? ORDER BY passage_id", (fit_id,)
        )
        size = dimension * np.dtype(np.float32).itemsize
        raw = [blob for _, blob in rows if isinstance(blob, bytes) and len(blob) == size]
        if len(raw) != len(rows):
            raise IntegrityError("KNOWLEDGE_STORE_BROKEN", "a vector has another length")
        matrix = np.frombuffer(b"".join(raw), dtype="<f4").reshape(len(raw), dimension)
        return tuple(str(row[0]) for row in rows), matrix.astype(np.float32)


def _insert_vectors(
    connection: sqlite3.Connection, fit_id: str, ids: Sequence[str], vectors: Vectors
) -> None:
    """Vectors of passages that still exist; one that was removed meanwhile is left out."""
    connection.executemany(
        "INSERT OR IGNORE INTO vectors SELECT ?, passage_id, ? FROM passages WHERE passage_id = ?",
        [
            (fit_id, row.astype("<f4").tobytes(), passage_id)
            for passage_id, row in zip(ids, vectors, strict=True)
        ],
    )

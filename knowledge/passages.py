"""The truth about passages: documents with their provenance, cut into passages, and their words.

All reads that answer a question apply the filter in SQL.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.clock import Clock
from engine.records import utc_text
from knowledge.chunking import passages
from knowledge.database import Database
from knowledge.documents import Document, Filter, Hit
from knowledge.words import fold

_TITLE_WEIGHT: Final = 2.0
_SECTION_WEIGHT: Final = 2.0
_BODY_WEIGHT: Final = 1.0


@dataclass(frozen=True)
class PassageText:
    """A passage as an embedder sees it, with what a filter asks."""

    passage_id: str
    text: str
    as_of: date
    tier: str
    name: str


class PassageStore:
    """Reads and writes documents and passages."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Use the knowledge file; the clock dates the arrival of documents."""
        self._database = database
        self._clock = clock

    def revision(self) -> int:
        """Number of writes so far."""
        return self._database.revision()

    def replace_collection(self, origin: str, documents: Iterable[Document]) -> bool:
        """Make `documents` the whole content of a collection; True when anything changed."""
        wanted = {document.document_id: document for document in documents}
        query = "SELECT document_id FROM documents WHERE origin = ?"
        if {str(row[0]) for row in self._database.rows(query, (origin,))} == set(wanted):
            return False
        with self._database.writing() as connection:
            present = {str(row[0]) for row in connection.execute(query, (origin,))}
            connection.executemany(
                "DELETE FROM documents WHERE document_id = ?",
                [(document_id,) for document_id in sorted(present - set(wanted))],
            )
            for document_id in sorted(set(wanted) - present):
                self._insert(connection, wanted[document_id])
        return True

    def add(self, document: Document) -> bool:
        """Add one document; False when it is already there."""
        known = "SELECT 1 FROM documents WHERE document_id = ?"
        if self._database.rows(known, (document.document_id,)):
            return False
        with self._database.writing() as connection:
            if not connection.execute(known, (document.document_id,)).fetchone():
                self._insert(connection, document)
        return True

    def _insert(self, connection: sqlite3.Connection, document: Document) -> None:
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.document_id,
                document.name,
                document.title,
                document.language,
                document.as_of.isoformat(),
                document.tier,
                document.origin,
                json.dumps(document.tags),
                utc_text(self._clock.now()),
                document.text,
            ),
        )
        for passage in passages(document):
            cursor = connection.execute(
                "INSERT INTO passages (passage_id, document_id, ordinal, section, text)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    passage.passage_id,
                    passage.document_id,
                    passage.ordinal,
                    passage.section,
                    passage.text,
                ),
            )
            connection.execute(
                "INSERT INTO passage_words (rowid, title, section, body) VALUES (?, ?, ?, ?)",
                (cursor.lastrowid, fold(document.title), fold(passage.section), fold(passage.text)),
            )

    def by_words(self, query: str, limits: Filter, count: int) -> tuple[str, ...]:
        """Passage ids that match a full-text query, best first (bm25, titles count double)."""
        clause, values = _where(limits)
        rows = self._database.rows(
            "SELECT p.passage_id FROM passage_words"  # noqa: S608 - only marks are put in
            " JOIN passages p ON p.number = passage_words.rowid"
            " JOIN documents d USING (document_id)"
            f" WHERE passage_words MATCH ? AND {clause}"
            " ORDER BY bm25(passage_words, ?, ?, ?), p.passage_id LIMIT ?",
            (query, *values, _TITLE_WEIGHT, _SECTION_WEIGHT, _BODY_WEIGHT, count),
        )
        return tuple(str(row[0]) for row in rows)

    def hits(self, scores: dict[str, float], limits: Filter) -> tuple[Hit, ...]:
        """The passages of `scores` that the filter lets through, best first."""
        clause, values = _where(limits)
        rows = self._database.rows(
            "SELECT p.passage_id, p.document_id, d.title, p.section, p.text, d.as_of, d.tier"  # noqa: S608 - only marks are put in
            " FROM passages p JOIN documents d USING (document_id)"
            f" WHERE p.passage_id IN ({_marks(scores)}) AND {clause}",
            (*scores, *values),
        )
        found = (
            Hit.model_validate(
                {
                    "passage_id": row[0],
                    "document_id": row[1],
                    "title": row[2],
                    "section": row[3],
                    "text": row[4],
                    "as_of": date.fromisoformat(str(row[5])),
                    "tier": row[6],
                    "score": scores[str(row[0])],
                }
            )
            for row in rows
        )
        return tuple(sorted(found, key=lambda hit: (-hit.score, hit.passage_id)))

    def texts(self) -> tuple[PassageText, ...]:
        """All passages in the order of their ids: title, section and text as one."""
        rows = self._database.rows(
            "SELECT p.passage_id, d.title || char(10) || p.section || char(10) || p.text, d.as_of,"
            " d.tier, d.name FROM passages p JOIN documents d USING (document_id)"
            " ORDER BY p.passage_id"
        )
        return tuple(
            PassageText(str(a), str(b), date.fromisoformat(str(c)), str(d), str(e))
            for a, b, c, d, e in rows
        )


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _where(limits: Filter) -> tuple[str, tuple[str, ...]]:
    """The filter as SQL over `documents d`, and its values."""
    clause = f"d.as_of <= ? AND d.tier IN ({_marks(limits.tiers)})"
    values: tuple[str, ...] = (limits.as_of.isoformat(), *limits.tiers)
    if limits.names:
        clause += f" AND d.name IN ({_marks(limits.names)})"
        values += limits.names
    return clause, values

"""Tables of the knowledge file: documents, passages, their words, fits and vectors."""

from __future__ import annotations

from typing import Final

VERSION: Final = 1

TABLES: Final = """
CREATE TABLE IF NOT EXISTS documents (
    document_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    as_of TEXT NOT NULL,
    tier TEXT NOT NULL,
    origin TEXT NOT NULL,
    tags TEXT NOT NULL,
    added_at TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS documents_by_origin ON documents (origin);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    passage_id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (document_id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    section TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS passages_by_document ON passages (document_id);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_words USING fts5 (
    title, section, body, tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER IF NOT EXISTS passages_forget AFTER DELETE ON passages BEGIN
    DELETE FROM passage_words WHERE rowid = old.number;
END;
CREATE TABLE IF NOT EXISTS fits (
    fit_id TEXT PRIMARY KEY,
    embedder_id TEXT NOT NULL,
    state BLOB NOT NULL,
    current INTEGER NOT NULL CHECK (current IN (0, 1))
) STRICT;
CREATE TABLE IF NOT EXISTS vectors (
    fit_id TEXT NOT NULL REFERENCES fits (fit_id) ON DELETE CASCADE,
    passage_id TEXT NOT NULL REFERENCES passages (passage_id) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    PRIMARY KEY (fit_id, passage_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revisions (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO revisions VALUES (1, 0);
"""

"""Our own documents: texts beside a manifest that says what each is and since when it is known."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from engine.errors import InputError
from engine.records import invalid_record
from knowledge.documents import Document

CORPUS: Final = Path(__file__).parent / "corpus"
ORIGIN: Final = "corpus"
_MANIFEST = "manifest.toml"


def load_corpus(folder: Path = CORPUS) -> tuple[Document, ...]:
    """The documents of a folder, in the order of its manifest.

    Raises:
        InputError: CORPUS_INVALID when the manifest or an entry cannot be read, CORPUS_MISSING for
            an entry without a file, CORPUS_UNLISTED for a file without an entry.
    """
    entries = _entries(folder)
    documents = tuple(_document(folder, entry) for entry in entries)
    names = [document.name for document in documents]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise InputError(
            "CORPUS_INVALID", "a document is listed twice", value=repeated, hint="list it once"
        )
    for path in sorted(folder.glob("*.md")):
        if path.stem not in names:
            raise InputError(
                "CORPUS_UNLISTED",
                "a text is not in the manifest",
                value=path.name,
                hint=f"add it to {_MANIFEST} or remove it",
            )
    return documents


def _entries(folder: Path) -> list[dict[str, object]]:
    try:
        manifest = tomllib.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "CORPUS_INVALID",
            f"the manifest cannot be read: {error}",
            value=_MANIFEST,
            hint="write one [[document]] table for each text",
        ) from error
    entries = manifest.get("document")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(
            "CORPUS_INVALID",
            "the manifest lists no documents",
            value=_MANIFEST,
            hint="write one [[document]] table for each text",
        )
    return entries


def _document(folder: Path, entry: dict[str, object]) -> Document:
    name = str(entry.get("id", ""))
    path = folder / f"{name}.md"
    if path.parent != folder or not path.is_file():
        raise InputError(
            "CORPUS_MISSING", "a listed document has no text", value=name, hint=f"add {name}.md"
        )
    fields = {key: value for key, value in entry.items() if key != "id"}
    tags = fields.get("tags", [])
    fields["tags"] = tuple(tags) if isinstance(tags, list) else tags
    text = path.read_text(encoding="utf-8")
    try:
        return Document.model_validate({**fields, "name": name, "origin": ORIGIN, "text": text})
    except ValidationError as error:
        raise invalid_record(f"document {name}", error) from error

"""Text of a schema: written from tables, read back as single statements."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, TextClause, create_mock_engine, text

from guardrails.store.columns import strict

_END: Final = "\n;;\n"


def schema_text(metadata: MetaData, dialect: str) -> str:
    """Every statement that makes these tables in an empty store of this dialect."""
    strict(metadata)
    found: list[str] = []

    def note(statement: object, *_: object, **__: object) -> None:
        """Keep a statement as text."""
        compiled = statement.compile(dialect=engine.dialect)  # type: ignore[attr-defined]  # a DDL element
        found.append("\n".join(line.rstrip() for line in str(compiled).strip().splitlines()))

    engine = create_mock_engine(f"{dialect}://", note)
    metadata.create_all(engine, checkfirst=False)
    if dialect == "postgresql":  # its driver doubles the signs for itself
        found = [statement.replace("%%", "%") for statement in found]
    found.sort(key=_places(found).__getitem__)
    return _END.join([*dict.fromkeys(found), ""])


def _places(found: list[str]) -> dict[str, tuple[int, str]]:
    """Where each statement stands; the indexes of a table, which come in any order, by name."""
    places: dict[str, tuple[int, str]] = {}
    last = 0
    for number, statement in enumerate(found):
        index = statement.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))
        last = last if index else number
        places.setdefault(statement, (last, statement if index else ""))
    return places


def statements(file: Path) -> list[TextClause]:
    """The statements of a file that `schema_text` wrote."""
    parts = file.read_text(encoding="utf-8").split(_END)
    return [text(part.replace(":", r"\:")) for part in parts if part.strip()]

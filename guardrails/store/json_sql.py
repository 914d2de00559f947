"""JSON inside SQL, in the words of both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, String, TableValuedAlias, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class JsonText(FunctionElement[str]):
    """One field of a canonical text, as text (None where the field is null or missing)."""

    name = "json_text"
    inherit_cache = True
    type = String()


class _JsonItems(FunctionElement[str]):
    """The texts of one list in a canonical text."""

    name = "json_items"
    inherit_cache = True
    type = String()


def json_text(payload: Column[str], field: str) -> JsonText:
    """The field of a JSON object that stands in a column."""
    return JsonText(payload, column(field, is_literal=True))


def json_items(payload: Column[str], field: str) -> TableValuedAlias:
    """A table with one column `value`: the texts of a list in a JSON object."""
    items = _JsonItems(payload, column(field, is_literal=True))
    return items.table_valued(column("value", String))


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:  # noqa: ANN401 - SQLAlchemy's signature
    payload, field = element.clauses
    return compiler.process(payload, **kw), str(field.name)


@compiles(JsonText, "sqlite")
def _sqlite_text(element: JsonText, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    payload, field = _parts(element, compiler, **kw)
    return f"json_extract({payload}, '$.{field}')"


@compiles(JsonText, "postgresql")
def _postgres_text(element: JsonText, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    payload, field = _parts(element, compiler, **kw)
    return f"({payload}::json ->> '{field}')"


@compiles(_JsonItems, "sqlite")
def _sqlite_items(element: _JsonItems, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    payload, field = _parts(element, compiler, **kw)
    return f"json_each({payload}, '$.{field}')"


@compiles(_JsonItems, "postgresql")
def _postgres_items(element: _JsonItems, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    payload, field = _parts(element, compiler, **kw)
    return f"json_array_elements_text({payload}::json -> '{field}')"

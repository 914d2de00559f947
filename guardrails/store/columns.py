"""Column types of the stores: money and times as text, and the plain types of STRICT tables."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Dialect, Float, MetaData, String, TypeDecorator
from sqlalchemy.ext.compiler import compiles

from engine.quantities import decimal_of
from engine.records import utc_text


class DecimalText(TypeDecorator[Decimal]):
    """Decimal as plain text; a float is refused because its digits are not what was meant."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Text for the store."""
        del dialect
        return None if value is None else format(decimal_of(value), "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401 - SQLAlchemy's signature
        """Decimal from the store's text."""
        del dialect
        return None if value is None else Decimal(value)


class UtcText(TypeDecorator[datetime]):
    """Aware time as UTC text with milliseconds."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Text for the store."""
        del dialect
        return None if value is None else utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 - SQLAlchemy's signature
        """Aware time from the store's text."""
        del dialect
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


@compiles(String, "sqlite")
def _text(*_: object, **__: object) -> str:
    return "TEXT"


@compiles(Boolean, "sqlite")
def _flag(*_: object, **__: object) -> str:
    return "INTEGER"


@compiles(Float, "sqlite")
def _real(*_: object, **__: object) -> str:
    return "REAL"


def strict(metadata: MetaData) -> None:
    """SQLite keeps to the types of all these tables: text in a number's column is refused."""
    for table in metadata.tables.values():
        table.dialect_options["sqlite"]["strict"] = True

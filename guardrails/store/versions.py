"""Which version of its tables a store has, and whether it is whole.

A store names its version in the table `alembic_version`. Alembic itself is loaded for an upgrade
alone, never to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
)

from engine.errors import IntegrityError
from guardrails.store import guards
from guardrails.store.columns import strict

HISTORY: Final = {"desk": ("desk_0001",), "gateway": ("gateway_0001",)}
"""Every version of each store, oldest first; the last one is what this build works with."""

State = Literal["empty", "current", "older", "newer", "unversioned"]

_stamps = MetaData()
_VERSION = Table("alembic_version", _stamps, Column("version_num", String(32), primary_key=True))
strict(_stamps)


class Backend(Protocol):
    """A place for a store: how it is opened and how transactions begin."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises, when it is asked directly, and the store does not answer."""
        ...

    @property
    def engine(self) -> Engine:
        """Where connections come from."""
        ...

    def begin_schema(self, connection: Connection) -> None:
        """Begin a transaction that makes or changes tables."""
        ...

    def begin_write(self, connection: Connection) -> None:
        """Begin a transaction as the only writer."""
        ...

    def begin_read(self, connection: Connection) -> None:
        """Begin a transaction that sees one state to its end."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one store: its chain's name, what it must hold, and where backups go."""

    chain: str
    metadata: MetaData
    backups: Path | None = None

    @property
    def head(self) -> str:
        """The version that this build works with."""
        return HISTORY[self.chain][-1]


@dataclass(frozen=True, slots=True)
class Version:
    """What a store says of itself: `found` is empty when it holds nothing or no version."""

    found: str
    state: State


def version_of(connection: Connection, chain: str) -> Version:
    """Read the version of an open store."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return Version("", "empty")
    if _VERSION.name not in names:
        return Version("", "unversioned")
    found = str(connection.scalar(select(_VERSION.c.version_num)) or "")
    history = HISTORY[chain]
    if found == history[-1]:
        return Version(found, "current")
    return Version(found, "older" if found in history else "newer")


def stamp(connection: Connection, version: str) -> None:
    """Write the version of a store that was just made."""
    _stamps.create_all(connection)
    connection.execute(insert(_VERSION).values(version_num=version))


def require_whole(connection: Connection, tables: Tables) -> None:
    """Refuse a store that lacks a table or a trigger.

    Raises:
        IntegrityError: STORE_SCHEMA, STORE_TRIGGERS.
    """
    require_tables(connection, tables)
    guards.require(connection, tables.metadata)


def require_tables(connection: Connection, tables: Tables) -> None:
    """Refuse a store that lacks a table; IntegrityError STORE_SCHEMA."""
    lost = set(tables.metadata.tables) - set(inspect(connection).get_table_names())
    if lost:
        raise IntegrityError(
            "STORE_SCHEMA", "a table of this version is missing", value=min(lost),
            hint="restore the store with `peak store restore`",
        )  # fmt: skip

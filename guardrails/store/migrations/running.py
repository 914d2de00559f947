"""Upgrade of an older store: backup, every step and its journal row in one commit, all checked.

SQLite rebuilds a table to change a column and loses the table's triggers with the old one; they
are made again in the same commit, and a store that is not whole afterwards is not committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.errors import IntegrityError, UnavailableError
from guardrails.store import guards
from guardrails.store.backups import save
from guardrails.store.journal import Event, append
from guardrails.store.versions import Backend, Tables, require_tables

FOLDER: Final = Path(__file__).parent
ACTOR: Final = "store"


def scripts_of(chain: str) -> Path:
    """Folder of a store's versions."""
    return FOLDER / chain


def history(scripts: Path) -> tuple[str, ...]:
    """Every version that a folder brings, oldest first."""
    found = ScriptDirectory(str(scripts)).walk_revisions()
    return tuple(reversed([one.revision for one in found]))


def upgrade(
    place: Backend, tables: Tables, found: str, now: datetime, scripts: Path | None = None
) -> tuple[str, ...]:
    """Back the store up and bring it to the newest version; answers the triggers made again.

    Raises:
        UnavailableError: STORE_NO_BACKUP when there is no folder for it or no program to do it.
        IntegrityError: STORE_SCHEMA, STORE_TRIGGERS; the store is as it was.
    """
    if tables.backups is None:
        raise UnavailableError(
            "STORE_NO_BACKUP", f"the store has the older version {found}", value=found,
            hint="run `peak store upgrade`; it makes a backup first",
        )  # fmt: skip
    kept = save(place, tables.backups / f"{tables.chain}-{found}-{now:%Y%m%dT%H%M%S}")
    with _changing(place) as connection:
        steps(connection, scripts or scripts_of(tables.chain))
        require_tables(connection, tables)
        again = guards.restore(connection, tables.metadata)
        guards.require(connection, tables.metadata)
        _require_references(connection)
        to = history(scripts or scripts_of(tables.chain))[-1]
        facts = {"from": found, "to": to, "backup": kept.name}
        append(connection, tables.chain, now, Event(ACTOR, "store.upgraded", facts))
        connection.commit()
    return again


def steps(connection: Connection, scripts: Path) -> None:
    """Run every step that this store lacks, inside the caller's transaction."""
    directory = ScriptDirectory(str(scripts))

    def missing(heads: Any, _: MigrationContext) -> list[Any]:  # noqa: ANN401 - alembic's own
        """The steps between the store's version and the newest one, in order."""
        after = heads or "base"
        found = reversed(list(directory.iterate_revisions("heads", after)))
        return [MigrationStep.upgrade_from_script(directory.revision_map, one) for one in found]

    context = MigrationContext.configure(
        connection, opts={"fn": missing, "transactional_ddl": True}
    )
    with Operations.context(context):
        context.run_migrations()


@contextmanager
def _changing(place: Backend) -> Iterator[Connection]:
    """A connection on which a table may be rebuilt while others refer to it."""
    with place.engine.connect() as connection:
        lite = place.dialect == "sqlite"
        if lite:  # only outside a transaction
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
        try:
            place.begin_schema(connection)
            yield connection
        finally:
            if lite:
                connection.invalidate()  # nobody gets the connection without its pragma


def _require_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise IntegrityError(
            "STORE_SCHEMA", "a row refers to one that is gone", value=str(broken[0]),
            hint="restore the store with `peak store restore`",
        )  # fmt: skip

"""Opening a store for writing: made and stamped, upgraded after a backup, or refused."""

from __future__ import annotations

from engine.clock import Clock
from engine.errors import UnavailableError
from guardrails.store.columns import strict
from guardrails.store.versions import (
    HISTORY,
    Backend,
    Tables,
    Version,
    require_whole,
    stamp,
    version_of,
)


def prepare(place: Backend, tables: Tables, clock: Clock) -> None:
    """Make an empty store, bring an older one up to date, and check that all triggers stand.

    Raises:
        UnavailableError: STORE_NEWER, STORE_UNVERSIONED.
        IntegrityError: STORE_TRIGGERS, STORE_SCHEMA.
    """
    strict(tables.metadata)
    version = _opened(place, tables)
    if version is not None and version.state == "older":
        from guardrails.store.migrations.running import upgrade  # noqa: PLC0415 - loads alembic

        upgrade(place, tables, version.found, clock.now())


def _opened(place: Backend, tables: Tables) -> Version | None:
    """Look at a store, make its tables when it has none; None for one without versions."""
    with place.engine.connect() as connection:
        # a table never exists without its triggers, whoever starts first
        place.begin_schema(connection)
        if tables.chain not in HISTORY:
            tables.metadata.create_all(connection)
            connection.commit()
            return None
        version = version_of(connection, tables.chain)
        if version.state == "empty":
            tables.metadata.create_all(connection)
            stamp(connection, tables.head)
        elif version.state == "current":
            require_whole(connection, tables)
        elif version.state != "older":
            raise _refusal(version, tables)
        connection.commit()
        return version


def _refusal(version: Version, tables: Tables) -> UnavailableError:
    if version.state == "newer":
        return UnavailableError(
            "STORE_NEWER", f"a later build made this store of the {tables.chain}",
            value=version.found,
            hint=f"start that build again; this one knows versions up to {tables.head}",
        )  # fmt: skip
    return UnavailableError(
        "STORE_UNVERSIONED", f"an early build without versions made this store of the "
        f"{tables.chain}", value=tables.chain,
        hint="keep the folder for that build and start with another one (PEAK_STATE_DIR), or move "
        "desk.db and gateway.db away: datasets, strategies and reports stay",
    )  # fmt: skip

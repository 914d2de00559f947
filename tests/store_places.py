"""Where a store of a test lies: a SQLite file, or a database of a real PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import MetaData

from engine.clock import Clock, FixedClock
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from tests.desk_world import NOW
from tests.postgres_cluster import Cluster

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where one test's store lies, and what somebody with all rights can do to it."""

    place: Path | str
    server: Cluster | None = None

    def open(
        self,
        clock: Clock | None = None,
        metadata: MetaData = desk_metadata,
        chain: str = "desk",
        *,
        read_only: bool = False,
    ) -> Database:
        """Open the store, the desk's unless another one is named."""
        clock = clock or FixedClock(NOW)
        return open_database(self.place, metadata, chain, clock, read_only=read_only)

    @property
    def name(self) -> str:
        """Name of the PostgreSQL database."""
        return str(self.place).partition("?")[0].rpartition("/")[2]

    def insider(self, *statements: str, keep_triggers: bool = False) -> None:
        """Statements of somebody who owns the store, without triggers unless they are kept."""
        if self.server is not None:
            role = "origin" if keep_triggers else "replica"  # a replica fires no triggers
            first = f"SET session_replication_role = {role}"
            self.server.sql(first, *statements, database=self.name)
            return
        with closing(sqlite3.connect(self.place)) as raw, raw:
            if not keep_triggers:
                found = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in found.fetchall():
                    raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                raw.execute(statement)


NewPlace: TypeAlias = Callable[..., StorePlace]
"""`new_place(kind, empty=False)`."""

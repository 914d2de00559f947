"""Every store test runs on SQLite and on a real PostgreSQL that these fixtures start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import FixedClock
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from tests.desk_world import NOW
from tests.postgres_cluster import Cluster, cluster
from tests.store_places import KINDS, NewPlace, StorePlace


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server for all tests of this process."""
    with cluster() as found:
        yield found


@pytest.fixture(scope="session")
def template(postgres: Cluster) -> str:
    """A database that holds the desk's tables; copying it is faster than making them."""
    name = postgres.new()
    open_database(postgres.url(name), desk_metadata, "desk", FixedClock(NOW)).close()
    return name


@pytest.fixture
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Makes a place of a kind; the server is started for the first test that asks."""

    def made(kind: str, *, empty: bool = False) -> StorePlace:
        if kind == "sqlite":
            return StorePlace(tmp_path / "desk.db")
        server: Cluster = request.getfixturevalue("postgres")
        name = server.new() if empty else server.new(request.getfixturevalue("template"))
        return StorePlace(server.url(name), server)

    return made


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, new_place: NewPlace) -> StorePlace:
    """A place of each kind, for the desk's store and without rows."""
    return new_place(request.param)


@pytest.fixture(params=KINDS)
def empty_place(request: pytest.FixtureRequest, new_place: NewPlace) -> StorePlace:
    """A place of each kind without any table."""
    return new_place(request.param, empty=True)


@pytest.fixture
def database(place: StorePlace) -> Iterator[Database]:
    """A fresh store of the desk on each kind of place; at the end its journal verifies."""
    opened = place.open()
    yield opened
    opened.close()

"""A desk of several persons, and one of a single person, each on a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_world import DeskWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    """A team's desk."""
    made = DeskWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def solo(tmp_path: Path) -> Iterator[DeskWorld]:
    """A one-person desk."""
    made = DeskWorld(tmp_path / "solo", persons="solo")
    yield made
    made.close()

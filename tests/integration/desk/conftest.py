"""Fixtures of the desk's API and pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh desk with the sample data, a silent gateway and a scripted copilot."""
    with open_world(tmp_path) as made:
        yield made

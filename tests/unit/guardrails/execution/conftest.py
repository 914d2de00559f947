"""A world for each test: an installation in a temporary folder, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from guardrails.execution.app import Gateway
from tests.gateway_world import Opener, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three quiet bars of ACME, an empty desk.db and secrets."""
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture
def opened(world: World) -> Iterator[Opener]:
    """Opens gateways of the world and closes them at the end."""
    running: list[Gateway] = []

    def opener(**changes: object) -> Gateway:
        for gateway in running:
            gateway.close()
        running.append(world.gateway(**changes))
        return running[-1]

    yield opener
    for gateway in running:
        gateway.close()

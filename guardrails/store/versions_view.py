"""Versions of an installation's stores, for commands: look without changing, or upgrade both."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from engine.clock import Clock, SystemClock
from guardrails.store.database import Place, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.versions import HISTORY, version_of


def versions_of(gateway: Path, desk: Place) -> dict[str, dict[str, str]]:
    """By store: the version that it has, its state, and the version of this build."""
    found = {}
    for chain, place in (("desk", desk), ("gateway", gateway)):
        version, state = "", "missing"
        if isinstance(place, str) or place.exists():
            metadata = desk_metadata if chain == "desk" else gateway_metadata
            opened = open_database(place, metadata, chain, SystemClock(), read_only=True)
            with closing(opened), opened.read() as connection:
                seen = version_of(connection, chain)
            version, state = seen.found, str(seen.state)
        found[chain] = {"version": version, "state": state, "build": HISTORY[chain][-1]}
    return found


def upgraded(gateway: Path, desk: Place, clock: Clock, backups: Path) -> None:
    """Open both stores as their owners do: an older one is backed up and upgraded.

    A store that is not there is not made.
    """
    for chain, place, metadata in (
        ("gateway", gateway, gateway_metadata),
        ("desk", desk, desk_metadata),
    ):
        if isinstance(place, str) or place.exists():
            open_database(place, metadata, chain, clock, backups=backups).close()

"""Limits versions: each complete set is filed once and can be read again."""

from __future__ import annotations

from guardrails.desk.limiting import record_limits
from guardrails.limits import PROFILES
from guardrails.store import limits
from tests.desk_world import LIMITS, DeskWorld


def test_a_version_is_recorded_once(world: DeskWorld) -> None:
    """The second start with the same limits writes nothing; other limits do."""
    assert record_limits(world.db, LIMITS, "desk")
    assert not record_limits(world.db, LIMITS, "desk")
    assert record_limits(world.db, PROFILES["moderate"], "desk")
    with world.db.read() as connection:
        assert limits.find(connection, LIMITS.version) == LIMITS
        assert limits.find(connection, "ff" * 32) is None
    assert len(world.journal("limits.recorded")) == 2

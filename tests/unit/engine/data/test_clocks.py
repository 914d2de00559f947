"""Wall clocks of whole arrays: the same as the zone database says moment by moment."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from engine.data.clocks import HOUR_MS, zone_offset


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Europe/Berlin", "UTC"])
def test_the_offset_is_the_zones(zone: str) -> None:
    """Every 37 hours from 1970 to 2030 the offset is what `zoneinfo` says."""
    hours = np.arange(0, 60 * 8_766, 37, dtype=np.int64) * HOUR_MS
    clock = ZoneInfo(zone)
    moments = [datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(clock) for at in hours.tolist()]
    wall = [int(moment.replace(tzinfo=UTC).timestamp()) * 1000 for moment in moments]
    assert (hours + zone_offset(zone, hours)).tolist() == wall


def test_a_change_holds_from_its_very_minute() -> None:
    """New York's clock goes forward at 07:00 UTC on 2024-03-10, not a minute before."""
    change = int(datetime(2024, 3, 10, 7, tzinfo=UTC).timestamp()) * 1000
    offsets = zone_offset("America/New_York", np.array([change - 60_000, change]))
    assert offsets.tolist() == [-5 * HOUR_MS, -4 * HOUR_MS]


def test_no_moment_has_no_offset() -> None:
    """An empty array stays one."""
    assert len(zone_offset("Europe/Berlin", np.zeros(0, dtype=np.int64))) == 0

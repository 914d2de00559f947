"""Grouped refusals: a flood becomes few rows, and the sum of the rows is the flood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData

from engine.clock import FixedClock
from engine.errors import UnavailableError
from guardrails.reasons import Denial, Reason
from guardrails.store.database import Database, open_database
from guardrails.store.journal import after
from guardrails.store.refusals import GROUPED, WINDOW_SECONDS, GroupedRefusals
from tests.audit_world import NOW
from tests.gateway_faults import Stumbling

FORBIDDEN = Denial.of(Reason.ROLE_FORBIDDEN, "no", verb="approve")
TOO_FAST = Denial.of(Reason.RATE_MESSAGES, "slower")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """An empty journal."""
    opened = open_database(tmp_path / "a.db", MetaData(), "desk", FixedClock(NOW))
    yield opened
    opened.close()


def _rows(store: Database) -> list[tuple[str, dict[str, Any]]]:
    with store.read() as connection:
        return [(row.kind, json.loads(row.payload)) for row in after(connection, 0)]


def _counted(store: Database) -> int:
    """Refusals that the journal knows of."""
    return sum(body["count"] if kind == GROUPED else 1 for kind, body in _rows(store))


def test_a_flood_is_counted_with_all_its_codes(store: Database) -> None:
    """One row for the first, one for the 500 that came within 100 ms, by who, what and codes."""
    clock = FixedClock(NOW)
    grouped = GroupedRefusals(store, clock)
    assert grouped.refuse("copilot", "role.refused", (FORBIDDEN,), verb="approve") == (FORBIDDEN,)
    for _ in range(300):
        grouped.refuse("copilot", "role.refused", (FORBIDDEN, TOO_FAST))
    for _ in range(200):
        grouped.refuse("eve", "tool.refused", (TOO_FAST,))
    clock.advance(WINDOW_SECONDS)
    grouped.look()
    (_, first), (kind, rest) = _rows(store)
    assert (first["verb"], first["denials"][0]["code"]) == ("approve", "ROLE_FORBIDDEN")
    assert (kind, rest["count"]) == (GROUPED, 500)
    assert rest["by"] == [
        {"actor": "copilot", "codes": ["RATE_MESSAGES", "ROLE_FORBIDDEN"], "count": 300,
         "kind": "role.refused"},
        {"actor": "eve", "codes": ["RATE_MESSAGES"], "count": 200, "kind": "tool.refused"},
    ]  # fmt: skip
    assert store.verify().ok


def test_slow_refusals_have_rows_of_their_own(store: Database) -> None:
    """The twin: what comes one by one is not grouped."""
    clock = FixedClock(NOW)
    grouped = GroupedRefusals(store, clock)
    for _ in range(3):
        grouped.refuse("eve", "role.refused", (FORBIDDEN,))
        clock.advance(WINDOW_SECONDS)
    grouped.look()
    assert [kind for kind, _ in _rows(store)] == ["role.refused"] * 3


def test_a_look_within_the_time_writes_nothing(store: Database) -> None:
    """What waits is written when the 100 ms are over, or at the end."""
    grouped = GroupedRefusals(store, FixedClock(NOW))
    for _ in range(2):
        grouped.refuse("eve", "role.refused", (FORBIDDEN,))
    grouped.look()
    assert _counted(store) == 1
    grouped.close()
    grouped.close()
    assert _counted(store) == 2


def test_many_threads_lose_none(store: Database) -> None:
    """Eight threads at once: the sum is exact."""
    grouped = GroupedRefusals(store, FixedClock(NOW))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: grouped.refuse("eve", "role.refused", (FORBIDDEN,)), range(400)))
    grouped.close()
    assert _counted(store) == 400


def test_a_store_that_does_not_answer_loses_none(store: Database) -> None:
    """A failed write keeps the count; the next one that works holds all."""
    clock = FixedClock(NOW)
    stumbling = Stumbling(store, 2)
    grouped = GroupedRefusals(stumbling, clock)  # type: ignore[arg-type]  # writes as a store does
    for _ in range(4):
        grouped.refuse("eve", "role.refused", (FORBIDDEN,))
    clock.advance(WINDOW_SECONDS)
    with pytest.raises(UnavailableError):
        grouped.look()
    grouped.look()
    assert _counted(store) == 4


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pauses=st.lists(st.sampled_from([0.0, 0.03, 0.1, 0.5]), max_size=40))
def test_the_sum_is_always_the_flood(store: Database, pauses: list[float]) -> None:
    """Whatever the rhythm, the rows account for every refusal."""
    clock, before = FixedClock(NOW), _counted(store)
    grouped = GroupedRefusals(store, clock)
    for pause in pauses:
        grouped.refuse("eve", "role.refused", (FORBIDDEN,))
        clock.advance(pause)
    grouped.close()
    assert _counted(store) - before == len(pauses)

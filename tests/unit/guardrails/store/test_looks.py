"""The SQL look book: a look is spent before it is read, whatever happens afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.clock import FixedClock
from engine.data.partitions import LookPermit
from engine.errors import IntegrityError
from engine.gate.findings import GateCode
from engine.gate.looks import LOOKS_PER_YEAR, LookOutcome, LookRefusal, LookRequest, TrainReturns
from engine.records import digest
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.looks import SqlLooks

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def returns(name: str, sign: int = 1) -> TrainReturns:
    """Train returns that only this name has."""
    raw = np.random.default_rng(list(name.encode())).integers(-1000, 1000, 200) * sign
    return TrainReturns(days=tuple(range(200)), raw=tuple(raw.tolist()))


def request(
    name: str, lineage: str | None = None, train: TrainReturns | None = None
) -> LookRequest:
    """A request for the rule `name` in its own or the given lineage, with own or given returns."""
    one = digest("test", name)
    return LookRequest(
        family="goog-usd",
        dataset_id=digest("test", "data"),
        lineage_id=lineage or f"chat-{name}",
        candidate_digest=one,
        rule_digest=one,
        shape_digest=one,
        cost_digest=digest("test", "costs"),
        train=train or returns(name),
        at=NOON,
    )


@pytest.fixture
def looks(tmp_path: Path) -> SqlLooks:
    """A look book on a fresh database."""
    return SqlLooks(open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOON)))


def test_a_look_is_committed_before_the_permit(looks: SqlLooks, tmp_path: Path) -> None:
    """The row is there when the permit is, also for a process that opens the file afresh."""
    permit = looks.open_look(request("a"))
    assert isinstance(permit, LookPermit)
    fresh: Database = open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOON))
    assert [row.look_id for row in SqlLooks(fresh).rows("goog-usd")] == ["look-1"]


def test_one_look_per_lineage(looks: SqlLooks) -> None:
    """LOOK_SPENT: another rule of the same lineage gets no look; another lineage does."""
    looks.open_look(request("a", "chat-1"))
    refused = looks.open_look(request("b", "chat-1"))
    assert isinstance(refused, LookRefusal)
    assert refused.code is GateCode.LOOK_SPENT
    assert isinstance(looks.open_look(request("b", "chat-2")), LookPermit)


def test_what_moves_alike_shares_a_look(looks: SqlLooks) -> None:
    """LOOK_SHARED names the candidate that looked, also for the opposite; the rest may look."""
    looks.open_look(request("a"))
    refused = looks.open_look(request("b", train=returns("a", -1)))
    assert refused == LookRefusal(GateCode.LOOK_SHARED, digest("test", "a"))
    assert isinstance(looks.open_look(request("b")), LookPermit)


def test_the_same_run_answers_the_same_permit(looks: SqlLooks) -> None:
    """Recomputing the same rule, data and costs spends nothing."""
    assert looks.open_look(request("a")) == looks.open_look(request("a"))
    assert len(looks.rows("goog-usd")) == 1


def test_looks_of_a_year_are_capped(looks: SqlLooks) -> None:
    """LOOK_BUDGET after the year's looks; the one before still passed."""
    for index in range(LOOKS_PER_YEAR):
        assert isinstance(looks.open_look(request(f"rule{index}")), LookPermit)
    refused = looks.open_look(request("one-too-many"))
    assert isinstance(refused, LookRefusal)
    assert refused.code is GateCode.LOOK_BUDGET


def test_outcomes_belong_to_looks(looks: SqlLooks) -> None:
    """An outcome shows up with its look; one without a look is LOOK_UNKNOWN."""
    outcome = LookOutcome(verdict="FAIL", report_digest=digest("test", "report"))
    looks.open_look(request("a"))
    looks.record("look-1", outcome)
    assert looks.rows("goog-usd")[0].outcome == outcome
    with pytest.raises(IntegrityError) as caught:
        looks.record("look-9", outcome)
    assert caught.value.code == "LOOK_UNKNOWN"

"""Looks: one for each idea and window, 24 a year, recomputing costs nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from pydantic import ValidationError

from engine.data.partitions import LookPermit
from engine.errors import IntegrityError
from engine.gate.findings import GateCode
from engine.gate.looks import (
    InMemoryLooks,
    LookOutcome,
    LookRefusal,
    LookRequest,
    TrainReturns,
    look_number,
    looks_left,
    ruling,
)
from engine.records import digest


def returns(seed: int, days: int = 400, mixed: float = 0.0) -> TrainReturns:
    """Daily returns of their own, or mixed with those of seed 1 in a share of the variance."""
    own, first = (np.random.default_rng(n).standard_normal(days) for n in (seed, 1))
    raw = np.sqrt(1 - mixed) * own + np.sqrt(mixed) * first
    return TrainReturns(days=tuple(range(days)), raw=tuple((raw * 1e6).astype(int).tolist()))


def request(idea: int, *, family: str = "goog", year: int = 2024, **changes: str) -> LookRequest:
    """A look for idea number `idea`."""
    fields = {
        "family": family,
        "dataset_id": digest("t", "dataset"),
        "lineage_id": f"idea-{idea}",
        "candidate_digest": digest("t", idea),
        "rule_digest": digest("t", f"rule {idea}"),
        "shape_digest": digest("t", f"shape {idea}"),
        "cost_digest": digest("t", "costs"),
        **changes,
    }
    at = datetime(year, 5, 1, tzinfo=UTC)
    return LookRequest(**fields, train=returns(idea), at=at)  # type: ignore[arg-type]  # all are text


def moving(found: LookRequest, train: TrainReturns) -> LookRequest:
    """The request with other train returns."""
    return found.model_copy(update={"train": train})


def outcome(verdict: str, *, shown: bool) -> LookOutcome:
    """What a look ended with."""
    return LookOutcome(verdict=verdict, report_digest=digest("t", "report"), shown=shown)  # type: ignore[arg-type]  # a literal


def test_a_new_idea_gets_a_permit() -> None:
    """The row is there before the permit is."""
    looks = InMemoryLooks()
    permit = looks.open_look(request(1))
    assert isinstance(permit, LookPermit)
    assert permit.k == 1
    assert permit.candidate_digest == digest("t", 1)
    assert [row.look_id for row in looks.rows("goog")] == [permit.look_id]


def test_the_same_run_again_is_the_same_look() -> None:
    """Recomputing under another lineage or later tells nothing new and costs nothing."""
    looks = InMemoryLooks()
    first = looks.open_look(request(1))
    again = looks.open_look(request(1, lineage_id="another chat", year=2025))
    assert again == first
    assert len(looks.rows("goog")) == 1


@pytest.mark.parametrize("link", ["lineage_id", "shape_digest"])
def test_an_idea_has_one_look(link: str) -> None:
    """LOOK_SPENT for the same lineage, and for the same shape under a new name."""
    looks = InMemoryLooks()
    first = request(1)
    looks.open_look(first)
    refused = looks.open_look(request(2, **{link: getattr(first, link)}))
    assert refused == LookRefusal(GateCode.LOOK_SPENT, first.candidate_digest)
    assert isinstance(looks.open_look(request(3)), LookPermit)
    other = looks.open_look(request(4, family="btc", **{link: getattr(first, link)}))
    assert isinstance(other, LookPermit)


@pytest.mark.parametrize(("share", "shared"), [(0.6, True), (0.4, False)])
def test_what_moves_alike_shares_a_look(share: float, shared: bool) -> None:
    """LOOK_SHARED above |r| = 0.7 (r is the root of the share), with the one that looked."""
    looks = InMemoryLooks()
    looks.open_look(request(1))
    answer = looks.open_look(moving(request(2), returns(2, mixed=share)))
    assert (answer == LookRefusal(GateCode.LOOK_SHARED, digest("t", 1))) is shared
    assert isinstance(answer, LookPermit) is not shared
    assert len(looks.rows("goog")) == (1 if shared else 2)


def test_the_opposite_on_other_days_is_alike_too() -> None:
    """|r| counts, between the days that both have, up to three days apart."""
    first = request(1)
    turned = np.cumsum([-value for value in first.train.raw])[::2]
    sparse = TrainReturns(
        days=tuple(day + 2 for day in first.train.days[::2]),
        raw=(int(turned[0]), *np.diff(turned).tolist()),
    )
    looks = InMemoryLooks()
    looks.open_look(first)
    refused = looks.open_look(moving(request(2), sparse))
    assert refused == LookRefusal(GateCode.LOOK_SHARED, first.candidate_digest)


def test_the_most_alike_is_pointed_to() -> None:
    """Of several that look alike the nearest one's verdict stands for both."""
    looks = InMemoryLooks()
    looks.open_look(moving(request(2), returns(2, mixed=0.4)))
    looks.open_look(request(1))
    asked = moving(request(3), returns(3, mixed=0.9))
    refused = ruling(asked, looks.rows("goog"))
    assert refused == LookRefusal(GateCode.LOOK_SHARED, digest("t", 1))
    other = asked.model_copy(update={"family": "btc"})
    assert isinstance(looks.open_look(other), LookPermit)


def test_the_same_idea_is_spent_before_it_is_alike() -> None:
    """LOOK_SPENT says more than LOOK_SHARED; the same run is answered before either."""
    looks = InMemoryLooks()
    first = request(1)
    permit = looks.open_look(first)
    assert looks.open_look(first) == permit
    refused = looks.open_look(moving(request(2, lineage_id=first.lineage_id), first.train))
    assert refused == LookRefusal(GateCode.LOOK_SPENT, first.candidate_digest)


def test_returns_need_their_days() -> None:
    """One return for each day, or the request is refused."""
    with pytest.raises(ValidationError):
        TrainReturns(days=(1, 2), raw=(1,))


def test_a_market_has_24_looks_a_year() -> None:
    """LOOK_BUDGET for the 25th, until the next calendar year."""
    looks = InMemoryLooks()
    for idea in range(24):
        assert isinstance(looks.open_look(request(idea)), LookPermit)
    assert looks_left(looks.rows("goog"), 2024) == 0
    assert looks.open_look(request(24)) == LookRefusal(GateCode.LOOK_BUDGET)
    assert isinstance(looks.open_look(request(24, year=2025)), LookPermit)
    assert isinstance(looks.open_look(request(24, family="btc")), LookPermit)


def test_shown_figures_raise_k() -> None:
    """Each look counts once, and once more when people saw its figures."""
    looks = InMemoryLooks()
    first, second = looks.open_look(request(1)), looks.open_look(request(2))
    assert isinstance(first, LookPermit)
    assert isinstance(second, LookPermit)
    assert (first.k, second.k) == (1, 2)
    looks.record(first.look_id, outcome("PASS", shown=True))
    looks.record(second.look_id, outcome("FAIL", shown=False))
    assert look_number(looks.rows("goog")) == 4
    third = looks.open_look(request(3))
    assert isinstance(third, LookPermit)
    assert third.k == 4


def test_a_result_needs_its_look() -> None:
    """A result without a row is a fault, never a new row."""
    looks = InMemoryLooks()
    with pytest.raises(IntegrityError) as caught:
        looks.record("look-1", outcome("FAIL", shown=False))
    assert caught.value.code == "LOOK_UNKNOWN"
    permit = looks.open_look(request(1))
    assert isinstance(permit, LookPermit)
    looks.record(permit.look_id, outcome("FAIL", shown=False))
    recorded = looks.rows("goog")[0].outcome
    assert recorded is not None
    assert recorded.verdict == "FAIL"

"""Campaigns: the climber, what it may look at, and the control that sees too much."""

from __future__ import annotations

import numpy as np
import pytest

from engine.seeds import stream
from evals.gate_calibration import adaptive
from evals.gate_calibration.adaptive import Campaign, is_shared, naive, run, summary
from evals.gate_calibration.climber import Climber, Rule, Space, neighbours, space_of
from evals.gate_calibration.hurdles import clears, entries, null_p
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.rows import Name, Row
from evals.gate_calibration.rules import FAMILIES, SIDES
from evals.gate_calibration.search import scores
from evals.gate_calibration.verdicts import Judge


@pytest.fixture(scope="module")
def space() -> Space:
    """All rules on one short market."""
    random = stream("tests/space")
    return space_of(garch_t(random, 800), random)


def test_the_space_holds_every_rule_once(space: Space) -> None:
    """Each family, side and point of parameters is one column."""
    points = sum(int(np.prod(family.sizes)) for family in FAMILIES.values())
    assert len(space.rules) == len(space.place) == points * len(SIDES) == space.search.trials


def test_a_neighbour_is_one_step_away() -> None:
    """Corners have fewer neighbours, and nobody leaves the space."""
    inner = list(neighbours(Rule("momentum", "both", (3, 1))))
    assert len(inner) == 4
    assert all(sum(abs(a - b) for a, b in zip(r.places, (3, 1), strict=True)) == 1 for r in inner)
    assert len(list(neighbours(Rule("momentum", "both", (0, 0))))) == 2


def test_a_climber_climbs_and_logs_all_it_tried(space: Space) -> None:
    """The best one never gets worse, every proposal is in the ledger, closed shapes stay shut."""
    told = scores(space.search)
    climber = Climber(space, lambda column: float(told[column]), stream("tests/climb"))
    seen = []
    for _ in range(60):
        climber.step()
        assert climber.best is not None
        seen.append(told[climber.best])
    assert seen == sorted(seen)
    assert set(climber.tried) >= {climber.best}
    assert told[climber.best] == max(told[climber.tried])
    assert climber.best is not None
    shape = space.rules[climber.best].shape
    climber.restart(close=True)
    before = len(climber.tried)
    climber.step()
    assert all(space.rules[column].shape != shape for column in climber.tried[before:])


def test_what_moves_like_a_look_shares_it() -> None:
    """A copy and a mixture of two looks share them; something new does not."""
    random = stream("tests/shared")
    base = random.normal(0.0, 0.01, (600, 3))
    mixture = base[:, 0] + base[:, 1] + 0.3 * random.normal(0.0, 0.01, 600)
    train = np.column_stack([base, base[:, 0] * 2.0, mixture])
    assert is_shared(train, 3, [0])
    assert is_shared(train, 4, [0, 1])
    assert not is_shared(train, 2, [0, 1])
    assert not is_shared(train, 2, [])


def test_looks_are_counted_and_no_shape_looks_twice(space: Space) -> None:
    """Rounds of looks rise, shapes differ, and a refused candidate is never asked for again."""
    campaign = Campaign(space, Judge(), 0)
    passed = campaign.run(stream("tests/campaign"))
    shapes = [space.rules[column].shape for column in campaign.columns]
    assert campaign.looked == sorted(campaign.looked)
    assert len(set(shapes)) == len(shapes) == len(campaign.looked)
    assert passed is None or passed == campaign.looked[-1]
    assert not campaign.refused & set(campaign.columns)


def test_the_control_passes_what_the_gate_refuses() -> None:
    """On twenty noise markets a searcher that sees the held out years nearly always passes."""
    rounds = []
    for number in range(20):
        random = stream("tests/naive", number)
        rounds.append(naive(space_of(garch_t(random, 1_200), random), random))
    assert sum(one is not None for one in rounds) >= 18


@pytest.mark.parametrize("cell", [adaptive.GATE, adaptive.KEYS])
def test_a_campaign_is_a_function_of_its_stream(cell: str) -> None:
    """The same run twice gives the same row."""
    judge = Judge()
    one, other = (run(cell, stream("tests/run", 2), judge, 1) for _ in range(2))
    assert one == other
    assert one.keys() == {"passed", "looks", "control"}


def test_passes_are_counted_by_the_round_in_which_they_came() -> None:
    """A pass in round 120 is one after 200 rounds and none after 50."""
    rows: list[tuple[Name, Row]] = [
        (Name("adaptive", "gate", 0), {"passed": 120, "looks": [3, 120], "control": 60}),
        (Name("adaptive", "gate", 1), {"passed": None, "looks": [7], "control": None}),
    ]
    early, late = summary(rows)
    assert (early["rounds"], early["false_pass"], early["mean_looks"]) == (50, 0.0, 1.0)
    assert (late["rounds"], late["false_pass"], late["control_false_pass"]) == (200, 0.5, 0.5)
    assert adaptive.ROUNDS == (50, 200)
    assert summary(rows, adaptive.KEYS) == []


def test_entries_are_openings_and_turns() -> None:
    """Leaving is none, turning is one."""
    assert entries(np.array([0.0, 1.0, 1.0, 0.0, -1.0, 1.0, 0.0])) == 3


def test_a_rule_that_hardly_trades_does_not_clear_the_hurdles(space: Space) -> None:
    """Fewer than 30 entries on train are refused, and so is a loss at twice the costs."""
    random = stream("tests/hurdles")
    few = [c for c in range(len(space.rules)) if 0 < entries(space.held[:560, c]) < 30]
    assert not clears(space, few[0], random)
    losing = int(np.argmin(scores(space.search)))
    assert not clears(space, losing, random)


def test_the_null_of_fair_signs_knows_luck_from_an_edge(space: Space) -> None:
    """What a rule earned by luck is nothing special; ten deviations are."""
    rule, random = space.rules[0], stream("tests/null")
    train = space.returns[:560]
    lucky = null_p(rule, train, space.search.train[:, 0], 0.0, random)
    edge = null_p(rule, train, np.abs(train), 0.0, random)
    assert lucky > edge
    assert edge == pytest.approx(1 / 201)

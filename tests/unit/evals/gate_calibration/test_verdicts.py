"""The quick verdict is the product's verdict."""

from __future__ import annotations

from dataclasses import replace

from engine.seeds import stream
from evals.gate_calibration.nulls import garch_t
from evals.gate_calibration.power import Edge, planted
from evals.gate_calibration.rules import MIXED, positions
from evals.gate_calibration.search import days_of, search_of, winner
from evals.gate_calibration.verdicts import Judge, bounds, is_decided


def test_tiers_are_those_of_the_whole_verdict() -> None:
    """Over 40 searches, half with an edge, leaving out what is decided changes no tier."""
    judge, passed = Judge(), 0
    for number in range(40):
        random = stream("tests/quick", number)
        if number % 2:
            search, own = planted(Edge(3.0, 2.0), random, 10)
        else:
            returns = garch_t(random, days_of(2.0))
            search = search_of(positions(MIXED, returns, random, 10), returns)
            own = winner(search)
        quick = judge.quick(search, own)
        strict = judge.quick(search, own, paper=False, k=3)
        whole, third = judge.whole(search, own), judge.whole(search, own, k=3)
        assert (quick.paper, quick.testnet) == (whole.paper, whole.testnet)
        assert strict.testnet == third.testnet
        assert quick.p_holdout == whole.p_holdout
        passed += quick.testnet
    assert passed > 5


def test_a_p_of_few_draws_decides_only_far_from_every_limit() -> None:
    """Near 0.25 and near the product of both keys all draws are made; elsewhere few suffice."""
    judge = Judge()
    search, own = planted(Edge(2.0, 3.0), stream("tests/decided"), 5)
    made = judge.whole(search, own, samples=999)

    def decided(p_train: float, p_holdout: float) -> bool:
        """Of these keys at a first look."""
        return is_decided(replace(made, p_train=p_train, p_holdout=p_holdout, cap=0.1))

    assert not decided(0.25, 0.3)
    assert not decided(0.22, 0.3)
    assert decided(0.35, 0.3)
    assert decided(0.10, 0.3)
    assert not decided(0.02, 0.1)
    assert decided(0.001, 0.05)
    assert decided(0.10, 0.09)


def test_the_bounds_hold_what_all_draws_give() -> None:
    """Over 30 searches the p of 4,999 draws lies within the bounds of that of 999."""
    judge = Judge()
    for number in range(30):
        search, own = planted(Edge(1.0, 2.0), stream("tests/bounds", number), 8)
        low, high = bounds(judge.whole(search, own, samples=999).p_train)
        assert low <= judge.whole(search, own).p_train <= high


def test_each_pool_has_draws_of_its_own_and_only_one_pool_stays() -> None:
    """Four sets of draws in turn; asking for the same one again gives the same object."""
    judge = Judge()
    first = judge.draws(0)
    assert judge.draws(4) is first
    assert judge.draws(1).window != first.window
    assert judge.draws(0) is not first

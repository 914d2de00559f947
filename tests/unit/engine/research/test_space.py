"""The space of a study: grid, random points, counts, points that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.language.sweeps import sweep_points
from engine.research.search import search_of
from engine.research.space import Space, listed, refused
from engine.research.study import Study
from tests.research_world import COSTS, fixed, swept

DATA = ("d1" * 32,)


def study(**parts: object) -> Study:
    """A study on some dataset."""
    return Study.model_validate({"spec": swept(), "datasets": DATA, "costs": COSTS} | parts)


def test_the_grid_is_the_specs_own() -> None:
    """Every point in the language's order, the last parameter running fastest."""
    space = Space.of(swept())
    assert space.size == 12
    assert space.swept == ("fast", "slow")
    assert [dict(point) for point in space.grid()] == list(sweep_points(swept().params))


def test_fixed_rules_have_one_point() -> None:
    """Without a range there is one run, which a grid makes and a search refuses."""
    assert Space.of(fixed()).size == 1
    assert listed(study(spec=fixed())).total == 1
    for method in ("random", "tpe", "nsga2"):
        with pytest.raises(InputError) as caught:
            search_of(study(spec=fixed(), method=method))
        assert caught.value.code == "NOTHING_TO_SWEEP"


def test_a_grid_larger_than_asked_for_is_refused() -> None:
    """GRID_TOO_LARGE names both numbers; as many points as the grid has are taken."""
    with pytest.raises(InputError) as caught:
        listed(study(points=11))
    assert caught.value.code == "GRID_TOO_LARGE"
    assert listed(study(points=12)).total == 12


@given(points=st.integers(1, 14), seed=st.integers(0, 2**32))
def test_random_points_are_different_and_named_by_their_seed(points: int, seed: int) -> None:
    """The same seed gives the same points, each once, all of them when there are no more."""
    space = Space.of(swept())
    drawn = list(space.random(points, seed))
    assert drawn == list(space.random(points, seed))
    assert len(set(drawn)) == len(drawn) == min(points, 12)
    assert set(drawn) <= set(space.grid())


def test_a_large_space_is_drawn_without_listing_it() -> None:
    """Ten points of a million are found at once."""
    wide = [
        {"name": name, "type": "int", "default": 5, "low": 1, "high": 1_000, "step": 1}
        for name in ("fast", "slow")
    ]
    drawn = list(Space.of(swept(params=wide)).random(10, 1))
    assert len(set(drawn)) == 10


def test_refused_points_name_their_codes() -> None:
    """Where the fast line is not faster the spec means nothing; the other nine do."""
    found = dict(refused(swept()))
    assert set(found) == {
        (("fast", fast), ("slow", 10.0)) for fast in (10.0, 15.0, 20.0)
    }  # fmt: skip
    assert all(codes for codes in found.values())


def test_the_same_study_has_the_same_digest() -> None:
    """Identity is the spec, the data, the costs, the method, the seed and the number of points."""
    one = study()
    assert one.digest == study().digest
    others = [study(seed=1), study(points=12), study(method="random"), study(spec=fixed())]
    assert len({one.digest, *(other.digest for other in others)}) == 5

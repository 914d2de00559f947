"""Allocations: every cap alone, in its order, and what it does with the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.bars import FloatArray
from engine.portfolio.allocation import allocate, cut_to
from engine.portfolio.recipe_files import recipe_of
from engine.portfolio.recipes import Recipe
from engine.seeds import stream


def recipe(scheme: str, *weights: float, n: int = 3, **settings: object) -> Recipe:
    """A recipe of some sleeves, with weights where they are given."""
    lines = ['description = "x"', f'scheme = "{scheme}"', "lookback_days = 60"]
    lines += [f"{key} = {value}" for key, value in settings.items()]
    for k in range(len(weights) or n):
        lines += ["[[sleeves]]", 'strategy = "one"', f'name = "s{k}"']
        lines += [f"weight = {weights[k]}"] if weights else []
    return recipe_of("\n".join(lines), "test")


def window(n: int = 3, seed: int = 1) -> FloatArray:
    """Sixty days of unlike returns, each sleeve wilder than the one before."""
    drawn = stream("peak/test/allocation", seed).normal(0, 0.01, (60, n))
    return drawn * np.arange(1, n + 1)


@given(
    st.lists(st.floats(0.001, 1), min_size=1, max_size=8),
    st.floats(0.05, 1),
)
def test_what_is_cut_goes_to_the_others_then_to_cash(raw: list[float], largest: float) -> None:
    """No weight above the largest; the sum is kept while any sleeve has room."""
    weights = np.array(raw) / sum(raw)
    found = cut_to(weights, largest)
    assert found.max() <= largest
    assert found.sum() == pytest.approx(min(1.0, largest * len(raw)), abs=1e-9)
    order = np.argsort(weights, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()


def test_the_smallest_weights_are_not_held() -> None:
    """What is too small goes to the others in proportion; when all are, nothing is held."""
    plain = allocate(recipe("inverse_vol"), window(), 365).weights
    found = allocate(recipe("inverse_vol", min_weight=0.25), window(), 365).weights
    assert plain[2] < 0.25
    assert found[2] == 0
    np.testing.assert_allclose(found[:2], plain[:2] / plain[:2].sum())
    assert allocate(recipe("equal", min_weight=0.5), window(), 365).weights.sum() == 1
    assert allocate(recipe("equal", n=1, min_weight=1.0), window(1), 365).weights.tolist() == [1]


def test_own_weights_are_cut_but_not_handed_on() -> None:
    """A fixed weight above the cap loses the rest to cash; small ones stay."""
    found = allocate(recipe("fixed", 0.6, 0.02, max_weight=0.5, min_weight=0.1), window(2), 365)
    np.testing.assert_allclose(found.weights, [0.5, 0.02])


def test_alike_sleeves_are_capped_by_scheme() -> None:
    """Under a scheme the kept one takes over; of own weights the smaller one becomes cash."""
    alike = window()
    alike[:, 1] = alike[:, 0] * 2
    shared = allocate(recipe("inverse_vol", correlation_cap=0.9), alike, 365)
    assert shared.capped.tolist() == [False, True, False]
    assert shared.weights.sum() == pytest.approx(1)
    own = allocate(recipe("fixed", 0.2, 0.3, 0.4, correlation_cap=0.9), alike, 365)
    np.testing.assert_allclose(own.weights, [0, 0.3, 0.4])


def test_the_largest_sum_scales_all() -> None:
    """At most 60 % of the account is in sleeves, in the same proportions."""
    plain = allocate(recipe("inverse_vol"), window(), 365).weights
    found = allocate(recipe("inverse_vol", max_leverage=0.6), window(), 365).weights
    np.testing.assert_allclose(found, plain * 0.6)


def test_a_calm_account_is_not_levered_up() -> None:
    """A volatility target far above the account's leaves the weights as they are."""
    calm = allocate(recipe("equal", vol_target=1.0), window() * 0.01, 365)
    assert calm.scale == 1.0
    wild = allocate(recipe("equal", vol_target=0.1), window() * 3, 365)
    assert 0 < wild.scale < 0.5


@given(st.integers(0, 1_000), st.sampled_from(["inverse_vol", "risk_parity"]))
def test_money_follows_calm(seed: int, scheme: str) -> None:
    """Ten times the volatility, and nothing else, means less weight."""
    table = window(3, seed)
    wilder = table.copy()
    wilder[:, 0] *= 10
    before = allocate(recipe(scheme), table, 365).weights
    assert allocate(recipe(scheme), wilder, 365).weights[0] < before[0]

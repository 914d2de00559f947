"""Recipes from certified strategies: near-duplicates go, profit decides nothing, all is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.gate.candidate import Tier
from engine.portfolio.autobuild import (
    BuildOptions,
    CertifiedSleeve,
    build,
    common_correlation,
    recipe_toml,
)
from engine.portfolio.combine import combine
from engine.portfolio.recipe_files import find_recipe, recipe_names, recipe_of
from engine.portfolio.sleeves import SleeveReturns
from engine.seeds import stream

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def certified(  # noqa: PLR0913 - what one certificate may differ in
    name: str, seed: int, *, tier: Tier = "paper", age: int = 0, like: int | None = None,
    days: int = 200, sign: float = 1.0,
) -> CertifiedSleeve:  # fmt: skip
    """A certified strategy; `like` makes it move as another seed does."""
    returns = stream("peak/test/auto", seed).normal(0, 0.01, days)
    if like is not None:
        other = stream("peak/test/auto", like).normal(0, 0.01, days)
        returns = sign * other + 0.3 * returns
    series = SleeveReturns(name, 18_000 + np.arange(days), returns)
    return CertifiedSleeve(name, "ab" * 32, tier, DAY - timedelta(days=age), series)


def codes(built: object) -> list[str]:
    """Codes of the reasons, in order."""
    return [reason.code for reason in built.reasons]  # type: ignore[attr-defined] # a Built


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_near_duplicates_are_dropped(sign: float) -> None:
    """Of two that move alike, or against each other, the older certificate stays; it is said."""
    built = build(
        [certified("new", 2, like=1, sign=sign), certified("old", 1, age=5), certified("own", 3)],
        BuildOptions(),
    )
    assert built.recipe.labels == ("old", "own")
    dropped = next(r for r in built.reasons if r.code == "DUPLICATE_DROPPED")
    assert "new" in dropped.en
    assert "new" in dropped.de
    assert "0,9" in dropped.de


def test_a_higher_tier_comes_first_whatever_its_profit() -> None:
    """Live before testnet before paper; multiplying returns by ten changes nothing."""
    sleeves = [certified("a", 1), certified("b", 2, tier="live"), certified("c", 3, tier="testnet")]
    options = BuildOptions(max_members=2)
    built = build(sleeves, options)
    assert built.recipe.labels == ("b", "c")
    assert "MEMBERS_CAPPED" in codes(built)
    better = certified("a", 1)
    better.returns.returns[:] = np.abs(better.returns.returns)
    assert build([better, *sleeves[1:]], options).recipe == built.recipe


@pytest.mark.parametrize(
    ("count", "scheme", "void"),
    [(1, "inverse_vol", False), (2, "inverse_vol", False), (3, "risk_parity", False),
     (4, "hrp", True), (6, "hrp", True)],
)  # fmt: skip
def test_the_number_of_members_picks_the_scheme(count: int, scheme: str, void: bool) -> None:
    """More than three members weighted on train carry TRAIN_KEY_VOID; equal weights do not."""
    sleeves = [certified(f"s{k}", k) for k in range(count)]
    built = build(sleeves, BuildOptions())
    assert built.recipe.scheme == scheme
    assert ("TRAIN_KEY_VOID" in codes(built)) is void
    assert "TRAIN_KEY_VOID" not in codes(build(sleeves, BuildOptions(scheme="equal")))


@settings(max_examples=25)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True), st.randoms())
def test_the_order_in_which_they_come_does_not_matter(seeds: list[int], random: object) -> None:
    """Same certificates, same recipe; and the recipe can be run."""
    sleeves = [certified(f"s{seed}", seed, age=seed % 3) for seed in seeds]
    mixed = list(sleeves)
    random.shuffle(mixed)  # type: ignore[attr-defined] # hypothesis gives a Random
    built = build(sleeves, BuildOptions())
    assert build(mixed, BuildOptions()).recipe == built.recipe
    chosen = {each.returns.name: each.returns for each in sleeves}
    found = combine(built.recipe, [chosen[name] for name in built.recipe.labels])
    assert (found.weights.sum(axis=1) <= 1 + 1e-12).all()


def test_profiles_set_the_limits() -> None:
    """Volatility target and largest weight follow the profile; one sleeve alone is not capped."""
    sleeves = [certified(f"s{k}", k) for k in range(4)]
    found = {
        profile: build(sleeves, BuildOptions(profile=profile)).recipe
        for profile in ("conservative", "moderate", "aggressive")
    }
    assert [r.vol_target for r in found.values()] == [0.08, 0.12, 0.20]
    assert [r.max_weight for r in found.values()] == [0.35, 0.5, 0.7]
    assert build(sleeves[:1], BuildOptions()).recipe.max_weight == 1.0


def test_too_few_common_days_are_said() -> None:
    """Strategies that cannot be compared both stay."""
    built = build([certified("a", 1, days=200), certified("b", 1, days=40)], BuildOptions())
    assert built.recipe.labels == ("a", "b")
    assert "NOT_COMPARED" in codes(built)
    still = certified("c", 1)
    still.returns.returns[:] = 0.0
    assert common_correlation(still.returns, certified("a", 2).returns) == 0.0


def test_nothing_certified_is_refused() -> None:
    """No certificate, no portfolio; two of one name neither."""
    for code, given_ in (
        ("PORTFOLIO_NOTHING_CERTIFIED", []),
        ("PORTFOLIO_SLEEVES", [certified("a", 1), certified("a", 2)]),
    ):
        with pytest.raises(InputError) as caught:
            build(given_, BuildOptions())
        assert caught.value.code == code
    assert build([certified("a", 1)], BuildOptions()).recipe.labels == ("a",)


def test_a_built_recipe_can_be_written_and_read() -> None:
    """The text of the file gives the same recipe back."""
    built = build([certified(f"s{k}", k) for k in range(5)], BuildOptions(name="mine"))
    assert recipe_of(recipe_toml(built.recipe), "mine") == built.recipe


@pytest.mark.parametrize("name", recipe_names())
def test_every_packaged_recipe_can_be_written_and_read(name: str) -> None:
    """Regime tables and fixed weights too."""
    recipe = find_recipe(name)
    assert recipe_of(recipe_toml(recipe), name) == recipe

"""Recipes: packaged ones are sound, files are read strictly, wrong ones are refused with a hint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.language import library
from engine.portfolio.recipe_files import find_recipe, is_own, recipe_names, recipe_of
from engine.portfolio.recipes import RegimeWeights

GOOD = """
description = "Two rules, half each."
scheme = "fixed"
rebalance = "weekly"
currency = "USDT"

[[sleeves]]
strategy = "ma_crossover_btc_moderate"
weight = 0.5

[[sleeves]]
strategy = "ma_crossover_btc_moderate"
symbol = "ETH/USDT"
weight = 0.25
"""
REGIME = """
description = "By regime."
scheme = "regime"
[regime]
symbol = "BTC/USDT"
[[sleeves]]
strategy = "ma_crossover_btc_moderate"
regime_weights = { up = 0.8, up_volatile = 0.4 }
"""


def refused(text: str) -> InputError:
    """The refusal of a recipe."""
    with pytest.raises(InputError) as caught:
        recipe_of(text, "mine")
    return caught.value


@pytest.mark.parametrize("name", recipe_names())
def test_packaged_recipes_are_sound(name: str) -> None:
    """Each is read, says what it is in both languages, and names strategies as the library does."""
    found = find_recipe(name)
    assert found.name == name
    assert found.description
    assert found.description_de
    profile = name.rsplit("_", 1)[-1]
    assert profile in {"conservative", "moderate", "aggressive"}
    for sleeve in found.sleeves:
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", sleeve.strategy)


def test_the_recipes_that_were_promised_exist() -> None:
    """Reversion, trend and breakout in three profiles, mixtures in two, and three schemes more."""
    families = ("rsi_reversion", "trend_following", "donchian_breakout")
    promised = {f"{f}_{p}" for f in families for p in ("conservative", "moderate", "aggressive")}
    promised |= {"multi_style_moderate", "multi_style_aggressive", "risk_parity_majors_moderate"}
    assert promised | {"hrp_multi_moderate", "regime_multi_moderate"} <= set(recipe_names())


def test_a_profile_changes_no_sleeve() -> None:
    """The three profiles of a family differ in limits and in the profile of their sleeves only."""
    for family in ("rsi_reversion", "donchian_breakout"):
        names = {
            tuple(s.strategy.rsplit("_", 1)[0] for s in find_recipe(f"{family}_{p}").sleeves)
            for p in ("conservative", "moderate", "aggressive")
        }
        assert len(names) == 1


def test_names_of_sleeves_come_from_strategy_and_market() -> None:
    """A sleeve is called by its strategy, with its market where that is said."""
    found = recipe_of(GOOD, "mine")
    assert found.labels == ("ma_crossover_btc_moderate", "ma_crossover_btc_moderate@ETH/USDT")
    assert not found.needs_history
    assert recipe_of(GOOD.replace("weekly", "monthly"), "mine").digest != found.digest
    assert recipe_of(GOOD.replace("half each", "so"), "other").digest == found.digest


def test_a_recipe_of_ones_own_comes_first(tmp_path: Path) -> None:
    """A file in the folder replaces the packaged one of its name; a path is read as it is."""
    (tmp_path / "multi_style_moderate.toml").write_text(GOOD)
    (tmp_path / "Not A Name.toml").write_text(GOOD)
    assert find_recipe("multi_style_moderate", tmp_path).scheme == "fixed"
    assert is_own("multi_style_moderate", tmp_path)
    assert not is_own("hrp_multi_moderate", tmp_path)
    assert recipe_names(tmp_path) == recipe_names()
    path = tmp_path / "multi_style_moderate.toml"
    assert find_recipe(str(path)).name == "multi_style_moderate"


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    """RECIPE_UNKNOWN asks whether another one was meant."""
    with pytest.raises(InputError) as caught:
        find_recipe("multi_style_modrate")
    assert caught.value.code == "RECIPE_UNKNOWN"
    assert "multi_style_moderate" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        (GOOD.replace("rebalance", "rebalence"), "rebalence", "rebalance"),
        (GOOD.replace("weight = 0.25", "wieght = 0.25"), "sleeves[1].wieght", "weight"),
        (REGIME.replace("up_volatile", "up_volatle"), "sleeves[0].regime_weights.up_volatle",
         "up_volatile"),
        (REGIME.replace("symbol", "symbl"), "regime.symbl", "symbol"),
    ],
)  # fmt: skip
def test_unknown_keys_are_refused_with_the_nearest_one(text: str, key: str, near: str) -> None:
    """A misspelt key is no silent default: it is named with the key that was meant."""
    error = refused(text)
    assert error.code == "RECIPE_UNKNOWN_KEY"
    assert error.value == key
    assert near in error.hint


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (GOOD.replace("0.25", "0.75"), "at most 1"),
        (GOOD.replace("weight = 0.25", ""), "weight at every sleeve"),
        (GOOD.replace('"fixed"', '"equal"'), "belongs to the scheme fixed"),
        (GOOD.replace('symbol = "ETH/USDT"', ""), "name of its own"),
        (GOOD.replace('"fixed"', '"best"'), "scheme"),
        (GOOD.replace('"weekly"', '"weekly"\nmax_leverage = 2.0'), "max_leverage"),
        (GOOD.replace('"weekly"', '"weekly"\nlookback_days = 5'), "lookback_days"),
        (GOOD.replace('"weekly"', '"weekly"\nvol_target = nan'), "mine.toml"),
        (GOOD.replace('"weekly"', '"weekly"\nmin_weight = 0.5\nmax_weight = 0.2'), "min_weight"),
        (REGIME.replace('[regime]\nsymbol = "BTC/USDT"\n', ""), "[regime]"),
        (REGIME.replace('"regime"', '"equal"'), "belong to the scheme regime"),
        ('description = "x"\nscheme = "equal"\nsleeves = 3\n', "sleeves"),
        ('description = "x"\nscheme = "equal"\nsleeves = []\n', "sleeves"),
        ("scheme = ", "mine.toml"),
    ],
)
def test_recipes_that_do_not_fit_together_are_refused(text: str, word: str) -> None:
    """RECIPE_INVALID says what is wrong; the sound text passes."""
    error = refused(text)
    assert error.code == "RECIPE_INVALID"
    assert word in error.message
    assert recipe_of(GOOD, "mine").rebalance == "weekly"


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """A missing file, another encoding and a huge file are RECIPE_INVALID."""
    (tmp_path / "latin.toml").write_bytes(b'description = "\xe4"')
    (tmp_path / "huge.toml").write_text("#" * 200_000)
    for name in ("absent", "latin", "huge"):
        with pytest.raises(InputError) as caught:
            find_recipe(str(tmp_path / f"{name}.toml"))
        assert caught.value.code == "RECIPE_INVALID"


def test_the_most_exact_regime_wins() -> None:
    """`up_volatile` comes before `up`; what is not named is cash."""
    weights = RegimeWeights(up=0.8, up_volatile=0.0)
    assert weights.of("up_calm") == 0.8
    assert weights.of("up_volatile") == 0.0
    assert weights.of("down_calm") == weights.of("unknown") == 0.0


def test_every_strategy_of_a_packaged_recipe_is_in_the_library() -> None:
    """A packaged recipe can be run as it stands, given the data."""
    named = {sleeve.strategy for name in recipe_names() for sleeve in find_recipe(name).sleeves}
    assert named <= set(library.names())

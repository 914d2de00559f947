"""Limits: the strictest of code, profile and setting; contradictions and strangers are refused."""

from __future__ import annotations

from typing import get_args

import pytest

from config.settings import LimitSettings
from engine.errors import ConfigError
from engine.language import library
from engine.language.spec import SpecLimits
from guardrails.ceilings import CEILINGS, FLOORS
from guardrails.limits import (
    PROFILES,
    Limits,
    broken_invariants,
    checked,
    effective,
    looser,
    of_spec,
    strictest,
)
from guardrails.profiles import REFUSED_NAMES, TABLE

KEYS = sorted(TABLE)


def test_the_three_places_hold_the_same_keys() -> None:
    """Ceilings, floors, profiles and the record name exactly the same limits."""
    assert set(KEYS) == set(Limits.model_fields) == set(CEILINGS) | set(FLOORS)
    assert set(CEILINGS).isdisjoint(FLOORS)


@pytest.mark.parametrize("key", KEYS)
def test_each_profile_is_at_most_as_loose_as_the_next(key: str) -> None:
    """Conservative, moderate, aggressive: never looser in the other order."""
    mild, middle, hard = (getattr(PROFILES[name], key) for name in PROFILES)
    assert not looser(key, mild, middle)
    assert not looser(key, middle, hard)
    assert hard == {**CEILINGS, **FLOORS}[key]


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_keeps_the_invariants(name: str) -> None:
    """Every profile is a sound set."""
    assert broken_invariants(PROFILES[name]) == ()


def test_the_worst_day_is_the_figure_of_the_page() -> None:
    """800, 1250 and 1500 basis points, inside the drawdown pause of each profile."""
    assert [PROFILES[name].worst_day_bps for name in PROFILES] == [800, 1_250, 1_500]


def test_the_settings_know_the_profiles() -> None:
    """What can be chosen is what there is."""
    assert set(get_args(LimitSettings.model_fields["profile"].annotation)) == set(PROFILES)


@pytest.mark.parametrize("key", KEYS)
def test_a_value_beyond_the_code_is_refused(key: str) -> None:
    """One more than the ceiling (one less than the floor) is refused, the profile's own passes."""
    hard = {**CEILINGS, **FLOORS}[key]
    beyond = hard - 1 if key in FLOORS else hard + 1
    with pytest.raises(ConfigError, match="looser than the code") as caught:
        effective(LimitSettings(profile="aggressive", overrides={key: beyond}))
    assert caught.value.code == "CONFIG_CEILING"
    assert effective(LimitSettings(profile="aggressive", overrides={key: hard}))


def test_a_value_looser_than_the_profile_is_refused() -> None:
    """An override only tightens; in a wider profile the same number passes."""
    settings = {"max_order_notional_quote": 2_000}
    with pytest.raises(ConfigError, match="looser than the profile") as caught:
        effective(LimitSettings(overrides=settings))
    assert caught.value.code == "CONFIG_CEILING"
    wider = effective(LimitSettings(profile="moderate", overrides=settings))
    assert wider.max_order_notional_quote == 2_000


def test_a_negative_value_is_refused() -> None:
    """A limit below zero is no limit; zero is the strictest."""
    with pytest.raises(ConfigError):
        effective(LimitSettings(overrides={"max_trades_per_day_count": -1}))
    strict = effective(LimitSettings(overrides={"max_trades_per_day_count": 0}))
    assert strict.max_trades_per_day_count == 0


def test_a_floor_tightens_upwards() -> None:
    """A longer dwell is stricter."""
    assert effective(LimitSettings(overrides={"min_dwell_s": 10})).min_dwell_s == 10


def test_an_unknown_key_is_refused_with_the_nearest_ones() -> None:
    """A misspelt limit is not ignored."""
    with pytest.raises(ConfigError) as caught:
        effective(LimitSettings(overrides={"max_order_notional": 5}))
    assert caught.value.code == "CONFIG_UNKNOWN_KEY"
    assert "max_order_notional_bps" in caught.value.hint


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_a_name_from_elsewhere_is_refused_with_the_reason(name: str) -> None:
    """Bypass flags and the like are answered, not only unknown."""
    with pytest.raises(ConfigError) as caught:
        effective(LimitSettings(overrides={name: 1}))
    assert caught.value.hint == REFUSED_NAMES[name]


@pytest.mark.parametrize(
    ("overrides", "word"),
    [
        ({"max_daily_loss_bps": 150}, "open_risk"),
        ({"max_symbol_exposure_bps": 900}, "order <= symbol"),
        ({"max_total_exposure_bps": 1_499}, "cluster <= total"),
        ({"max_drawdown_bps": 700}, "worst day"),
        ({"reduce_drawdown_bps": 700, "max_drawdown_bps": 800, "gap_spot_bps": 2_000}, ""),
        ({"gap_spot_bps": 2_700}, "worst day"),
    ],
)
def test_a_set_that_contradicts_itself_is_refused(overrides: dict[str, int], word: str) -> None:
    """Tightening one key alone may break an invariant; then the start says which."""
    if not word:
        assert effective(LimitSettings(overrides=overrides)).max_drawdown_bps == 800
        return
    with pytest.raises(ConfigError, match=word) as caught:
        effective(LimitSettings(overrides=overrides))
    assert caught.value.code == "CONFIG_CEILING"


def test_reduce_must_come_before_the_pause() -> None:
    """Invariant (d): braking starts before stopping."""
    bad = Limits.model_validate({**dict(PROFILES["conservative"]), "reduce_drawdown_bps": 1_000})
    with pytest.raises(ConfigError, match="reduce_drawdown_bps"):
        checked(bad)


def test_the_strictest_of_two_sets_wins_key_by_key() -> None:
    """Merging a wide set into a narrow one gives the narrow one, in both orders."""
    narrow, wide = PROFILES["conservative"], PROFILES["aggressive"]
    assert strictest(narrow, wide) == strictest(wide, narrow) == narrow


def test_the_version_changes_with_every_key() -> None:
    """Two sets that differ in one key have different versions."""
    base = PROFILES["conservative"]
    versions = {
        Limits.model_validate({**dict(base), key: getattr(base, key) + 1}).version for key in KEYS
    }
    assert len(versions | {base.version}) == len(KEYS) + 1


def test_the_gap_follows_the_kind() -> None:
    """Crypto gaps wider than equities, equities wider than currencies."""
    limits = PROFILES["conservative"]
    gaps = limits.gap_bps("spot"), limits.gap_bps("equity"), limits.gap_bps("fx")
    assert gaps == (2_000, 1_500, 500)


def test_a_strategys_own_limits_become_ours_on_the_strict_side() -> None:
    """Fractions become whole basis points, rounded down; what is not named stays away."""
    own = SpecLimits(max_drawdown_frac=0.05019, max_leverage=0.999, max_positions=2)
    assert of_spec(own) == {
        "max_drawdown_bps": 501, "max_leverage_x100": 99, "max_open_positions_count": 2,
    }  # fmt: skip
    assert of_spec(SpecLimits()) == {}


@pytest.mark.parametrize("name", [one for one in library.names() if one.endswith(tuple(PROFILES))])
def test_a_library_profile_lies_inside_the_profile_of_the_same_name(name: str) -> None:
    """A conservative spec asks for nothing that the conservative profile would not give."""
    profile = PROFILES[name.rpartition("_")[2]]
    asked = of_spec(library.load(name).limits)
    wider = [key for key, value in asked.items() if looser(key, value, getattr(profile, key))]
    assert wider == []


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_hard_invariants_hold_key_by_key(name: str) -> None:
    """Worst day inside the drawdown, risk below the loss, sizes nested, brake before the halt."""
    one = PROFILES[name]
    gap = one.max_total_exposure_bps * one.worst_gap_bps / 10_000
    assert one.max_daily_loss_bps + gap <= one.max_drawdown_bps
    assert one.max_open_risk_bps < one.max_daily_loss_bps
    assert one.max_order_notional_bps <= one.max_symbol_exposure_bps
    assert one.max_symbol_exposure_bps <= one.max_cluster_exposure_bps <= one.max_total_exposure_bps
    assert one.reduce_drawdown_bps < one.max_drawdown_bps


@pytest.mark.parametrize("first", sorted(PROFILES))
@pytest.mark.parametrize("second", sorted(PROFILES))
def test_merged_profiles_keep_the_invariants(first: str, second: str) -> None:
    """The strictest of two profiles is one of them, and sound."""
    merged = strictest(PROFILES[first], PROFILES[second])
    assert broken_invariants(merged) == ()
    assert merged in (PROFILES[first], PROFILES[second])

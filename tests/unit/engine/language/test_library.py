"""The library: named, lint-free, within its profile, and trading."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine.errors import InputError
from engine.language import library
from engine.language.checker import check
from engine.language.compiler import compile_spec
from tests.language_world import nasty_bars

PROFILES = {"conservative": (0.0025, 0.10), "moderate": (0.005, 0.20), "aggressive": (0.01, 0.35)}
BARS = nasty_bars(4000)
PUBLISHED = [name for name in library.names() if name.rsplit("_", 1)[1] in PROFILES]


def test_the_names_are_those_of_the_library() -> None:
    """Rule, market, profile."""
    assert len(PUBLISHED) >= 8
    for name in library.names():
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", name)


@pytest.mark.parametrize("name", library.names())
def test_every_spec_can_be_run(name: str) -> None:
    """No spec of the library has an error; demonstrations may have warnings."""
    assert check(library.load(name)).errors == ()
    assert library.load(name).name == name


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_spec_is_lint_free_and_says_why(name: str) -> None:
    """No finding at all, its file's name is its own, and it has a hypothesis."""
    spec = library.load(name)
    assert check(spec).findings == ()
    assert spec.name == name
    assert spec.hypothesis


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_profile_bounds_risk_and_size(name: str) -> None:
    """Risk per trade and cap are at most those of the profile."""
    risk, cap = PROFILES[name.rsplit("_", 1)[1]]
    sizing = library.load(name).sizing
    assert sizing.max_position_frac <= cap
    if sizing.kind == "risk_per_trade":
        assert sizing.value == risk


def test_profiles_of_one_rule_are_one_shape() -> None:
    """Three profiles differ in size only."""
    reports = [check(library.load(f"ma_crossover_btc_{profile}")) for profile in PROFILES]
    assert len({report.shape_digest for report in reports}) == 1
    assert len({report.rule_digest for report in reports}) == 3


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_spec_trades(name: str) -> None:
    """On a long random walk each rule enters and leaves."""
    compiled = compile_spec(library.load(name))
    side = compiled.decide(replace(BARS, timeframe=compiled.spec.timeframe)).long
    assert side is not None
    assert side.enter.sum() >= 3
    assert side.exit.sum() >= 3


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    """The hint names what was probably meant."""
    with pytest.raises(InputError) as caught:
        library.load("ma_crossover_btc_moderat")
    assert caught.value.code == "LIBRARY_UNKNOWN"
    assert "ma_crossover_btc_moderate" in caught.value.hint

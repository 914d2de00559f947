"""The library: the named specs, lint-free, within their profile, with a reason to earn."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

import pytest

from engine.backtest.costs import CostModel
from engine.backtest.forms import run_spec
from engine.errors import InputError
from engine.language import library
from engine.language.checker import check
from engine.language.compiler import compile_spec
from engine.language.expressions import parse
from engine.language.firing import never_fires, suite_for
from engine.language.phrasing import LANGUAGES
from engine.language.rendering import canonical
from engine.language.spec import StrategySpec, read_spec
from engine.language.wording import in_words
from guardrails.ceilings import CEILINGS
from guardrails.profiles import TABLE
from tests.published_specs import expressions, prefix_changes, suite_panels

PROFILES: Final = ("conservative", "moderate", "aggressive")
LETTERS: Final = dict(zip("cma", PROFILES, strict=True))
RULES: Final = {
    "ma_crossover_btc": "cma", "trend_following_eth": "cma", "macd_trend_btc": "m",
    "supertrend_eth": "m", "rsi_reversion_btc": "cma", "rsi_reversion_eth": "cma",
    "rsi2_pullback_spy": "m", "keltner_pullback_majors": "m", "bollinger_reversion_eurusd": "c",
    "donchian_breakout_btc": "cma", "turtle_majors": "m", "opening_range_spy": "m",
    "tsmom_majors": "m", "bollinger_squeeze_btc": "m", "vol_target_trend_majors": "cm",
    "regime_switch_btc": "cm", "gtaa_etf": "c", "dual_momentum_etf": "m",
    "momentum_rotation_majors": "m", "pairs_ethbtc": "m", "donchian_ensemble_majors": "m",
}  # fmt: skip
"""The rules and their profiles by first letter."""
NAMED: Final = sorted(f"{rule}_{LETTERS[one]}" for rule, each in RULES.items() for one in each)
SEVERAL: Final = sorted(rule for rule, each in RULES.items() if len(each) > 1)
SHELF: Final = (
    "alpha101_majors", "distance_pairs_etf", "dual_thrust_btc", "ecm_overlay_spx",
    "parabolic_sar_btc", "vol_band_spx", "vol_breakout_eth",
)  # fmt: skip
DEMOS: Final = {"overfit_goog_demo", "rsi_momentum_goog_demo"}
EVERY: Final = (*library.names(), *library.research_names())
MAJORS: Final = ("BNB/USDT", "BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT")
FIGURES: Final = {
    "conservative": (0.0025, 0.10, 0.08, 0.08, 0.01, 2),
    "moderate": (0.005, 0.20, 0.12, 0.10, 0.02, 4),
    "aggressive": (0.01, 0.35, 0.20, 0.15, 0.03, 6),
}
"""Risk per trade, cap, volatility target, drawdown, daily loss, positions."""


def profile_of(name: str) -> str:
    """The profile that a library name ends with."""
    found = library.profile(name)
    assert found is not None
    return found


def cap(key: str, profile: str) -> float:
    """What the desk's limits of a profile allow, as a fraction of one or a count."""
    limit = CEILINGS[key] if profile == "aggressive" else TABLE[key][PROFILES.index(profile)]
    return limit / 10_000 if key.endswith("_bps") else limit


def signal(spec: StrategySpec) -> dict[str, object]:
    """A spec without name, sizing and limits: its signal and its exits."""
    return spec.model_dump(mode="json", exclude={"name", "sizing", "limits"})


def test_the_names_are_those_of_the_library() -> None:
    """33 named specs of 20 rules (reversion is one rule on two markets), and two demos."""
    assert len(NAMED) == 33
    assert (
        len({rule.replace("_eth", "_btc") if "reversion" in rule else rule for rule in RULES}) == 20
    )
    assert set(library.names()) == {*NAMED, *DEMOS}
    assert library.research_names() == SHELF
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", name) for name in EVERY)


def test_every_family_of_the_design_is_there() -> None:
    """Trend, breakout, reversion, volatility, momentum, regimes, pairs, rotation, ensemble."""
    assert {library.load(name).family for name in NAMED} == {
        "trend_following", "mean_reversion", "breakout", "volatility", "momentum",
        "regime_switching", "pairs", "rotation", "cross_sectional", "ensemble",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_every_spec_is_lint_free_and_says_why(name: str) -> None:
    """No finding at all, its file's name is its own, and the hypothesis is a reason."""
    spec = library.load(name)
    assert check(spec).findings == ()
    assert spec.name == name
    assert len(spec.hypothesis) > 60
    assert library.shelf(name) == "library"
    assert library.tier(name) == "live"


@pytest.mark.parametrize("name", EVERY)
def test_every_file_comes_back_unchanged(name: str) -> None:
    """Expressions stand in canonical form; document -> record -> document is exact."""
    spec = library.load(name)
    assert spec.name == name
    assert read_spec(spec.model_dump_json()).digest == spec.digest
    for text in expressions(spec.model_dump()):
        assert canonical(parse(text)) == text


@pytest.mark.parametrize("name", NAMED)
def test_a_profile_sets_the_figures_of_its_row(name: str) -> None:
    """Risk, cap, volatility target and limits are those of the profile."""
    risk, most, volatility, drawdown, day, positions = FIGURES[profile_of(name)]
    spec = library.load(name)
    sizing, limits = spec.sizing, spec.limits
    assert sizing.max_position_frac == most
    if spec.pyramiding is not None:
        # four units, each stop moved up with the newest: together 2.5 times one unit's risk
        risk /= 2.5
    expected = {"risk_per_trade": risk, "vol_target": volatility, "fixed_fraction": most}
    assert sizing.value == expected.get(sizing.kind)
    assert limits.max_drawdown_frac == drawdown
    assert limits.max_daily_loss_frac == day
    assert limits.max_positions == positions


@pytest.mark.parametrize("name", NAMED)
def test_no_value_lies_above_the_desks_caps(name: str) -> None:
    """What a spec asks for, the desk's limits of the same profile allow."""
    spec, profile = library.load(name), profile_of(name)
    sizing, limits = spec.sizing, spec.limits
    asked = {
        "max_symbol_exposure_bps": sizing.max_position_frac,
        "max_order_notional_bps": sizing.max_position_frac,
        "max_drawdown_bps": limits.max_drawdown_frac,
        "max_daily_loss_bps": limits.max_daily_loss_frac,
        "max_open_positions_count": limits.max_positions,
        "max_trades_per_day_count": limits.max_trades_per_day,
        "max_risk_per_trade_bps": sizing.value if sizing.kind == "risk_per_trade" else None,
        "target_vol_bps": sizing.value if sizing.kind == "vol_target" else None,
        "max_stop_distance_bps": max(
            (stop.value or 0 for stop in spec.stops if stop.kind in {"pct", "trailing_pct"}),
            default=None,
        ),
    }
    for key, value in asked.items():
        assert value is None or value <= cap(key, profile), key


@pytest.mark.parametrize("rule", SEVERAL)
def test_profiles_of_one_rule_are_one_shape(rule: str) -> None:
    """A profile changes sizing and limits only, never the signal."""
    specs = [library.load(f"{rule}_{LETTERS[one]}") for one in RULES[rule]]
    assert all(signal(spec) == signal(specs[0]) for spec in specs)
    reports = [check(spec) for spec in specs]
    assert len({report.shape_digest for report in reports}) == 1
    assert len({report.rule_digest for report in reports}) == len(specs)
    assert len({spec.sizing.kind for spec in specs}) == 1


def test_different_rules_have_different_shapes() -> None:
    """No rule is another one under a second name."""
    shapes = {rule: check(library.load(f"{rule}_{LETTERS[each[0]]}")).shape_digest
              for rule, each in RULES.items()}  # fmt: skip
    assert len(set(shapes.values())) == len(RULES)


@pytest.mark.parametrize("name", [name for name in NAMED if "_majors_" in name])
def test_majors_are_five_coins(name: str) -> None:
    """Every spec on the majors names the same five."""
    assert library.load(name).universe.symbols == MAJORS


@pytest.mark.parametrize("name", [*NAMED, *SHELF])
def test_every_spec_trades(name: str) -> None:
    """Closed trades on each of the first two paths of the suite, and no rule is silent."""
    compiled = compile_spec(library.load(name))
    for market in islice(suite_panels(compiled.spec, 3 * compiled.warmup + 300), 2):
        result = run_spec(compiled, market, CostModel())
        assert any(trade.exit_reason != "open" for trade in result.trades)
    assert never_fires(compiled.spec, suite_for(compiled.spec)) == ()


@pytest.mark.parametrize("name", [*NAMED, *SHELF])
def test_no_spec_looks_ahead(name: str) -> None:
    """Cut at every seventh bar of the 200 after its warm-up, nothing before changes."""
    compiled = compile_spec(library.load(name))
    market = next(islice(suite_panels(compiled.spec, compiled.warmup + 200), 8, None))
    last = min(len(market), compiled.warmup + 200)
    assert prefix_changes(compiled, market, range(compiled.warmup + 1, last, 7)) == {}


@pytest.mark.parametrize("name", EVERY)
def test_every_spec_can_be_said_in_words(name: str) -> None:
    """German and English sentences without a hole where a value should stand."""
    for language in LANGUAGES:
        lines = in_words(library.load(name), language)
        assert lines[0].startswith(name)
        assert not [line for line in lines if re.search(r"\bNone\b|\?|[{}]", line)]


# The research shelf


@pytest.mark.parametrize("name", SHELF)
def test_the_shelf_is_kept_apart(name: str) -> None:
    """Tagged, without error, and never beyond paper; it has no profile."""
    spec = library.load(name)
    assert "research" in spec.tags
    assert check(spec).errors == ()
    assert library.shelf(name) == "research"
    assert library.tier(name) == "paper"
    assert library.profile(name) is None
    assert spec.hypothesis


@pytest.mark.parametrize("name", SHELF)
def test_a_copy_of_a_study_stays_a_study(name: str) -> None:
    """Without its tag, and with another size, it is still the same shape."""
    spec = library.load(name)
    stripped = spec.model_copy(update={
        "name": "my_own", "tags": (), "hypothesis": "",
        "sizing": spec.sizing.model_copy(update={"max_position_frac": 0.05}),
    })  # fmt: skip
    assert library.tier_of(stripped) == "paper"


def test_a_calendar_label_cannot_be_hidden() -> None:
    """Whoever uses `ecm_window` is told that it is not statistically supported, tag or not."""
    spec = library.load("ecm_overlay_spx")
    assert "not_statistically_supported" in spec.tags
    assert "not statistically supported" in spec.hypothesis
    rule = library.load("rsi2_pullback_spy_moderate").rules[0]
    mixed = library.load("rsi2_pullback_spy_moderate").model_copy(
        update={"rules": (rule.model_copy(update={"entry": f"{rule.entry} and ecm_window(9)"}),)}
    )
    for one in (spec.model_copy(update={"tags": ()}), mixed):
        codes = {found.code for found in check(one).findings}
        assert "NOT_STATISTICALLY_SUPPORTED" in codes
        assert library.tier_of(one) == "paper"


def test_demonstrations_stay_paper() -> None:
    """The two demo specs are found by name and never certified beyond paper."""
    for name in DEMOS:
        assert library.shelf(name) == "demo"
        assert library.tier(name) == "paper"
        assert check(library.load(name)).errors == ()


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    """The hint names what was probably meant, on both shelves."""
    for asked, near in (("ma_crossover_btc_moderat", "ma_crossover_btc_moderate"),
                        ("dual_thrust_bct", "dual_thrust_btc")):  # fmt: skip
        with pytest.raises(InputError) as caught:
            library.load(asked)
        assert caught.value.code == "LIBRARY_UNKNOWN"
        assert near in caught.value.hint
    assert not library.is_known("ma_crossover_btc_moderat")

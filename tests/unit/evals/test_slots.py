"""Score B: percent meets fractions, aliases are one indicator, extras count."""

from __future__ import annotations

import pytest

from evals import slots
from evals.matching import symbol_of
from tests import evals_world as world


def tally(
    slot: str, wanted: object, *rules: dict[str, object], **more: object
) -> tuple[int, int, int]:
    """(found, extra, missing) of one slot."""
    expect = world.case(**{slot: wanted}).expect
    (one,) = slots.score(expect, world.drafted(*rules, **more))
    return one.found, one.extra, one.missing


@pytest.mark.parametrize(
    ("slot", "right", "wrong"),
    [
        ("family", ["breakout", "mean_reversion"], ["breakout"]),
        ("timeframe", "1d", "4h"),
        ("symbols", ["btc"], ["ETH/USDT"]),
        ("symbols", ["Bitcoin"], ["BTC/EUR"]),
        ("sides", ["long"], ["short"]),
    ],
)
def test_plain_slots(slot: str, right: object, wrong: object) -> None:
    """A right value is found; a wrong one is missing and extra."""
    assert tally(slot, right) == (1, 0, 0)
    assert tally(slot, wrong) == (0, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"kind": "pct", "pct": 4}, {"kind": "pct", "value": 0.04}),
        ({"kind": "trailing_pct", "pct": 0.5}, {"kind": "trailing_pct", "value": 0.005}),
        ({"kind": "atr", "mult": 2, "period": 14}, {"kind": "atr", "value": 2.0, "period": 14}),
        ({"kind": "time_bars", "bars": 8}, {"kind": "time_bars", "value": 8}),
        ({"kind": "price", "expr": "lowest(low,10)"},
         {"kind": "price_expr", "price": "donchian_lower(10)"}),
        ({"kind": "pct_max", "pct": 5}, {"kind": "pct", "value": 0.04}),
    ],
)  # fmt: skip
def test_a_stop_is_found_and_an_extra_one_counts(
    wanted: dict[str, object], given: dict[str, object]
) -> None:
    """Each kind by name, percent against fractions, prices by their values."""
    assert tally("stop", [wanted], stops=[given]) == (1, 0, 0)
    more = {"kind": "chandelier", "value": 3, "period": 22}
    assert tally("stop", [wanted], stops=[given, more]) == (1, 1, 0)
    assert tally("stop", [wanted], stops=[]) == (0, 0, 1)
    assert tally("stop", [wanted], stops=[more]) == (0, 1, 1)


def test_a_stop_may_stand_in_the_exit() -> None:
    """A condition is a disjunct of the exit."""
    wanted = [{"kind": "condition", "expr": "close < sma(close,50)"}]
    leave = "rsi(close,14) > 55 or sma(close,50) > close"
    assert tally("stop", wanted, world.rule(leave=leave)) == (1, 0, 0)
    assert tally("stop", wanted, world.rule()) == (0, 0, 1)


def test_targets_and_their_share() -> None:
    """The share closed counts when the case names it."""
    given = [{"kind": "r_multiple", "value": 2, "close_fraction": 0.5}]
    assert tally("target", [{"kind": "r_multiple", "r": 2}], targets=given) == (1, 0, 0)
    half = [{"kind": "r_multiple", "r": 2, "fraction": 0.5}]
    assert tally("target", half, targets=given) == (1, 0, 0)
    assert tally("target", [{**half[0], "fraction": 50}], targets=given) == (1, 0, 0)
    assert tally("target", [{**half[0], "fraction": 0.4}], targets=given) == (0, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "expression"),
    [
        ({"name": "donchian_upper", "params": [20]}, "close > highest(high,20)[1]"),
        ({"name": "highest", "params": [20]}, "close > donchian_upper(20)[1]"),
        ({"name": "lowest", "params": [9]}, "close < donchian_lower(9)[1]"),
        ({"name": "mean", "params": [30]}, "close > sma(close,30)"),
        ({"name": "sma", "params": [20]}, "close > bb_mid(close,20,2)"),
        ({"name": "ema", "params": [30]}, "close > kc_mid(30)"),
        ({"name": "kijun", "params": [26]}, "close > donchian_mid(26)"),
        ({"name": "atr", "params": [14]}, "natr(14) > 0.02"),
        ({"name": "rel_volume", "params": [20]}, "volume > sma(volume,20)"),
        ({"name": "vwap_session", "params": []}, "close > vwap_session()"),
    ],
)
def test_aliases_are_one_indicator(wanted: dict[str, object], expression: str) -> None:
    """The names that the acceptance material calls the same."""
    assert tally("indicators", [wanted], world.rule(expression, None)) == (1, 0, 0)


def test_the_wrong_series_or_number_is_another_indicator() -> None:
    """A channel of closes is no channel of highs; 21 bars are not 20."""
    wanted = [{"name": "donchian_upper", "params": [20]}]
    assert tally("indicators", wanted, world.rule("close >= highest(close,20)", None)) == (0, 1, 1)
    assert tally("indicators", wanted, world.rule("close > highest(high,21)[1]", None)) == (0, 1, 1)


def test_what_the_expected_rule_uses_is_no_extra_indicator() -> None:
    """A draft that is word for word the expected one has no false positive."""
    entry = "close > sma(close,50) and rsi(close,14) < 30"
    named = [{"name": "rsi", "params": [14]}]
    expect = world.case(indicators=named, entry={"long": [entry]}).expect
    (one,) = slots.score(expect, world.drafted(world.rule(entry, None)))
    assert one.perfect
    assert tally("indicators", named, world.rule(entry, None)) == (1, 1, 0)


def test_an_atr_stop_uses_the_atr() -> None:
    """Indicators of stops count like those of expressions."""
    stop = {"kind": "atr", "value": 2, "period": 10}
    wanted = [{"name": "rsi", "params": [14]}, {"name": "atr", "params": [10]}]
    assert tally("indicators", wanted, stops=[stop]) == (2, 0, 0)
    assert tally("indicators", wanted[:1], stops=[stop]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("wanted", "limits"),
    [
        ({"max_drawdown_pct": 8}, {"max_drawdown_frac": 0.08}),
        ({"max_daily_loss_pct": 1.5}, {"max_daily_loss_frac": 0.015}),
        ({"session": "09:40-16:00"}, {"session": "09:40-16:00"}),
        ({"days": ["tue", "mon"]}, {"days": ["mon", "tue"]}),
        ({"overnight": False}, {"overnight": False}),
        ({"cooldown_bars": 5}, {"cooldown_bars": 5}),
    ],
)
def test_limits(wanted: dict[str, object], limits: dict[str, object]) -> None:
    """Percent against fractions, days as a set, an absent limit is missing only."""
    assert tally("limits", wanted, limits=limits) == (1, 0, 0)
    assert tally("limits", wanted) == (0, 0, 1)


def test_units_stand_in_pyramiding() -> None:
    """max_units is the spec's pyramiding."""
    units = {"max_units": 3, "add_when": "close > open"}
    assert tally("limits", {"max_units": 3}, pyramiding=units) == (1, 0, 0)
    assert tally("limits", {"max_units": 4}, pyramiding=units) == (0, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"kind": "risk_per_trade", "pct": 0.5}, {"kind": "risk_per_trade", "value": 0.005}),
        ({"kind": "fixed_notional", "amount": 500, "currency": "USD"},
         {"kind": "fixed_notional", "value": 500}),
        ({"kind": "fixed_fraction", "max_weight_pct": 20},
         {"kind": "fixed_fraction", "value": 0.1, "max_position_frac": 0.2}),
    ],
)  # fmt: skip
def test_sizing(wanted: dict[str, object], given: dict[str, object]) -> None:
    """Kind and every number that the case names."""
    assert tally("sizing", [wanted], sizing=given) == (1, 0, 0)
    assert tally("sizing", [wanted], sizing={"kind": "risk_per_trade", "value": 0.01}) == (0, 1, 1)


def test_a_ranking() -> None:
    """Top, rhythm and score, each a fact; scores by the order they give."""
    section = {"score": "close / close[90]", "long_top": 3, "rebalance": "monthly"}
    made = {"rules": [], "cross_section": section}
    wanted = {"top": 3, "rebalance": "monthly", "score": {"1d": "roc(close,90)", "1w": "open"}}
    assert tally("rank", wanted, **made) == (3, 0, 0)
    assert tally("rank", {**wanted, "top": 4, "score": "roc(close,91)"}, **made) == (1, 2, 2)
    assert tally("rank", wanted) == (0, 0, 3)


def test_without_a_draft_everything_is_missing() -> None:
    """One fact for each value that the case names."""
    expect = world.case(
        family=["breakout", "other"], sides=["long", "short"], limits={"max_positions": 1}
    ).expect
    found = {one.slot: (one.found, one.extra, one.missing) for one in slots.score(expect, None)}
    assert found == {"family": (0, 0, 1), "sides": (0, 0, 2), "limits": (0, 0, 1)}


def test_the_harmonic_mean() -> None:
    """Micro-averaged; nothing scored is no figure at all."""
    assert slots.f1(3, 1, 1) == pytest.approx(0.75)
    assert slots.f1(0, 0, 0) is None


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("btc", "BTC/USDT"), ("Bitcoin", "BTC/USDT"), ("BTC-USDT", "BTC/USDT"),
        ("XBT/EUR", "BTC/EUR"), ("SPY", "SPY"), ("SILVER", "SILVER"), ("eth/eur", "ETH/EUR"),
    ],
)  # fmt: skip
def test_symbols_after_the_alias_table(written: str, symbol: str) -> None:
    """Coins without a quote are in USDT; everything else is as it is."""
    assert symbol_of(written) == symbol

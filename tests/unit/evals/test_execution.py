"""Score C: sides and roles, regimes, and reasons for what cannot be compared."""

from __future__ import annotations

from evals.execution import matches, share
from tests import evals_world as world


def test_entries_and_exits_are_scored_side_by_side() -> None:
    """The share of sides and roles that match."""
    expect = world.case(
        entry={"long": ["rsi(close,14) < 30"]}, exit={"long": ["rsi(close,14) > 60"]}
    ).expect
    found = matches(expect, world.drafted())
    assert [(one.what, one.matched) for one in found] == [
        ("entry long", True), ("exit long", False),
    ]  # fmt: skip
    assert share(found) == 0.5


def test_entry_texts_join_by_and_exit_texts_by_or() -> None:
    """As the format says."""
    expect = world.case(
        entry={"long": ["rsi(close,14) < 40", "close > open"]},
        exit={"long": ["rsi(close,14) > 60", "close < sma(close,20)"]},
    ).expect
    made = world.rule(
        "close > open and rsi(close,14) < 40", "close < sma(close,20) or rsi(close,14) > 60"
    )
    assert share(matches(expect, world.drafted(made))) == 1.0


def test_two_rules_of_a_side_are_one_entry() -> None:
    """A side enters when any of its rules does."""
    expect = world.case(
        entry={"long": ["rsi(close,14) < 30 or close > highest(high,20)[1]"]}
    ).expect
    other = {**world.rule("close > highest(high,20)[1]"), "id": "up"}
    assert share(matches(expect, world.drafted(world.rule(), other))) == 1.0
    assert share(matches(expect, world.drafted(world.rule()))) == 0.0


def test_an_entry_holds_its_regime() -> None:
    """A rule bound to a regime fires inside it only; names of regimes are free."""
    regimes = [{"name": "up", "when": "close > sma(close,50)"}]
    bound = world.drafted(world.rule(only_in_regimes=["up"]), regimes=regimes)
    inside = world.case(
        entry={"long": ["rsi(close,14) < 30", "close > sma(close,50)"]},
        regimes=["bull: sma(close,50) < close"],
    ).expect
    assert [one.matched for one in matches(inside, bound)] == [True, True]
    plain = world.case(entry={"long": ["rsi(close,14) < 30"]}).expect
    assert share(matches(plain, bound)) == 0.0


def test_parameters_are_their_defaults() -> None:
    """A draft with a sweep is compared at its starting values."""
    params = [{"name": "n", "type": "int", "default": 14, "low": 7, "high": 21, "step": 7}]
    expect = world.case(entry={"long": ["rsi(close,14) < 30"]}).expect
    made = world.drafted(world.rule("rsi(close,n) < 30", None), params=params)
    assert share(matches(expect, made)) == 1.0


def test_no_draft_and_no_rule_match_nothing() -> None:
    """Nothing drafted, or the other side drafted: not a match."""
    expect = world.case(entry={"short": ["rsi(close,14) > 70"]}).expect
    assert share(matches(expect, None)) == 0.0
    assert share(matches(expect, world.drafted())) == 0.0
    assert share([]) is None


def test_what_the_engine_cannot_run_is_a_failure_with_its_reason() -> None:
    """A gold and a draft with trade state in their exits: bars alone do not tell it."""
    gold = world.case(exit={"long": ["bars_held > 5"]}).expect
    (one,) = matches(gold, world.drafted())
    assert not one.matched
    assert one.why.startswith("FEATURE_NOT_AVAILABLE")
    wanted = world.case(exit={"long": ["rsi(close,14) > 55"]}).expect
    (one,) = matches(wanted, world.drafted(world.rule(leave="bars_held > 5")))
    assert not one.matched


def test_conditions_that_a_case_calls_stops_may_stand_in_the_exit() -> None:
    """The exit alone, or the exit with those conditions."""
    expect = world.case(
        exit={"long": ["rsi(close,14) > 55"]},
        stop=[{"kind": "condition", "expr": "close < sma(close,50)"}],
    ).expect
    both = world.drafted(world.rule(leave="rsi(close,14) > 55 or close < sma(close,50)"))
    assert share(matches(expect, both)) == 1.0
    assert share(matches(expect, world.drafted())) == 1.0

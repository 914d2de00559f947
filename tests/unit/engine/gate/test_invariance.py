"""Invariance: memorisers of dates, levels and tickers are found, honest rules are left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from engine.data.panel import Panel, panel_of
from engine.gate.contract import dated_features
from engine.gate.invariance import InvarianceEvidence, difference, invariances, scaled
from engine.gate.other_times import SHIFT_DAYS, later, plain
from engine.gate.renaming import (
    Names,
    other_names,
    renamed_panel,
    renamed_spec,
    renamed_subject,
)
from engine.gate.subject import Subject
from engine.language.library import load, names, research_names
from engine.language.spec import StrategySpec
from tests.gate_world import (
    CHEAP,
    DAY_MS,
    Bend,
    bent,
    market,
    only_where,
    panel_for,
    run_of,
    spec_of,
    subject_for,
    subject_of,
)

REMEMBERED = {"BTC/USDT": 96.0, "ETH/USDT": 104.0}
GOOD_DAYS = 16_436 + np.arange(0, 1_300, 9)
"""Every ninth day from 2015 on, by heart."""


def _remembers_dates(bars: object) -> object:
    return np.isin(bars.time // DAY_MS, GOOD_DAYS)  # type: ignore[attr-defined]  # bars


def _remembers_a_ticker(bars: object) -> object:
    return np.full(len(bars.time), bars.instrument.symbol == "BTC/USDT")  # type: ignore[attr-defined]  # bars


def _remembers_levels_of_tickers(bars: object) -> object:
    level = REMEMBERED.get(bars.instrument.symbol, 0.0)  # type: ignore[attr-defined]  # bars
    return bars.close > level  # type: ignore[attr-defined]  # bars


@dataclass(frozen=True)
class Case:
    """One of the nine: a spec, what bends it, and whether it is honest."""

    spec: StrategySpec
    bend: Bend | None = None
    honest: bool = False
    broken: str = ""


SHORT = spec_of("rsi(close,5) < 45", "rsi(close,5) > 55")
CORPUS = {
    "buys on remembered days": Case(SHORT, only_where(_remembers_dates), broken="date"),
    "stands aside around dated turns": Case(
        spec_of("close > close[1] and not ecm_window(200)", "close < close[1]"), broken="dated"
    ),
    "buys below a price": Case(spec_of("close < 100", "close < 98 or close > 101"), broken="scale"),
    "stops at a price": Case(
        spec_of("rsi(close,5) < 45", "low < 90 or rsi(close,5) > 60"), broken="scale"
    ),
    "knows one ticker": Case(SHORT, only_where(_remembers_a_ticker), broken="symbol"),
    "knows a level for each ticker": Case(
        SHORT, only_where(_remembers_levels_of_tickers), broken="symbol"
    ),
    "turn of the month": Case(
        spec_of("trading_days_left_in_month == 0", "trading_day_of_month == 4"), honest=True
    ),
    "momentum without round numbers": Case(
        spec_of("roc(close,20) > 0 and close > sma(close,50)", "roc(close,20) < 0"), honest=True
    ),
    "channel with a volatility stop": Case(
        spec_of(
            "close > donchian_upper(20)[1]",
            "close < donchian_lower(10)[1]",
            stops=[{"kind": "atr", "value": 2.0, "period": 14}],
            sizing={"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 0.5},
        ),
        honest=True,
    ),
}


def _broken(case: Case) -> set[str]:
    """Names of the checks that a case does not hold, `dated` for a dated operator."""
    subject = subject_for(case.spec)
    panel = panel_of([market(700)])
    again: Callable[[Subject, Names], Subject] = renamed_subject
    if case.bend is not None:
        bend = case.bend
        subject = bent(subject, bend)

        def again(one: Subject, names: Names) -> Subject:
            """The renamed spec, bent in the same way."""
            return bent(renamed_subject(one, names), bend)

    result = subject.run(panel)
    assert len(result.log) >= 5
    found = invariances(subject, panel, result, renamed=again)
    dated = {"dated"} if dated_features(case.spec) else set()
    return dated | {one.name for one in found if not one.held}


@pytest.mark.parametrize("name", CORPUS)
def test_the_corpus_of_nine_is_told_apart(name: str) -> None:
    """Six that learnt a market by heart are found by the right check, three honest ones by none."""
    case = CORPUS[name]
    broken = _broken(case)
    assert (broken == set()) is case.honest
    assert case.honest or case.broken in broken


SLOW = {"opening_range_spy_moderate", "bollinger_reversion_eurusd_conservative"}
LEVELS = {"alpha101_majors"}
"""A constant price of 0.001 stands in its score: the check is right about it."""


def _calendar_of(spec: StrategySpec) -> str:
    symbol = spec.universe.symbols[0]
    if "/" in symbol:
        return "FX" if symbol.startswith("EUR") else "24/7"
    return "XNYS"


@pytest.mark.parametrize("name", [*names(), *research_names()])
def test_no_honest_library_rule_is_suspected(name: str) -> None:
    """On made-up bars every rule of the library holds all that it is asked."""
    subject = subject_for(load(name))
    calendar = _calendar_of(subject.spec)
    sigma = 0.008 if name in SLOW else 0.03
    panel = panel_for(subject, 900, calendar=calendar, sigma=sigma)  # type: ignore[arg-type]  # a calendar
    found = invariances(subject, panel, subject.run(panel))
    broken = {one.name for one in found if not one.held}
    assert broken <= ({"scale"} if name in LEVELS else set())


def test_a_level_constant_is_found_behind_a_fitted_spread() -> None:
    """The log spread itself depends on the unit of prices; a price beside it is still found."""
    both = {"symbols": ["BTC/USDT", "ETH/USDT"]}
    pair = {"y": "ETH/USDT", "x": "BTC/USDT", "hedge": "log_ols", "lookback": 30}
    held = {}
    for entry in ("zscore(spread,20) < -1", "zscore(spread,20) < -1 and close < 100"):
        spec = spec_of(entry, "zscore(spread,20) > 0", universe=both, pair=pair)
        subject = subject_for(spec)
        panel = panel_for(subject, 600)
        result = subject.run(panel)
        assert len(result.log) > 4
        held[entry] = invariances(subject, panel, result)[0].held
    assert list(held.values()) == [True, False]


def test_amounts_of_quote_currency_are_no_price_level() -> None:
    """A fixed notional buys an eighth of the units at eight times the price."""
    fixed = {"kind": "fixed_notional", "value": 3_000.0}
    subject = subject_of("rsi(close,5) < 45", "rsi(close,5) > 55", sizing=fixed)
    panel = panel_of([market(400)])
    result = subject.run(panel)
    assert all(one.held for one in invariances(subject, panel, result))
    moved = subject.run(scaled(panel, 8.0), grid=False)
    assert np.array_equal(moved.equity, subject.run(panel, grid=False).equity)


def test_a_scaled_market_is_exactly_eight_times_as_dear() -> None:
    """Prices times a power of two, volumes as they were."""
    panel = panel_of([market(50)])
    bars = scaled(panel, 8.0).each[0]
    assert np.array_equal(bars.close, panel.each[0].close * 8.0)
    assert np.array_equal(bars.volume, panel.each[0].volume)
    assert scaled(scaled(panel, 8.0), 0.125).each[0].digest == panel.each[0].digest


def test_28_years_later_every_day_has_its_weekday_and_date() -> None:
    """Weekday, day and month repeat, leap days too."""
    panel = panel_of([market(1_200)])
    before = panel.time.astype("datetime64[ms]").astype("datetime64[D]")
    after = later(panel).time.astype("datetime64[ms]").astype("datetime64[D]")
    assert SHIFT_DAYS == 1_461 * 7
    for was, now in zip(before.tolist(), after.tolist(), strict=True):
        assert (was.weekday(), was.day, was.month) == (now.weekday(), now.day, now.month)


def _session_panel(calendar: str) -> Panel:
    subject = subject_for(load("opening_range_spy_moderate"))
    return panel_for(subject, 300, calendar=calendar, sigma=0.004)  # type: ignore[arg-type]  # a calendar


def test_planned_sessions_do_not_repeat_so_plain_calendars_stand_in() -> None:
    """Short exchange bars are asked twice, by the wall clock and from the session's open."""
    assert plain(panel_of([market(50)]))[0].each[0].instrument.calendar == "24/7"
    wall, session = plain(_session_panel("XNYS"))
    assert {bars.instrument.calendar for bars in (wall.each[0], session.each[0])} == {"24/7"}
    assert int(wall.time[0]) % DAY_MS == 9.5 * 3_600_000
    assert int(session.time[0]) % DAY_MS == 0
    (weekdays,) = plain(panel_for(subject_for(load("rsi2_pullback_spy_moderate")), calendar="XNYS"))
    assert weekdays.each[0].instrument.calendar == "FX"


def test_new_names_keep_their_order_and_reach_every_expression() -> None:
    """Fields and `sym` are renamed alike; hypothesis and ids are left as they are."""
    spec = load("dual_momentum_etf_moderate")
    subject = subject_for(spec)
    panel = panel_for(subject, 300, calendar="XNYS")
    known = other_names(subject, panel)
    assert list(known) == sorted(known)
    assert list(known.values()) == [f"ASSET_{n:02d}" for n in range(7, 7 + len(known))]
    new = renamed_spec(spec, known)
    assert not set(subject_for(new).symbols) & set(known)
    assert new.hypothesis == spec.hypothesis
    assert renamed_panel(panel, known).symbols == tuple(known[one] for one in panel.symbols)


def test_the_first_difference_is_named() -> None:
    """Another trade, another position or another equity; rounding is none."""
    one = run_of([1e4, 1e4, 1.1e4], trades=[(0, 1, 5.0, 1.0, 1.0)])
    assert not difference(one, run_of([1e4, 1e4, 1.1e4 + 1e-7], trades=[(0, 1, 5.0, 1.0, 1.0)]))
    assert "trade 1" in difference(one, run_of([1e4, 1e4, 1.1e4], trades=[(0, 2, 5.0, 1.0, 1.0)]))
    assert "trade 1" in difference(one, run_of([1e4, 1e4, 1.1e4]))
    assert "bar 2" in difference(one, run_of([1e4, 1e4, 1e4], trades=[(0, 1, 5.0, 1.0, 1.0)]))
    moved = run_of([1e4, 1e4, 1.1e4], value=[0.0, 9.0, 0.0], trades=[(0, 1, 5.0, 1.0, 1.0)])
    assert "positions differ at bar 1" in difference(one, moved)


def test_a_strategy_that_cannot_run_elsewhere_does_not_hold() -> None:
    """A run that is refused where the original was not is a difference, not a fault."""
    subject = subject_of("rsi(close,5) < 45")
    panel = panel_of([market(200)])
    result = subject.run(panel)

    def never(_subject: Subject, _names: Names) -> Subject:
        return Subject.of(spec_of("close > 0", timeframe="1h"), CHEAP)

    found = invariances(subject, panel, result, renamed=never)
    assert found[-1] == InvarianceEvidence(
        name="symbol", held=False, where="refused: TIMEFRAME_MISMATCH"
    )

"""Pyramiding, and weights that are held: adds, caps, re-sizing and its band."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.language.decisions import AddDecisions
from engine.language.spec import Sizing
from tests.random_runs import program
from tests.rules import FREE, UNITS, Bar, F, make_bars, make_decisions, mirrored

SIDES = pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
RISK = Sizing(kind="risk_per_trade", value=0.01)
WEIGHT = Sizing(kind="weight_expr", expr="1")
H: Bar = (104.0, 104.5, 103.5, 104.0)


def run(  # noqa: PLR0913 - one case of adding
    rows: list[Bar],
    short: bool,
    when: list[int],
    *,
    units: int = 2,
    latest: bool = False,
    sizing: Sizing = RISK,
    **rule: Any,  # noqa: ANN401 - passed on as it is
) -> BacktestResult:
    """Entered at the open of bar 2, adds decided at these closes."""
    n = len(rows)
    adds = AddDecisions(units, when=np.isin(np.arange(n), when), latest=latest)
    side = {"short" if short else "long": {"enter": [1], **rule}}
    bars = make_bars(mirrored(rows) if short else rows)
    return simulate(bars, make_decisions(n, **side, sizing=sizing, adds=adds), FREE)


def stops(short: bool, n: int) -> list[float]:
    """Five below the close of each bar: 95 for the first unit, 99 for the second."""
    levels = [95.0] * 3 + [99.0] * (n - 3)
    return [200 - one if short else one for one in levels]


@SIDES
def test_each_add_has_the_first_units_risk(short: bool) -> None:
    """100 at risk: 20 units five away, and 20 more five away from the higher close."""
    result = run([F, F, F, H, H, H], short, [3], stop=stops(short, 6))
    (trade,) = result.trades
    assert trade.quantity == pytest.approx(40.0)
    assert trade.entry_price == pytest.approx(98.0 if short else 102.0)
    assert list(np.abs(result.position)) == pytest.approx([0, 0, 20, 20, 40, 40])


@SIDES
def test_adds_stop_at_the_most_units(short: bool) -> None:
    """Asked for at every close, done as often as the spec allows."""
    for units, held in ((1, 20), (2, 40), (3, 60)):
        result = run([F] * 8, short, [2, 3, 4, 5, 6], units=units, stop=105.0 if short else 95.0)
        assert abs(result.position[-1]) == pytest.approx(held)


@SIDES
@pytest.mark.parametrize(("latest", "price"), [(False, 95.0), (True, 99.0)])
def test_keep_or_latest_decides_which_stop_holds_for_all(
    latest: bool, price: float, short: bool
) -> None:
    """`latest` moves the stop of the whole position to the newest unit's."""
    rows = [F, F, F, H, H, (104, 105, 94, 95)]
    result = run(rows, short, [3], latest=latest, stop=stops(short, 6))
    (trade,) = result.trades
    assert (trade.exit_price, trade.exit_reason) == (200 - price if short else price, "stop")
    assert trade.quantity == pytest.approx(40.0)


@SIDES
def test_the_cap_holds_for_all_units_together(short: bool) -> None:
    """The add is cut to what the cap leaves, and counted; with room it is whole."""
    for cap, held, cuts in ((0.3, 30.0, 1), (0.5, 40.0, 0)):
        sizing = Sizing(kind="risk_per_trade", value=0.01, max_position_frac=cap)
        result = run([F] * 6, short, [3], sizing=sizing, stop=105.0 if short else 95.0)
        assert abs(result.position[-1]) == pytest.approx(held)
        assert result.orders_cut == cuts


def test_an_add_that_is_too_small_is_dropped() -> None:
    """Below the smallest order nothing is added; QUANTITY_TOO_SMALL is counted."""
    sizing = Sizing(kind="risk_per_trade", value=0.01, max_position_frac=0.2001)
    result = run([F] * 6, short=False, when=[3], sizing=sizing, stop=95.0)
    fine = simulate(
        make_bars([F] * 6, min_notional="5"),
        make_decisions(
            6, long={"enter": [1], "stop": 95.0}, sizing=sizing,
            adds=AddDecisions(2, when=np.arange(6) == 3),
        ),
        FREE,
    )  # fmt: skip
    assert result.position[-1] == pytest.approx(20.01)
    assert fine.position[-1] == pytest.approx(20.0)
    assert fine.drops == (("QUANTITY_TOO_SMALL", 1),)


@SIDES
def test_an_add_with_its_stop_on_the_wrong_side_is_skipped(short: bool) -> None:
    """STOP_WRONG_SIDE, as for an entry; the position stays as it was."""
    levels = [95.0] * 3 + [101.0] * 3
    given = [200 - one if short else one for one in levels]
    result = run([F] * 6, short, [3], stop=given)
    assert abs(result.position[-1]) == pytest.approx(20.0)
    assert result.drops == (("STOP_WRONG_SIDE", 1),)


@SIDES
def test_without_a_stop_each_add_is_worth_the_first_unit(short: bool) -> None:
    """Equal notional: there is no risk to measure."""
    result = run([F] * 6, short, [3], sizing=UNITS)
    assert abs(result.position[-1]) == pytest.approx(20.0)


def test_a_stop_at_a_loss_of_equity_gives_the_adds_its_distance() -> None:
    """Its distance is fixed with the first unit: ten away, ten units, and the same again."""
    result = run([F] * 6, short=False, when=[3], sizing=UNITS, max_loss_fraction=0.01)
    assert result.position[-1] == pytest.approx(20.0)


def test_adding_waits_for_its_condition_on_the_position() -> None:
    """`add_when` may ask for a gain since the newest unit."""
    rows = [F, F, F, H, H, H, F]
    bars = make_bars(rows)
    adds = AddDecisions(3, program=program("close > last_entry_price*1.01", bars))
    decisions = make_decisions(7, long={"enter": [1], "stop": 90.0}, adds=adds)
    result = simulate(bars, decisions, FREE)
    assert list(result.position > 11) == [False] * 4 + [True] * 3
    assert result.position[-1] < 25


def test_an_add_outside_the_session_is_not_filled() -> None:
    """OUTSIDE_HOURS: adding is entering."""
    adds = AddDecisions(2, when=np.arange(6) == 3)
    rule = {"enter": [1]}
    shut = make_decisions(6, long=rule, adds=adds, hours={"closed": [4]})
    result = simulate(make_bars([F] * 6), shut, FREE)
    assert (result.position[-1], result.drops) == (10.0, (("OUTSIDE_HOURS", 1),))
    free = simulate(make_bars([F] * 6), make_decisions(6, long=rule, adds=adds), FREE)
    assert free.position[-1] == 20.0


def test_an_exit_decided_with_an_add_wins_and_nothing_is_left_over() -> None:
    """Leave at the open; the add is gone and does not come with the next position."""
    adds = AddDecisions(3, when=np.isin(np.arange(8), [3]))
    rule = {"enter": [1, 5], "leave": [3]}
    result = simulate(make_bars([F] * 8), make_decisions(8, long=rule, adds=adds), FREE)
    assert list(result.position) == [0, 0, 10, 10, 0, 0, 10, 10]


# Weights


def weighted(
    weights: list[float], resize: list[int], *, short: bool = False, band: float = 0.0
) -> BacktestResult:
    """Entered at the open of bar 2 with the weight of close 1, prices flat at 100."""
    n = len(weights)
    sizing = Sizing(kind="weight_expr", expr="1", band_frac=band, max_position_frac=0.8)
    side = {"short" if short else "long": {"enter": [1]}}
    decisions = make_decisions(
        n, **side, sizing=sizing, weight=np.array(weights),
        resize=np.isin(np.arange(n), resize),
    )  # fmt: skip
    return simulate(make_bars([F] * n), decisions, FREE)


@SIDES
def test_a_weight_is_held_at_the_closes_that_say_so(short: bool) -> None:
    """Up and down to the weight of the close, at the next open; elsewhere it drifts."""
    result = weighted([0.5, 0.5, 0.2, 0.2, 0.6, 0.6, 0.6], [3, 5], short=short)
    assert list(np.abs(result.position)) == pytest.approx([0, 0, 50, 50, 20, 20, 60])
    assert [(t.exit_bar, t.quantity, t.exit_reason) for t in result.trades] == [
        (4, pytest.approx(30.0), "resize"), (6, pytest.approx(60.0), "open"),
    ]  # fmt: skip


@pytest.mark.parametrize(("band", "held"), [(0.0, 54.0), (0.05, 54.0), (0.1, 50.0)])
def test_inside_the_band_nothing_is_resized(band: float, held: float) -> None:
    """Off by 7.4 % of the weight: done with a band of 5 %, left with one of 10 %."""
    result = weighted([0.5, 0.5, 0.54, 0.54, 0.54], [3], band=band)
    assert result.position[-1] == pytest.approx(held)


def test_a_weight_above_the_cap_is_the_cap_and_a_missing_one_changes_nothing() -> None:
    """The cap of the spec holds at every re-sizing."""
    result = weighted([0.5, 0.5, 2.0, np.nan, np.nan, np.nan], [2, 4])
    assert list(result.position) == pytest.approx([0, 0, 50, 80, 80, 80])


def test_a_resizing_into_an_absent_bar_is_dropped() -> None:
    """Nothing traded: the size stays, and it is not carried on."""
    weights = np.array([0.5, 0.5, 0.2, 0.2, 0.2])
    sizing = Sizing(kind="weight_expr", expr="1")
    decisions = make_decisions(
        5, long={"enter": [1]}, sizing=sizing, weight=weights, resize=np.arange(5) == 2
    )
    result = simulate(make_bars([F, F, F, (*F, 0.0), F]), decisions, FREE)
    assert list(result.position) == [0, 0, 50, 50, 50]


def test_a_resizing_of_one_position_never_reaches_the_next() -> None:
    """Turned at the open at which it was due: the new position has its own size."""
    weights = np.array([0.5, 0.5, 0.2, 0.3, 0.3, 0.3])
    sizing = Sizing(kind="weight_expr", expr="1")
    decisions = make_decisions(
        6, long={"enter": [1]}, short={"enter": [2]}, sizing=sizing, weight=weights,
        resize=np.arange(6) == 2,
    )  # fmt: skip
    result = simulate(make_bars([F] * 6), decisions, FREE)
    assert list(result.position) == pytest.approx([0, 0, 50, -20, -20, -20])

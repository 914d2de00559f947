"""Stop, limit and close entries: trigger, gap, life time, fees, and what comes first in a bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult, Trade
from engine.backtest.simulator import simulate
from engine.language.decisions import TargetDecisions
from tests.rules import (
    ALL_IN,
    FREE,
    TOUCH,
    Bar,
    F,
    make_bars,
    make_decisions,
    make_rule,
    mirrored,
)

SIDES = pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
PRICES = ("stop", "target", "price", "trail")
STOP = {"order": "stop", "price": 103.0}
LIMIT = {"order": "limit", "price": 97.0}


def run(
    rows: Sequence[Bar],
    short: bool,
    costs: CostModel = FREE,
    *,
    other: Any = None,  # noqa: ANN401 - as below
    **rule: Any,  # noqa: ANN401 - passed on as it is
) -> BacktestResult:
    """Three flat bars and these; an entry decided at close 2; `other` is a rule of the other side.

    Everything is written for a long; `short` turns market and levels upside down.
    """
    whole, n = [F, F, F, *rows], len(rows) + 3
    sides = {"long": {"enter": [2], **rule}}
    if other is not None:
        sides["short"] = other
    if short:
        whole = mirrored(whole)
        turned = {"long": "short", "short": "long"}
        sides = {
            turned[name]: {k: 200 - v if k in PRICES else v for k, v in side.items()}
            for name, side in sides.items()
        }
    return simulate(make_bars(whole), make_decisions(n, **sides), costs)


def only(result: BacktestResult) -> Trade:
    """The single trade of a run."""
    (trade,) = result.trades
    return trade


def level(price: float, short: bool) -> float:
    """A price of the long case on the side that is run."""
    return 200 - price if short else price


@SIDES
@pytest.mark.parametrize(
    ("order", "row", "price"),
    [
        (STOP, (100, 104, 99, 102), 103),
        (STOP, (100, 103, 99, 102), 103),
        (STOP, (105, 106, 104, 105), 105),
        (STOP, (103, 104, 102, 103), 103),
        (LIMIT, (100, 101, 96, 98), 97),
        (LIMIT, (95, 96, 94, 95), 95),
    ],
    ids=["triggered", "touched", "gap", "opens at it", "limit through", "limit gap"],
)
def test_a_working_entry_is_filled_at_its_price_or_at_a_better_open(
    order: dict[str, Any], row: Bar, price: float, short: bool
) -> None:
    """A stop: its trigger or the open beyond it; a limit: its price or the open better than it."""
    trade = only(run([row, F], short, **order))
    assert (trade.entry_bar, trade.entry_price) == (3, level(price, short))


@SIDES
@pytest.mark.parametrize("order", [STOP, LIMIT], ids=["stop", "limit"])
def test_an_order_that_is_not_reached_does_nothing(order: dict[str, Any], short: bool) -> None:
    """Neither trigger nor limit inside the bar: no trade, and nothing counts as dropped."""
    result = run([F, F], short, **order)
    assert (result.trades, result.orders_dropped) == ((), 0)


@SIDES
@pytest.mark.parametrize(("costs", "filled"), [(FREE, False), (TOUCH, True)])
def test_a_limit_that_is_only_touched(costs: CostModel, filled: bool, short: bool) -> None:
    """`through` does not fill on the exact touch, `touch` does."""
    result = run([(100, 101, 97, 99), F], short, costs, **LIMIT)
    assert bool(result.trades) is filled


@SIDES
@pytest.mark.parametrize(("valid", "filled"), [(1, False), (2, False), (3, True), (4, True)])
def test_an_order_lives_for_its_bars_and_not_longer(valid: int, filled: bool, short: bool) -> None:
    """Decided at close 2, reached in bar 5: it must be valid for three bars."""
    result = run([F, F, (100, 104, 99, 102), F], short, valid_bars=valid, **STOP)
    assert bool(result.trades) is filled
    if filled:
        assert result.trades[0].entry_bar == 5


def test_an_order_decided_again_replaces_the_one_before() -> None:
    """A new decision of the rule moves its order and its life, it does not add a second one."""
    rows = [F, F, F, F, (100, 103, 99, 102), (102, 105, 101, 104), F]
    rule = {"enter": [2, 3], "order": "stop", "price": [103, 103, 103, 104, 104, 104, 104]}
    result = simulate(make_bars(rows), make_decisions(7, long={**rule, "valid_bars": 3}), FREE)
    assert (only(result).entry_bar, only(result).entry_price) == (5, 104.0)


@SIDES
def test_a_stop_entry_pays_impact_and_taker_a_limit_entry_the_maker_fee(short: bool) -> None:
    """Stops are market orders once triggered, limits rest in the book."""
    costs = CostModel(taker_fee_bps=20, maker_fee_bps=5, spread_bps=20, slippage_bps=10)
    sign = -1 if short else 1
    stopped = only(run([(100, 104, 99, 102)], short, costs, **STOP))
    assert stopped.entry_price == pytest.approx(level(103, short) * (1 + sign * 0.002))
    assert stopped.fees == pytest.approx(stopped.quantity * stopped.entry_price * 0.002)
    rested = only(run([(100, 101, 96, 98)], short, costs, **LIMIT))
    assert rested.entry_price == level(97, short)
    assert rested.fees == pytest.approx(rested.quantity * rested.entry_price * 0.0005)


@SIDES
def test_quantity_and_levels_are_measured_from_the_orders_price(short: bool) -> None:
    """Ref is the trigger: size, first stop and r-multiples count from it."""
    trade = only(run([(100, 104, 99, 102)], short, stop=98.0, **STOP))
    assert trade.quantity == pytest.approx(1_000 / level(103, short), abs=1e-4)
    assert trade.stop_price == level(98, short)


@SIDES
def test_entry_stop_and_protective_stop_in_one_bar_is_a_loss(short: bool) -> None:
    """Entered at 103 and stopped at 98 in the same bar, whichever came first."""
    trade = only(run([(100, 104, 97, 102), F], short, stop=98.0, **STOP))
    assert (trade.entry_bar, trade.exit_bar) == (3, 3)
    assert (trade.exit_price, trade.exit_reason) == (level(98, short), "stop")


@SIDES
def test_entry_limit_and_protective_stop_in_one_bar_is_a_loss(short: bool) -> None:
    """Bought at 97 on the way down to the stop at 95."""
    trade = only(run([(100, 101, 94, 96), F], short, stop=95.0, **LIMIT))
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (3, level(95, short), "stop")


@SIDES
def test_a_position_entered_inside_a_bar_reaches_no_target_in_it(short: bool) -> None:
    """The target at 106 lies inside the entry bar too; it counts from the next bar on."""
    rows = [(100, 107, 99, 104), (104, 107, 103, 106)]
    trade = only(run(rows, short, target=106.0, **STOP))
    assert (trade.entry_bar, trade.exit_bar, trade.exit_reason) == (3, 4, "target")


@SIDES
def test_a_working_entry_filled_at_the_open_may_reach_its_target(short: bool) -> None:
    """A gap through the trigger is a fill at the open: the whole bar follows it."""
    trade = only(run([(104, 107, 103, 105)], short, target=106.0, **STOP))
    assert (trade.entry_price, trade.exit_bar, trade.exit_reason) == (
        level(104, short),
        3,
        "target",
    )


@SIDES
@pytest.mark.parametrize(
    ("row", "side"),
    [((100, 104, 95, 100), "long"), ((99, 104, 95, 100), "short"), ((99.5, 104, 95, 100), None)],
    ids=["trigger nearer", "other nearer", "equal"],
)
def test_of_two_opposite_orders_the_nearer_one_fills(
    row: Bar, side: str | None, short: bool
) -> None:
    """Buy stop 103 and sell stop 96: what lies nearer to the open; at equal distance none."""
    other = {"enter": [2], "order": "stop", "price": 96.0}
    result = run([row, F], short, other=other, **STOP)
    first = result.trades[0].side if result.trades else None
    turned = {"long": "short", "short": "long", None: None}
    expected = turned[side] if short else side
    assert first == expected
    assert sum(trade.entry_bar == 3 for trade in result.trades) == (0 if side is None else 1)


@SIDES
def test_one_entry_is_filled_in_a_bar(short: bool) -> None:
    """Bought inside the bar; the opposite trigger in the same bar waits for the next one."""
    other = {"enter": [2], "order": "stop", "price": 96.0, "valid_bars": 3}
    result = run([(100, 104, 95, 100), (97, 98, 95, 96)], short, other=other, **STOP)
    first, second = result.trades
    assert (first.entry_bar, first.exit_bar, first.exit_reason) == (3, 4, "reverse")
    assert (second.entry_bar, second.entry_price) == (4, level(96, short))


@SIDES
def test_after_a_market_entry_no_opposite_order_turns_it_in_the_same_bar(short: bool) -> None:
    """In at the open; the working order against it was there before and acts from the next bar."""
    other = {"enter": [1], "order": "stop", "price": 96.0, "valid_bars": 4}
    result = run([(100, 101, 95, 97), (97, 98, 95, 96)], short, other=other)
    assert [(t.entry_bar, t.exit_bar) for t in result.trades] == [(3, 4), (4, 4)]


@SIDES
@pytest.mark.parametrize(
    ("stop", "exit_price", "reason"), [(97.0, 97.0, "stop"), (94.0, 96.0, "reverse")]
)
def test_own_stop_and_reversing_order_the_nearer_one_counts(
    stop: float, exit_price: float, reason: str, short: bool
) -> None:
    """Both lie below the open: what the price meets first."""
    other = {"enter": [3], "order": "stop", "price": 96.0}
    result = run([F, (100, 101, 93, 95), F], short, other=other, stop=stop)
    first = result.trades[0]
    assert (first.exit_bar, first.exit_price, first.exit_reason) == (
        4, level(exit_price, short), reason,
    )  # fmt: skip
    assert len(result.trades) == (1 if reason == "stop" else 2)


@SIDES
def test_own_target_and_a_reversing_stop_the_bad_one_counts(short: bool) -> None:
    """They lie on both sides of the open: the one against the position."""
    other = {"enter": [3], "order": "stop", "price": 96.0}
    result = run([F, (100, 106, 95, 97), F], short, other=other, target=105.0)
    first, second = result.trades
    assert (first.exit_price, first.exit_reason) == (level(96, short), "reverse")
    assert second.entry_price == level(96, short)


@SIDES
def test_a_partial_target_before_a_reversing_limit_both_are_done(short: bool) -> None:
    """Half at 104, the rest turned at the limit 106: both were traded through."""
    half = (TargetDecisions(multiple=0.4, fraction=0.5),)
    other = {"enter": [3], "order": "limit", "price": 106.0}
    result = run([F, (100, 107, 99, 106), F], short, other=other, stop=90.0, targets=half)
    parts = [(t.exit_price, t.exit_reason) for t in result.trades[:2]]
    assert parts == [(level(104, short), "target"), (level(106, short), "reverse")]
    assert result.trades[2].entry_price == level(106, short)


@SIDES
def test_a_reversal_by_a_limit_is_one_fill_at_the_limit(short: bool) -> None:
    """Both legs at the limit, maker fee, no impact: it is one resting order."""
    costs = CostModel(taker_fee_bps=20, maker_fee_bps=5, spread_bps=20, slippage_bps=10)
    other = {"enter": [3], "order": "limit", "price": 104.0}
    first, second = run([F, (100, 105, 99, 104), F], short, costs, other=other).trades
    assert first.exit_price == second.entry_price == level(104, short)
    entry_fee = first.quantity * first.entry_price * 0.002
    assert first.fees == pytest.approx(entry_fee + first.quantity * first.exit_price * 0.0005)


def test_a_reversing_order_that_is_refused_leaves_the_stops_at_work() -> None:
    """One trade a day is the limit: the turn is dropped, the own stop in that bar still acts."""
    rows = [F, F, F, F, (100, 101, 93, 95), F]
    sides = {
        "long": {"enter": [2], "stop": 94.0},
        "short": {"enter": [3], "order": "stop", "price": 96.0},
    }
    hours = {"new_day": [0]}
    decisions = make_decisions(6, **sides, limits={"max_trades_per_day": 1}, hours=hours)
    result = simulate(make_bars(rows), decisions, FREE)
    assert (only(result).exit_price, only(result).exit_reason) == (94.0, "stop")
    assert result.drops == (("TRADES_PER_DAY", 1),)
    free = make_decisions(6, **sides)
    assert simulate(make_bars(rows), free, FREE).trades[0].exit_reason == "reverse"


@SIDES
def test_a_close_order_is_filled_at_the_next_close(short: bool) -> None:
    """Decided at close 2, done at close 3, taker fee; the bar before it is not its bar."""
    costs = CostModel(taker_fee_bps=20, maker_fee_bps=5, spread_bps=0, slippage_bps=0)
    rows = [(100, 110, 90, 102), (102, 103, 101, 102)]
    trade = only(run(rows, short, costs, order="market_on_close", stop=95.0))
    assert (trade.entry_bar, trade.entry_price) == (3, level(102, short))
    assert trade.fees == pytest.approx(trade.quantity * trade.entry_price * 0.002)
    worst = (trade.mae, trade.mfe)
    assert worst == pytest.approx((-1 / level(102, short), 1 / level(102, short)))


@SIDES
def test_a_close_order_in_an_absent_bar_is_dropped(short: bool) -> None:
    """Nothing traded, nothing filled, one order counted; not carried on."""
    result = run([(*F, 0.0), F], short, order="market_on_close")
    assert (result.trades, result.drops) == ((), (("BAR_ABSENT", 1),))


@SIDES
def test_stopped_inside_a_bar_nothing_is_entered_at_its_close(short: bool) -> None:
    """The earliest new fill after a stop is the next open; an open position is turned there."""
    other = {"enter": [3], "order": "market_on_close"}
    rows = [F, (100, 101, 94, 96), F]
    assert len(run(rows, short, other=other, stop=95.0).trades) == 1
    turned = run(rows, short, other=other, stop=93.0).trades
    assert [(t.entry_bar, t.exit_bar) for t in turned] == [(3, 4), (4, 5)]


@SIDES
def test_no_working_order_fills_in_the_bar_of_a_stop(short: bool) -> None:
    """Out by the stop: an opposite trigger further on in the same bar waits."""
    other = {"enter": [3], "order": "stop", "price": 94.0, "valid_bars": 3}
    result = run([F, (100, 101, 93, 95), (95, 96, 93, 94)], short, other=other, stop=97.0)
    assert [(t.entry_bar, t.exit_reason) for t in result.trades] == [(3, "stop"), (5, "open")]


@SIDES
def test_orders_of_a_side_are_gone_once_it_is_held(short: bool) -> None:
    """Two working entries of one side: the second does not reopen after a stop."""
    rows = [F, F, F, (100, 104, 99, 103), (103, 104, 97, 98), (98, 107, 97, 106), F]
    sign = -1 if short else 1
    rules = [
        make_rule(
            7, sign, enter=[2], order="stop", price=level(price, short), stop=level(98, short),
            valid_bars=9, rule=name,
        )
        for name, price in (("near", 103.0), ("far", 106.0))
    ]  # fmt: skip
    bars = make_bars(mirrored(rows) if short else rows)
    result = simulate(bars, make_decisions(7, rules=rules), FREE)
    assert [(t.rule, t.exit_reason) for t in result.trades] == [("near", "stop")]
    alone = simulate(bars, make_decisions(7, rules=rules[1:]), FREE)
    assert [t.rule for t in alone.trades] == ["far"]


def test_orders_do_not_survive_ruin() -> None:
    """Flat for good: a working order of before is gone, and not listed as pending."""
    rows = [F, F, F, F, (150, 210, 120, 130), (130, 131, 100, 104)]
    sides = {
        "short": {"enter": [2]},
        "long": {"enter": [3], "order": "limit", "price": 105.0, "valid_bars": 9},
    }
    result = simulate(make_bars(rows), make_decisions(6, **sides, sizing=ALL_IN), FREE)
    assert [trade.exit_reason for trade in result.trades] == ["ruin"]
    assert (result.pending, result.orders_dropped) == ((), 0)


@SIDES
def test_a_working_order_at_the_last_close_is_pending(short: bool) -> None:
    """Still valid after the last bar: listed, not filled."""
    side = "short" if short else "long"
    assert run([F], short, valid_bars=3, **STOP).pending == (f"enter_{side}",)
    assert run([F], short, valid_bars=1, **STOP).pending == ()


@SIDES
def test_outside_the_session_a_working_order_waits(short: bool) -> None:
    """A bar in which nothing may be entered does not fill it; the next one does."""
    rows = [F, F, F, (100, 104, 99, 100), (100, 104, 99, 102)]
    side = {"enter": [2], "order": "stop", "price": level(103, short), "valid_bars": 3}
    sides = {"short" if short else "long": side}
    bars = make_bars(mirrored(rows) if short else rows)
    shut = make_decisions(5, **sides, hours={"closed": [3]})
    assert only(simulate(bars, shut, FREE)).entry_bar == 4
    assert only(simulate(bars, make_decisions(5, **sides), FREE)).entry_bar == 3

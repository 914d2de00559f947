"""The micro-cases of the bar loop: each one a promise about a fill, each with its short mirror.

Every case starts with three flat bars (100, 100.5, 99.5, 100); the entry is decided at the close
of bar 2 and done at the open of bar 3, stop 95 and target 105 (short: 105 and 95), no costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.errors import DataError
from engine.language.decisions import Decisions

F = (100.0, 100.5, 99.5, 100.0)
AXIS = 200.0


@dataclass(frozen=True)
class Case:
    """Bars from bar 3 on, and the one trade that must come of them."""

    name: str
    rows: tuple[tuple[float, ...], ...]
    exit_bar: int
    exit_price: float
    reason: str
    entry_price: float = 100.0
    side: Mapping[str, object] = field(default_factory=dict)


CASES = (
    Case("stop and target in one bar: the stop", (F, (100, 106, 94, 100)), 4, 95, "stop"),
    Case("gap through the stop: the open", (F, (90, 92, 89, 91)), 4, 90, "stop"),
    Case("gap through the target: the open", (F, (110, 111, 109, 110)), 4, 110, "target"),
    Case("stop inside the entry bar", ((100, 101, 94, 96),), 3, 95, "stop"),
    Case("target inside the entry bar", ((100, 106, 99, 104),), 3, 105, "target"),
    Case(
        "exit decided at close 4 is done at open 5, before the stop",
        (F, F, (99, 100, 94, 97)), 5, 99, "signal", side={"leave": [4]},
    ),
    Case(
        "opens below its stop: in and out at the open",
        ((94, 96, 93, 95.5),), 3, 94, "stop", entry_price=94,
    ),
    Case("target touched exactly is not filled", (F, (100, 105, 99, 100), F), 5, 100, "open"),
    Case("target traded through is filled at it", (F, (100, 105.01, 99, 100)), 4, 105, "target"),
    Case("stop touched exactly is filled", (F, (100, 101, 95, 100)), 4, 95, "stop"),
    Case("opens at the target and reverses to the stop", (F, (105, 106, 94, 95)), 4, 95, "stop"),
    Case("opens beyond the target, falls to the stop", (F, (106, 107, 94, 95)), 4, 106, "target"),
    Case("open on the last bar: marked at the close", ((100, 103, 99, 102),), 3, 102, "open"),
    Case("out at the open after two bars held", (F, F, F), 5, 100, "time", side={"time_bars": 2}),
)  # fmt: skip


def _run(
    case: Case,
    bars_from: Callable[..., Bars],
    decide: Callable[..., Decisions],
    *,
    short: bool,
    costs: CostModel,
) -> BacktestResult:
    rows = [F, F, F, *case.rows]
    levels = {"enter": [2], "stop": 95.0, "target": 105.0, **case.side}
    if short:
        rows = [(AXIS - r[0], AXIS - r[2], AXIS - r[1], AXIS - r[3]) for r in rows]
        levels |= {"stop": AXIS - 95.0, "target": AXIS - 105.0}
    sides = {"short" if short else "long": levels}
    return simulate(bars_from(rows), decide(len(rows), **sides), costs)


@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_micro_case(
    case: Case,
    short: bool,
    bars_from: Callable[..., Bars],
    decide: Callable[..., Decisions],
    free: CostModel,
) -> None:
    """One trade with this entry, this exit bar, this price and this reason, on both sides."""
    result = _run(case, bars_from, decide, short=short, costs=free)
    (trade,) = result.trades
    price = AXIS - case.exit_price if short else case.exit_price
    entry = AXIS - case.entry_price if short else case.entry_price
    assert (trade.side, trade.exit_reason) == ("short" if short else "long", case.reason)
    assert (trade.entry_bar, trade.entry_price) == (3, entry)
    assert (trade.exit_bar, trade.exit_price) == (case.exit_bar, price)
    moved = (price - entry) * (-1 if short else 1)
    assert trade.pnl == pytest.approx(10 * moved)


@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
def test_touch_fills_a_target_that_is_only_reached(
    short: bool,
    bars_from: Callable[..., Bars],
    decide: Callable[..., Decisions],
    free: CostModel,
) -> None:
    """With `limit_fill: touch` the exact touch is a fill."""
    touch = CostModel(**{**free.model_dump(), "limit_fill": "touch"})
    case = Case("touch", (F, (100, 105, 99, 100), F), 4, 105, "target")
    (trade,) = _run(case, bars_from, decide, short=short, costs=touch).trades
    assert (trade.exit_bar, trade.exit_reason) == (4, "target")


def test_a_decision_on_the_last_bar_is_pending_and_never_filled(
    bars_from: Callable[..., Bars], decide: Callable[..., Decisions], free: CostModel
) -> None:
    """What is decided at the last close is listed as pending; equity and trades know nothing."""
    result = simulate(bars_from([F, F, F]), decide(3, long={"enter": [2], "stop": 95.0}), free)
    assert result.pending == ("enter_long",)
    assert result.trades == ()
    assert list(result.equity) == [10_000.0] * 3


def test_an_exit_decided_on_the_last_bar_is_pending(
    bars_from: Callable[..., Bars], decide: Callable[..., Decisions], free: CostModel
) -> None:
    """An open position with an exit at the last close stays open, the exit is listed."""
    decisions = decide(4, long={"enter": [1], "leave": [3]}, short={"enter": [3]})
    result = simulate(bars_from([F, F, F, F]), decisions, free)
    assert result.pending == ("exit", "enter_short")
    assert result.trades[0].exit_reason == "open"
    assert result.closed == ()


@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
def test_an_entry_into_a_bar_without_volume_is_dropped(
    short: bool, bars_from: Callable[..., Bars], decide: Callable[..., Decisions], free: CostModel
) -> None:
    """No trade in the bar, no fill; the order is counted and not carried to the next bar."""
    rows = [F, F, F, (*F, 0.0), F, F]
    side = {"short" if short else "long": {"enter": [2]}}
    result = simulate(bars_from(rows), decide(6, **side), free)
    assert result.trades == ()
    assert result.orders_dropped == 1
    assert result.drops == (("BAR_ABSENT", 1),)


def test_an_exit_and_a_stop_in_a_bar_without_volume_are_not_filled(
    bars_from: Callable[..., Bars], decide: Callable[..., Decisions], free: CostModel
) -> None:
    """A market exit due in such a bar is dropped, a stop inside it is not done; both act later."""
    rows = [F, F, F, F, (100, 101, 94, 100, 0.0), F, F, (100, 101, 94, 100)]
    decisions = decide(8, long={"enter": [2], "leave": [3], "stop": 95.0})
    result = simulate(bars_from(rows), decisions, free)
    (trade,) = result.trades
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (7, 95, "stop")
    assert result.orders_dropped == 1


def test_a_currency_pair_needs_no_volume(
    bars_from: Callable[..., Bars], decide: Callable[..., Decisions], free: CostModel
) -> None:
    """Currency pairs have no central tape: a volume of zero does not mean a closed market."""
    rows = [(*F, 0.0)] * 5
    result = simulate(bars_from(rows, kind="fx"), decide(5, long={"enter": [2]}), free)
    assert result.trades[0].entry_bar == 3


@pytest.mark.parametrize(
    ("stop", "skipped"), [(100.01, True), (100.0, True), (99.99, True), (99.98, False)]
)
def test_a_stop_on_the_wrong_side_or_within_two_ticks_skips_the_entry(
    stop: float,
    skipped: bool,
    bars_from: Callable[..., Bars],
    decide: Callable[..., Decisions],
    free: CostModel,
) -> None:
    """STOP_WRONG_SIDE is counted; a stop exactly two ticks away is a stop. The mirror too."""
    rows = [F] * 5
    for side, level in (("long", stop), ("short", AXIS - stop)):
        decisions = decide(5, **{side: {"enter": [2], "stop": level}})
        result = simulate(bars_from(rows), decisions, free)
        assert (result.trades == ()) is skipped
        assert result.drops == ((("STOP_WRONG_SIDE", 1),) if skipped else ())


def test_a_target_that_is_already_behind_the_price_skips_the_entry(
    bars_from: Callable[..., Bars], decide: Callable[..., Decisions], free: CostModel
) -> None:
    """A profit target on the wrong side of ref would be an exit at once: no order, counted."""
    bars = bars_from([F] * 5)
    result = simulate(bars, decide(5, long={"enter": [2], "target": 99.0}), free)
    mirror = simulate(bars, decide(5, short={"enter": [2], "target": 101.0}), free)
    assert result.drops == mirror.drops == (("TARGET_WRONG_SIDE", 1),)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((np.nan, 1.0, 1.0, 1.0), "BARS_NOT_FINITE"),
        ((-1.0, 1.0, -1.0, 1.0), "BARS_NOT_POSITIVE"),
        ((100.0, 99.0, 101.0, 100.0), "BARS_RANGE"),
    ],
)
def test_broken_bars_never_reach_the_loop(
    row: tuple[float, ...], code: str, bars_from: Callable[..., Bars]
) -> None:
    """NaN, negative prices and high below low are refused before anything runs."""
    with pytest.raises(DataError) as caught:
        bars_from([F, row])
    assert caught.value.code == code

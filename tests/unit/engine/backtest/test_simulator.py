"""The bar loop beyond single fills: trailing, reversals, ruin, cooldown, costs, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.simulator import simulate
from engine.data.bars import Bars
from engine.errors import InputError
from engine.language.decisions import Decisions
from engine.language.spec import Sizing

BarsFrom = Callable[..., Bars]
Decide = Callable[..., Decisions]
Mirror = Callable[..., list[tuple[float, ...]]]
F = (100.0, 100.5, 99.5, 100.0)
UP = (104.0, 108.0, 103.0, 107.0)


def test_a_trailing_level_raised_at_a_close_acts_from_the_next_bar(
    bars_from: BarsFrom, decide: Decide, free: CostModel, upside_down: Mirror
) -> None:
    """The bar that raises the level is not stopped by it; the next one is, at the new level."""
    rows = [F, F, F, F, (100, 108, 99.5, 107), (107, 107.5, 101, 102)]
    trail = [94.0, 94.0, 94.0, 95.0, 103.0, 90.0]
    result = simulate(bars_from(rows), decide(6, long={"enter": [2], "trail": trail}), free)
    (trade,) = result.trades
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (5, 103.0, "trailing")
    assert trade.stop_price == 94.0
    short = {"enter": [2], "trail": [200 - level for level in trail]}
    (mirror,) = simulate(bars_from(upside_down(rows)), decide(6, short=short), free).trades
    assert (mirror.exit_bar, mirror.exit_price, mirror.exit_reason) == (5, 97.0, "trailing")


def test_a_trailing_level_never_moves_away(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """A lower trailing value at a later close leaves the ratcheted level where it is."""
    rows = [F, F, F, F, F, (100, 100.5, 97, 98)]
    trail = [90.0, 90.0, 90.0, 98.0, 91.0, 91.0]
    (trade,) = simulate(
        bars_from(rows), decide(6, long={"enter": [2], "trail": trail}), free
    ).trades
    assert (trade.exit_price, trade.exit_reason) == (98.0, "trailing")


def test_a_trailing_fraction_follows_the_best_price_since_the_entry(
    bars_from: BarsFrom, decide: Decide, free: CostModel, upside_down: Mirror
) -> None:
    """Ten percent below the highest high, fill bar included; for shorts above the lowest low."""
    rows = [F, F, F, (100, 120, 99, 118), (118, 119, 107, 108)]
    side = {"enter": [2], "trailing_fraction": 0.1}
    (trade,) = simulate(bars_from(rows), decide(5, long=side), free).trades
    assert (trade.exit_bar, trade.exit_reason) == (4, "trailing")
    assert trade.exit_price == pytest.approx(108.0)
    assert trade.stop_price == pytest.approx(90.0)
    (mirror,) = simulate(bars_from(upside_down(rows)), decide(5, short=side), free).trades
    assert mirror.exit_price == pytest.approx(88.0)
    assert mirror.stop_price == pytest.approx(110.0)


def test_a_fixed_stop_that_is_tighter_than_the_trail_stops_as_a_stop(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """The tightest of several levels counts, and the reason names the one that did."""
    rows = [F, F, F, (100, 101, 96, 97)]
    side = {"enter": [2], "stop": 97.0, "trail": 90.0}
    (trade,) = simulate(bars_from(rows), decide(4, long=side), free).trades
    assert (trade.exit_price, trade.exit_reason, trade.stop_price) == (97.0, "stop", 97.0)


def test_an_opposite_entry_closes_and_reverses_at_one_open(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Long out and short in at the same open, both ways round."""
    rows = [F, F, F, F, UP, F]
    decisions = decide(6, long={"enter": [1, 4]}, short={"enter": [3]})
    first, second, third = simulate(bars_from(rows), decisions, free).trades
    assert (first.exit_bar, first.exit_price, first.exit_reason) == (4, 104.0, "reverse")
    assert (second.side, second.entry_bar, second.entry_price) == ("short", 4, 104.0)
    assert (second.exit_bar, second.exit_reason) == (5, "reverse")
    assert (third.side, third.entry_bar, third.exit_reason) == ("long", 5, "open")


def test_an_opposite_entry_with_a_wrong_stop_leaves_the_position_alone(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """A skipped entry is no order, so nothing is closed for it; it is counted."""
    decisions = decide(6, long={"enter": [1]}, short={"enter": [3], "stop": 99.0})
    result = simulate(bars_from([F] * 6), decisions, free)
    (trade,) = result.trades
    assert (trade.side, trade.exit_reason) == ("long", "open")
    assert result.drops == (("STOP_WRONG_SIDE", 1),)


def test_an_opposite_entry_into_an_absent_bar_leaves_the_position_alone(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Neither leg is done in a bar without a trade."""
    decisions = decide(6, long={"enter": [1]}, short={"enter": [3]})
    result = simulate(bars_from([F, F, F, F, (*F, 0.0), F]), decisions, free)
    assert [trade.exit_reason for trade in result.trades] == ["open"]
    assert result.drops == (("BAR_ABSENT", 1),)


def test_exit_and_entry_of_one_rule_at_once_give_no_entry(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """True together while flat: nothing; true together while open: out, not in again."""
    flat = decide(6, long={"enter": [2], "leave": [2]})
    assert simulate(bars_from([F] * 6), flat, free).trades == ()
    held = decide(6, long={"enter": [1, 3], "leave": [3]})
    (trade,) = simulate(bars_from([F] * 6), held, free).trades
    assert (trade.exit_bar, trade.exit_reason) == (4, "signal")


def test_opposite_entries_at_one_close_cancel_each_other(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Two opposite market entries are equally near the open: none fills."""
    both = decide(6, long={"enter": [2]}, short={"enter": [2]})
    assert simulate(bars_from([F] * 6), both, free).trades == ()
    one = decide(6, long={"enter": [2], "leave": [2]}, short={"enter": [2]})
    assert simulate(bars_from([F] * 6), one, free).trades[0].side == "short"


def test_an_exit_with_an_opposite_entry_is_a_signal_and_both_are_done(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """The exit condition names the reason; the new side opens at the same open."""
    decisions = decide(6, long={"enter": [1], "leave": [3]}, short={"enter": [3]})
    first, second = simulate(bars_from([F] * 6), decisions, free).trades
    assert (first.exit_bar, first.exit_reason, second.entry_bar) == (4, "signal", 4)


def test_a_second_entry_on_the_same_side_adds_nothing(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Without pyramiding an open position ignores its own entry condition."""
    (trade,) = simulate(bars_from([F] * 6), decide(6, long={"enter": [1, 2, 3]}), free).trades
    assert trade.entry_bar == 2


def test_after_a_stop_the_earliest_new_fill_is_the_next_open(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Stopped in bar 3, decided at close 3, filled at open 4."""
    rows = [F, F, F, (100, 101, 94, 96), F, F]
    side = {"enter": [2, 3], "stop": [95.0, 95.0, 95.0, 90.0, 90.0, 90.0]}
    first, second = simulate(bars_from(rows), decide(6, long=side), free).trades
    assert (first.exit_bar, second.entry_bar) == (3, 4)


@pytest.mark.parametrize(("cooldown", "entry_bar"), [(0, 4), (1, 6), (2, 7)])
def test_a_cooldown_blocks_entry_decisions_after_an_exit(
    cooldown: int, entry_bar: int, bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Stopped in bar 3 with cooldown k: no decision at the closes 3 to 3 + k."""
    rows = [F, F, F, (100, 101, 94, 96), *[F] * 5]
    stop = [95.0] * 3 + [90.0] * 6
    side = {"enter": [2, 3, 4, 5, 6, 7], "stop": stop}
    decisions = decide(9, long=side, cooldown=cooldown)
    trades = simulate(bars_from(rows), decisions, free).trades
    assert trades[1].entry_bar == entry_bar


def test_a_cooldown_also_blocks_the_opposite_side(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """During the cooldown after a reversal the next reversal is not decided."""
    decisions = decide(9, long={"enter": [1, 4, 6]}, short={"enter": [3]}, cooldown=2)
    trades = simulate(bars_from([F] * 9), decisions, free).trades
    assert [(t.side, t.entry_bar) for t in trades] == [("long", 2), ("short", 4)]
    again = decide(9, long={"enter": [1, 4, 7]}, short={"enter": [3]}, cooldown=2)
    trades = simulate(bars_from([F] * 9), again, free).trades
    assert [(t.side, t.entry_bar) for t in trades] == [("long", 2), ("short", 4), ("long", 8)]


def test_nothing_is_decided_before_the_warm_up_is_over(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """An entry condition inside the warm-up does not act."""
    decisions = decide(6, long={"enter": [1, 3]}, warmup=3)
    assert simulate(bars_from([F] * 6), decisions, free).trades[0].entry_bar == 4


def test_a_short_is_ruined_on_the_bars_extreme(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Equity reaches zero inside the bar: out at that price, flat for good, even if it recovers."""
    rows = [F, F, F, F, (150, 210, 120, 130), F, F]
    all_in = Sizing(kind="fixed_fraction", value=1.0)
    decisions = decide(7, short={"enter": [2, 4]}, sizing=all_in)
    result = simulate(bars_from(rows), decisions, free)
    (trade,) = result.trades
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (4, 200.0, "ruin")
    assert list(result.equity[4:]) == [0.0, 0.0, 0.0]


def test_a_gap_beyond_ruin_leaves_a_debt(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """The open is the price: what the gap costs beyond the account is shown, not hidden."""
    rows = [F, F, F, F, (250, 260, 240, 250), F]
    all_in = Sizing(kind="fixed_fraction", value=1.0)
    result = simulate(bars_from(rows), decide(6, short={"enter": [2]}, sizing=all_in), free)
    assert result.trades[0].exit_price == 250.0
    assert result.equity[-1] == -5_000.0


def test_a_stop_before_ruin_is_a_stop(bars_from: BarsFrom, decide: Decide, free: CostModel) -> None:
    """The nearer of stop and ruin is done first."""
    rows = [F, F, F, F, (150, 210, 120, 130), F]
    side = {"enter": [2], "stop": 160.0}
    all_in = Sizing(kind="fixed_fraction", value=1.0)
    (trade,) = simulate(bars_from(rows), decide(6, short=side, sizing=all_in), free).trades
    assert (trade.exit_price, trade.exit_reason) == (160.0, "stop")


def test_costs_make_market_and_stop_fills_worse_and_leave_targets_alone(
    bars_from: BarsFrom, decide: Decide
) -> None:
    """Half the spread plus slippage against us, taker fee; a target pays the maker fee only."""
    costs = CostModel(taker_fee_bps=10, maker_fee_bps=5, spread_bps=20, slippage_bps=10)
    stopped = simulate(
        bars_from([F, F, F, F, (100, 101, 94, 96)]),
        decide(5, long={"enter": [2], "stop": 95.0}),
        costs,
    ).trades[0]
    assert stopped.entry_price == pytest.approx(100 * 1.002)
    assert stopped.exit_price == pytest.approx(95 * 0.998)
    assert stopped.fees == pytest.approx(10 * (100.2 + 94.81) * 0.001)
    hit = simulate(
        bars_from([F, F, F, F, (100, 106, 99, 104)]),
        decide(5, short={"enter": [2], "stop": 110.0}, long={"enter": []}),
        costs,
    ).trades[0]
    assert hit.entry_price == pytest.approx(100 * 0.998)
    target = simulate(
        bars_from([F, F, F, F, (100, 106, 99, 104)]),
        decide(5, long={"enter": [2], "target": 105.0}),
        costs,
    ).trades[0]
    assert target.exit_price == 105.0
    assert target.fees == pytest.approx(10 * (100.2 * 0.001 + 105 * 0.0005))


def test_equity_position_and_exposure_are_marked_at_each_close(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Ten units from bar 3 on; the exit bar is flat at its close."""
    rows = [F, F, F, F, (100, 103, 99, 102), (101, 101, 100, 100), F]
    result = simulate(bars_from(rows), decide(7, long={"enter": [2], "leave": [4]}), free)
    assert list(result.position) == [0, 0, 0, 10, 10, 0, 0]
    assert list(result.equity) == [10_000, 10_000, 10_000, 10_000, 10_020, 10_010, 10_010]
    assert result.exposure[4] == pytest.approx(1_020 / 10_020)
    assert result.traded == pytest.approx(10 * (100 + 101))


def test_excursions_are_signed_fractions_of_the_entry_price(
    bars_from: BarsFrom, decide: Decide, free: CostModel, upside_down: Mirror
) -> None:
    """Worst and best price while in the trade; after the exit nothing counts."""
    rows = [F, F, F, (100, 104, 97, 101), (101, 120, 99, 100), (100, 130, 90, 100)]
    side = {"enter": [2], "leave": [4]}
    (trade,) = simulate(bars_from(rows), decide(6, long=side), free).trades
    assert (trade.mae, trade.mfe) == pytest.approx((-0.03, 0.20))
    (mirror,) = simulate(bars_from(upside_down(rows)), decide(6, short=side), free).trades
    assert (mirror.mae, mirror.mfe) == pytest.approx((-0.03, 0.20))


@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
def test_before_a_target_the_bars_worst_price_counts(
    short: bool, bars_from: BarsFrom, decide: Decide, free: CostModel, upside_down: Mirror
) -> None:
    """Whether the low came first is unknown, so the pessimistic reading is taken."""
    rows = [F, F, F, (100, 106, 97, 104)]
    side = {"enter": [2], "target": 95.0 if short else 105.0}
    bars = bars_from(upside_down(rows) if short else rows)
    (trade,) = simulate(bars, decide(4, **{"short" if short else "long": side}), free).trades
    assert (trade.mae, trade.mfe) == pytest.approx((-0.03, 0.05))


def test_the_same_run_twice_gives_the_same_digest(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Same bars, decisions and costs: the same bytes; another exit: other bytes."""
    bars = bars_from([F, F, F, UP, F, UP])
    first = simulate(bars, decide(6, long={"enter": [1], "leave": [3]}), free)
    again = simulate(bars, decide(6, long={"enter": [1], "leave": [3]}), free)
    other = simulate(bars, decide(6, long={"enter": [1], "leave": [4]}), free)
    assert first.digest == again.digest
    assert first.digest != other.digest


def test_curves_are_read_only(bars_from: BarsFrom, decide: Decide, free: CostModel) -> None:
    """A result cannot be changed after the fact."""
    result = simulate(bars_from([F] * 4), decide(4, long={"enter": [1]}), free)
    for curve in (result.equity, result.position, result.exposure):
        with pytest.raises(ValueError, match="read-only"):
            curve[0] = 1.0


def test_shorts_are_refused_where_the_instrument_has_none(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """SHORT_NOT_POSSIBLE on a spot instrument; the same rules run where shorts are allowed."""
    decisions = decide(5, short={"enter": [2]})
    with pytest.raises(InputError) as caught:
        simulate(bars_from([F] * 5, shorts=False), decisions, free)
    assert caught.value.code == "SHORT_NOT_POSSIBLE"
    assert simulate(bars_from([F] * 5, shorts=True), decisions, free).trades[0].side == "short"


@pytest.mark.parametrize(
    "kind", ["vol_target", "equal_weight", "inverse_vol", "risk_parity", "weight_expr"]
)
def test_sizing_by_a_weight_that_is_not_known_is_dropped(
    kind: str, bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """SIZE_UNKNOWN is counted and nothing is approximated; with a weight the order is done."""
    sizing = Sizing.model_validate({"kind": kind, "value": 0.1})
    bars = bars_from([F] * 5)
    unknown = simulate(bars, decide(5, long={"enter": [2]}, sizing=sizing), free)
    assert (unknown.trades, unknown.drops) == ((), (("SIZE_UNKNOWN", 1),))
    weight = np.full(5, 0.25)
    known = decide(5, long={"enter": [2]}, sizing=sizing, weight=weight)
    assert simulate(bars, known, free).trades[0].quantity == 25.0


@pytest.mark.parametrize("value", [None, 0.0, -0.1])
def test_sizing_without_a_size_is_refused(
    value: float | None, bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """SIZING_VALUE: a position needs a size above zero."""
    sizing = Sizing(kind="fixed_fraction", value=value)
    with pytest.raises(InputError) as caught:
        simulate(bars_from([F] * 5), decide(5, long={"enter": [2]}, sizing=sizing), free)
    assert caught.value.code == "SIZING_VALUE"


@pytest.mark.parametrize("equity", [0.0, -1.0, np.nan, np.inf])
def test_an_account_without_money_is_refused(
    equity: float, bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """EQUITY_INVALID for zero, negative, NaN and infinity."""
    with pytest.raises(InputError) as caught:
        simulate(bars_from([F] * 5), decide(5, long={"enter": [2]}), free, start_equity=equity)
    assert caught.value.code == "EQUITY_INVALID"


def test_decisions_of_another_length_are_refused(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """DECISIONS_SHAPE: decisions belong to the bars they were made on."""
    with pytest.raises(InputError) as caught:
        simulate(bars_from([F] * 5), decide(6, long={"enter": [2]}), free)
    assert caught.value.code == "DECISIONS_SHAPE"


def test_decisions_without_a_side_are_refused(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """SIDE_MISSING: there is nothing to run."""
    with pytest.raises(InputError) as caught:
        simulate(bars_from([F] * 5), decide(5), free)
    assert caught.value.code == "SIDE_MISSING"

"""Exits of a position: several rules, partial and moving targets, levels that move, time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.language.decisions import TargetDecisions
from engine.language.spec import Sizing
from tests.random_runs import program
from tests.rules import ALL_IN, FREE, Bar, F, make_bars, make_decisions, make_rule, mirrored

SIDES = pytest.mark.parametrize("short", [False, True], ids=["long", "short"])


def level(price: float, short: bool) -> float:
    """A price of the long case on the side that is run."""
    return 200 - price if short else price


def run(rows: Sequence[Bar], short: bool, **rule: Any) -> BacktestResult:  # noqa: ANN401 - passed on as it is
    """Three flat bars and these; entered at the open of bar 3; levels are given for the side."""
    whole = [F, F, F, *rows]
    bars = make_bars(mirrored(whole) if short else whole)
    given = {"enter": [2], **rule}
    side = {"short" if short else "long": given}
    return simulate(bars, make_decisions(len(whole), **side), FREE)


def parts(result: BacktestResult) -> list[tuple[int, float, float, str]]:
    """Exit bar, price, quantity and reason of every closed part."""
    return [(t.exit_bar, t.exit_price, t.quantity, t.exit_reason) for t in result.trades]


def aims(short: bool, *pairs: tuple[float, float]) -> tuple[TargetDecisions, ...]:
    """Fixed targets (price of the long case, share) over eight bars."""
    return tuple(
        TargetDecisions(level=np.full(8, level(price, short)), fraction=share)
        for price, share in pairs
    )


@SIDES
def test_the_rule_that_opened_counts(short: bool) -> None:
    """Two rules of a side: exit, stop and target of the one that opened, not of the other."""
    rows = [F, F, F, F, (100, 101, 96, 97), F, F, F]
    sign, n = (-1 if short else 1), len(rows)
    rules = [
        make_rule(n, sign, rule="a", enter=[2], leave=[5], stop=level(90, short)),
        make_rule(n, sign, rule="b", enter=[1, 6], leave=[2, 3], stop=level(97, short)),
    ]
    bars = make_bars(mirrored(rows) if short else rows)
    # Rule b fires first, at close 1: its exit at close 2 counts, and at close 6 it opens again.
    first = simulate(bars, make_decisions(n, rules=rules), FREE).trades
    assert [(t.rule, t.entry_bar, t.exit_bar, t.exit_reason) for t in first] == [
        ("b", 2, 3, "signal"),
        ("b", 7, 7, "open"),
    ]
    # Without it rule a opens at bar 3, is not touched by b's stop, and leaves by its own exit.
    (own,) = simulate(bars, make_decisions(n, rules=rules[:1]), FREE).trades
    assert (own.rule, own.exit_bar, own.exit_reason) == ("a", 6, "signal")


def test_of_several_rules_of_a_side_the_first_that_fires_opens() -> None:
    """Both true at one close: the spec's order decides, with its own stop."""
    rules = [
        make_rule(5, 1, rule="a", enter=[2], stop=95.0),
        make_rule(5, 1, rule="b", enter=[1, 2], stop=90.0),
    ]
    bars = make_bars([F] * 5)
    assert simulate(bars, make_decisions(5, rules=rules), FREE).trades[0].rule == "b"
    late = [rules[0], make_rule(5, 1, rule="b", enter=[2], stop=90.0)]
    (trade,) = simulate(bars, make_decisions(5, rules=late), FREE).trades
    assert (trade.rule, trade.stop_price) == ("a", 95.0)


@SIDES
@pytest.mark.parametrize(("first", "entries"), [(110.0, [2, 8]), (92.0, [2, 6])])
def test_an_entry_may_depend_on_the_last_trade(
    first: float, entries: list[int], short: bool
) -> None:
    """After a won trade the entry waits for close 7, after a lost one for close 5."""
    rows = [F, F, F, (first, first, first, first), *[F] * 6]
    rule = {"enter": [1, 5], "won": [7], "leave": [2]}
    bars = make_bars(mirrored(rows) if short else rows)
    side = {"short" if short else "long": rule}
    trades = simulate(bars, make_decisions(10, **side), FREE).trades
    assert [trade.entry_bar for trade in trades] == entries


def test_an_opposite_entry_may_depend_on_the_last_trade_too() -> None:
    """A long position is turned by an entry that only holds after a won short."""
    rows = [F, F, F, (90, 91, 89, 90), *[F] * 6]
    short = {"enter": [1], "won": [6], "leave": [2]}
    decisions = make_decisions(10, long={"enter": [4]}, short=short)
    trades = simulate(make_bars(rows), decisions, FREE).trades
    assert [(t.side, t.entry_bar, t.exit_reason) for t in trades] == [
        ("short", 2, "signal"), ("long", 5, "reverse"), ("short", 7, "open"),
    ]  # fmt: skip


@SIDES
def test_targets_close_their_shares_and_the_last_one_the_rest(short: bool) -> None:
    """Shares of the initial size on the step grid; the last full share closes what is left."""
    rows = [F, (100, 103, 99, 102), (102, 105, 101, 104), (104, 107, 103, 106)]
    targets = aims(short, (102, 1 / 3), (104, 1 / 3), (106, 1 / 3))
    found = parts(run(rows, short, targets=targets))
    assert [(bar, price) for bar, price, _, _ in found] == [
        (4, level(102, short)), (5, level(104, short)), (6, level(106, short)),
    ]  # fmt: skip
    sizes = [quantity for _, _, quantity, _ in found]
    assert sizes[:2] == pytest.approx([3.33333, 3.33333], abs=1e-12)
    assert sum(sizes) == pytest.approx(10.0, abs=1e-12)


@SIDES
def test_targets_below_one_leave_a_rest(short: bool) -> None:
    """Shares that sum to 0.8 leave a fifth in the market."""
    rows = [F, (100, 103, 99, 102), (102, 105, 101, 104)]
    found = parts(run(rows, short, targets=aims(short, (102, 0.5), (104, 0.3))))
    assert [(quantity, reason) for _, _, quantity, reason in found] == [
        (5.0, "target"), (3.0, "target"), (pytest.approx(2.0), "open"),
    ]  # fmt: skip


@SIDES
def test_two_targets_in_one_bar_both_fill_and_a_gap_fills_them_at_the_open(short: bool) -> None:
    """Nearest first; what the open has passed is done at the open."""
    targets = aims(short, (104, 0.5), (102, 0.5))
    inside = parts(run([F, (100, 105, 99, 103)], short, targets=targets))
    assert [(bar, price) for bar, price, *_ in inside] == [
        (4, level(102, short)), (4, level(104, short)),
    ]  # fmt: skip
    gap = parts(run([F, (103, 105, 102, 104)], short, targets=targets))
    assert [price for _, price, *_ in gap] == [level(103, short), level(104, short)]


@SIDES
def test_a_target_at_a_gap_and_then_the_stop_in_one_bar(short: bool) -> None:
    """Opened beyond the first target: half at the open, the rest at the stop, not the second."""
    targets = aims(short, (102, 0.5), (104, 0.5))
    found = parts(run([F, (103, 105, 94, 95)], short, stop=level(95, short), targets=targets))
    assert [(price, reason) for _, price, _, reason in found] == [
        (level(103, short), "target"), (level(95, short), "stop"),
    ]  # fmt: skip


@SIDES
def test_inside_the_bar_the_stop_comes_before_every_target(short: bool) -> None:
    """Both inside: all of it at the stop."""
    targets = aims(short, (102, 0.5), (104, 0.5))
    found = parts(run([F, (100, 105, 94, 95)], short, stop=level(95, short), targets=targets))
    assert found == [(4, level(95, short), 10.0, "stop")]


def test_a_share_below_one_step_closes_nothing_and_the_last_one_everything() -> None:
    """Ten whole units, five percent of them: no order; the rest goes with the last target."""
    rows = [F, F, F, F, (100, 103, 99, 102), (102, 105, 101, 104)]
    targets = (
        TargetDecisions(level=np.full(6, 102.0), fraction=0.05),
        TargetDecisions(level=np.full(6, 104.0), fraction=0.95),
    )
    bars = make_bars(rows, quantity_step="1", min_quantity="1")
    result = simulate(bars, make_decisions(6, long={"enter": [2], "targets": targets}), FREE)
    assert [(t.exit_bar, t.quantity) for t in result.trades] == [(5, 10.0)]


@SIDES
def test_r_multiples_count_from_ref_and_the_first_stop(short: bool) -> None:
    """Ref 100, stop 98: two R are 104, whatever the fill was."""
    rows = [(101, 102, 100, 101), (101, 105, 100, 104)]
    targets = (TargetDecisions(multiple=2.0),)
    found = parts(run(rows, short, stop=level(98, short), targets=targets))
    assert found[0][:2] == (4, level(104, short))


@SIDES
def test_a_moving_target_follows_its_expression_and_is_taken_once(short: bool) -> None:
    """Half at the moving level of the close before; the other half is not taken by it again."""
    rows = [F, F, (100, 104, 99, 103), (103, 108, 102, 107), (107, 109, 106, 108)]
    whole = [F, F, F, *rows]
    bars = make_bars(mirrored(whole) if short else whole)
    text = "entry_price + side*(6 - bars_held)"
    moving = TargetDecisions(
        level=np.full(8, level(105, short)), program=program(text, bars), fraction=0.5
    )
    rule = {"enter": [2], "targets": (moving,)}
    side = {"short" if short else "long": rule}
    result = simulate(bars, make_decisions(8, **side), FREE)
    # Close 3: level 105; close 4: 104; bar 5 trades up to 104, not through; close 5: 103.
    assert [(t.exit_bar, t.exit_price, t.quantity) for t in result.trades] == [
        (6, level(103, short), 5.0),
        (7, level(108, short), 5.0),
    ]


def test_a_moving_target_that_is_not_known_yet_is_not_the_last_one() -> None:
    """The fixed half leaves the other half alone while the moving level is missing."""
    rows = [F, F, F, F, (100, 103, 99, 102), F, F]
    bars = make_bars(rows)
    targets = (
        TargetDecisions(level=np.full(7, 102.0), fraction=0.5),
        TargetDecisions(program=program("entry_price[9]*1.5", bars), fraction=0.5),
    )
    result = simulate(bars, make_decisions(7, long={"enter": [2], "targets": targets}), FREE)
    assert [(t.quantity, t.exit_reason) for t in result.trades] == [(5.0, "target"), (5.0, "open")]


@SIDES
def test_breakeven_moves_the_stop_to_the_entry_after_a_gain(short: bool) -> None:
    """One R at a close: from the next bar on the stop is the entry price; before it is not."""
    rows = [F, (100, 106, 99, 104.9), (104, 105, 99, 103), (103, 106, 102, 105), (104, 105, 99, 99)]
    found = parts(run(rows, short, stop=level(95, short), breakeven_r=1.0))
    assert found == [(7, level(100, short), 10.0, "stop")]
    never = parts(run(rows, short, stop=level(95, short), breakeven_r=2.0))
    assert never[0][3] == "open"


@SIDES
def test_a_stop_at_a_loss_of_equity(short: bool) -> None:
    """Ten units, one percent of 10,000 at risk: ten away from ref. A tighter stop stays."""
    rows = [F, (100, 101, 89, 90)]
    (part,) = parts(run(rows, short, max_loss_fraction=0.01))
    assert part == (4, level(90, short), 10.0, "stop")
    (tight,) = parts(run(rows, short, max_loss_fraction=0.01, stop=level(95, short)))
    assert tight[1] == level(95, short)
    trailing = parts(run(rows, short, max_loss_fraction=0.01, trail=level(85, short)))
    assert trailing[0][1:] == (level(90, short), 10.0, "stop")


def test_a_stop_at_a_loss_of_equity_within_two_ticks_skips_the_entry() -> None:
    """STOP_WRONG_SIDE, as for every other stop; a wider one is a stop."""
    bars = make_bars([F] * 5)
    for share, skipped in ((1e-6, True), (1e-3, False)):
        rule = {"enter": [2], "max_loss_fraction": share}
        result = simulate(bars, make_decisions(5, long=rule, sizing=ALL_IN), FREE)
        assert (result.drops == (("STOP_WRONG_SIDE", 1),)) is skipped


@SIDES
def test_a_trailing_expression_ratchets_and_acts_from_the_next_bar(short: bool) -> None:
    """Two percent behind the best price since the entry; a level that falls back is ignored."""
    rows = [F, (100, 110, 99, 108), (108, 109, 105, 106), (106, 107, 100, 101)]
    whole = [F, F, F, *rows]
    bars = make_bars(mirrored(whole) if short else whole)
    text = "lowest_since_entry + 4 - bars_held*0" if short else "highest_since_entry - 4"
    side = {"short" if short else "long": {"enter": [2], "trail_program": program(text, bars)}}
    (trade,) = simulate(bars, make_decisions(7, **side), FREE).trades
    assert (trade.exit_bar, trade.exit_price, trade.exit_reason) == (
        5, level(106, short), "trailing",
    )  # fmt: skip


@SIDES
@pytest.mark.parametrize("bars_held", [1, 2, 3])
def test_time_bars_leave_at_the_open_after_so_many(bars_held: int, short: bool) -> None:
    """The fill bar is the first one; out at the open of the bar after the last."""
    (part,) = parts(run([F] * 6, short, time_bars=bars_held))
    assert (part[0], part[3]) == (3 + bars_held, "time")


@SIDES
def test_a_regime_that_is_over_is_left_at_the_next_open(short: bool) -> None:
    """Reason `regime`; a signal at the same close is named first."""
    over = np.arange(8) == 4
    assert parts(run([F] * 5, short, regime_end=over))[0][0::3] == (5, "regime")
    assert parts(run([F] * 5, short, regime_end=over, leave=[4]))[0][3] == "signal"


def test_after_a_part_is_closed_ruin_lies_further_away() -> None:
    """A short that has taken profit on half of it is ruined later, not where it once was."""
    rows = [F, F, F, F, (100, 101, 79, 80), (80, 215, 79, 100), F]
    target = TargetDecisions(level=np.full(7, 80.0), fraction=0.5)
    rule = {"enter": [2], "targets": (target,)}
    result = simulate(make_bars(rows), make_decisions(7, short=rule, sizing=ALL_IN), FREE)
    assert [trade.exit_reason for trade in result.trades] == ["target", "open"]
    whole = simulate(make_bars(rows), make_decisions(7, short={"enter": [2]}, sizing=ALL_IN), FREE)
    assert [trade.exit_reason for trade in whole.trades] == ["ruin"]


def test_a_gap_through_stop_and_account_ends_the_run() -> None:
    """Out at the open with a debt: flat for good, whatever is decided later."""
    rows = [F, F, F, F, (250, 260, 240, 250), F, F]
    rule = {"enter": [2, 4, 5], "stop": 160.0}
    sizing = Sizing(kind="fixed_notional", value=10_000.0)
    result = simulate(make_bars(rows), make_decisions(7, short=rule, sizing=sizing), FREE)
    assert [t.exit_price for t in result.trades] == [250.0]
    assert (result.equity[-1], result.pending, result.orders_dropped) == (-5_000.0, (), 0)

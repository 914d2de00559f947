"""Several instruments on one account: order of fills, shared cash, bars of their own, ruin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate, simulate_panel
from engine.data.bars import Bars
from engine.data.panel import panel_of
from engine.language.decisions import Decisions
from engine.language.spec import Sizing
from engine.market import Timeframe
from tests.random_runs import program
from tests.rules import ALL_IN, FREE, UNITS, Bar, F, make_bars, make_decisions, mirrored

DAY = Timeframe.D1.seconds * 1000
WEEK = (4, 5, 6, 7, 8, 11, 12, 13, 14, 15)
"""Trading days from Monday 1970-01-05 on."""


def together(bars: list[Bars], each: list[Decisions]) -> BacktestResult:
    """All of them on one account, without costs."""
    return simulate_panel(panel_of(bars), each, FREE)


def market(symbol: str, rows: list[Bar], **more: Any) -> Bars:  # noqa: ANN401 - passed on as it is
    """Bars of one symbol."""
    return make_bars(rows, symbol=symbol, **more)


@pytest.mark.parametrize("seller_first", [False, True])
def test_exits_come_before_entries(seller_first: bool) -> None:
    """The whole account moves from one instrument to the other at one open."""
    out = (
        market("OUT", [F] * 6),
        make_decisions(6, long={"enter": [1], "leave": [3]}, sizing=ALL_IN),
    )
    into = (market("IN", [F] * 6), make_decisions(6, long={"enter": [3]}, sizing=ALL_IN))
    pairs = [out, into] if seller_first else [into, out]
    result = together([bars for bars, _ in pairs], [decisions for _, decisions in pairs])
    assert {(t.symbol, t.entry_bar, t.quantity) for t in result.trades} == {
        ("OUT", 2, 100.0), ("IN", 4, 100.0),
    }  # fmt: skip
    assert result.orders_cut == 0


def test_cash_is_shared_in_order() -> None:
    """Sixty percent each: the first gets it, the second is cut to what is left, and counted."""
    sizing = Sizing(kind="fixed_fraction", value=0.6)
    one = make_decisions(5, long={"enter": [1]}, sizing=sizing)
    result = together([market("A", [F] * 5), market("B", [F] * 5)], [one, one])
    assert [(t.symbol, t.quantity) for t in result.trades] == [("A", 60.0), ("B", 40.0)]
    assert result.orders_cut == 1


def test_leverage_lets_the_gross_value_grow() -> None:
    """Twice the equity over all positions, each within its own cap."""
    limits = {"max_leverage": 2.0}
    one = make_decisions(5, long={"enter": [1]}, sizing=ALL_IN, limits=limits)
    result = together([market(name, [F] * 5) for name in "ABC"], [one] * 3)
    assert [t.quantity for t in result.trades] == [100.0, 100.0]
    assert result.drops == (("QUANTITY_TOO_SMALL", 1),)


def test_equity_and_position_are_those_of_all() -> None:
    """One row of units per instrument; the account is worth cash and all values."""
    up = [F, F, F, (100, 103, 99, 102), F]
    one = make_decisions(5, long={"enter": [1]}, short={})
    other = make_decisions(5, long={}, short={"enter": [1]})
    result = together([market("A", up), market("B", [F] * 5)], [one, other])
    assert result.position.shape == (2, 5)
    assert [row.tolist() for row in result.position] == [[0, 0, 10, 10, 10], [0, 0, -10, -10, -10]]
    assert result.equity.tolist() == [10_000, 10_000, 10_000, 10_020, 10_000]
    assert result.exposure[3] == pytest.approx(20 / 10_020)


def _stocks(symbol: str, rows: list[Bar], days: tuple[int, ...] = WEEK) -> Bars:
    return make_bars(
        rows, symbol=symbol, kind="equity", calendar="XNYS", times=[day * DAY for day in days]
    )


RULES: dict[str, dict[str, Any]] = {
    "market": {"enter": [4], "leave": [6]},
    "exit": {"enter": [1], "leave": [4]},
    "stop order": {"enter": [4], "order": "stop", "price": 100.4, "valid_bars": 1, "leave": [6]},
    "close order": {"enter": [4], "order": "market_on_close", "leave": [6]},
    "time": {"enter": [3], "time_bars": 3},
    "stop": {"enter": [3, 5], "stop": 99.0},
    "cooldown": {"enter": [1, 4, 5], "leave": [3]},
}


@pytest.mark.parametrize("name", sorted(RULES))
@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
def test_a_stock_beside_a_coin_trades_on_its_own_bars(name: str, short: bool) -> None:
    """Weekend bars of another market change nothing: orders wait, holding and life stand still."""
    rows: list[Bar] = [F] * 7 + [(100, 100.5, 98.5, 99)] + [F] * 2
    rule = dict(RULES[name])
    if short:
        rows = mirrored(rows)
        rule |= {key: 200 - rule[key] for key in ("price", "stop") if key in rule}
    side = {"short" if short else "long": rule}
    stock, decisions = _stocks("SPY", rows), make_decisions(10, **side, cooldown=1)
    alone = simulate(stock, decisions, FREE)
    coin = make_bars([F] * 14, symbol="COIN", start_ms=4 * DAY)
    quiet = make_decisions(14, **{name: {**given, "enter": []} for name, given in side.items()})
    both = together([coin, stock], [quiet, decisions])
    times = panel_of([coin, stock]).time

    def facts(result: BacktestResult, stamps: np.ndarray) -> list[tuple[Any, ...]]:
        return [
            (stamps[t.entry_bar], stamps[t.exit_bar], t.entry_price, t.exit_price, t.exit_reason)
            for t in result.closed
        ]

    assert facts(both, times) == facts(alone, stock.time)
    assert facts(alone, stock.time)
    assert both.drops == alone.drops


def test_lags_of_trade_state_count_own_bars() -> None:
    """Four bars ago is four bars of the stock, whatever trades on the weekend between them."""
    stock = _stocks("SPY", [F] * 10)
    rule = {"enter": [2], "exit_program": program("bars_held[3] == 1", stock)}
    alone = simulate(stock, make_decisions(10, long=rule), FREE)
    coin = make_bars([F] * 14, symbol="COIN", start_ms=4 * DAY)
    quiet = {"exit_program": program("bars_held[3] == 1", coin)}
    both = together([coin, stock], [make_decisions(14, long=quiet), make_decisions(10, long=rule)])
    times = panel_of([coin, stock]).time
    left = [int(stock.time[trade.exit_bar]) for trade in alone.closed]
    assert left == [int(stock.time[7])]
    assert [int(times[trade.exit_bar]) for trade in both.closed] == left


def test_a_bar_that_should_be_there_drops_market_orders() -> None:
    """A halt on a trading day: the order for it is dropped and counted, a weekend is waited for."""
    stock = _stocks("SPY", [F] * 10)
    other = _stocks("QQQ", [F] * 9, tuple(day for day in WEEK if day != 8))
    friday = make_decisions(9, long={"enter": [3]})
    monday = make_decisions(10, long={"enter": [4]})
    result = together([stock, other], [monday, friday])
    assert [(t.symbol, t.entry_bar) for t in result.trades] == [("SPY", 5)]
    assert result.drops == (("BAR_ABSENT", 1),)


def test_nothing_is_decided_where_an_instrument_has_no_bar() -> None:
    """Its exit by holding time counts own bars; a missing day neither counts nor decides."""
    stock = _stocks("SPY", [F] * 10)
    other = _stocks("QQQ", [F] * 9, tuple(day for day in WEEK if day != 8))
    quiet = make_decisions(10, long={"time_bars": 3})
    result = together(
        [stock, other], [quiet, make_decisions(9, long={"enter": [0], "time_bars": 4})]
    )
    (trade,) = result.closed
    assert (trade.entry_bar, trade.exit_bar) == (1, 6)


def test_a_position_without_a_bar_is_marked_at_its_last_close() -> None:
    """Equity between its bars stands still; after its last bar the trade stays open."""
    rows = [F, F, (100, 103, 99, 102)]
    short_life = market("A", rows)
    result = together(
        [short_life, market("B", [F] * 6)],
        [make_decisions(3, long={"enter": [0]}), make_decisions(6, long={})],
    )
    assert result.equity.tolist() == [10_000, 10_000, *[10_020] * 4]
    assert [(t.exit_bar, t.exit_price, t.exit_reason) for t in result.trades] == [
        (5, 102.0, "open")
    ]


def test_a_late_instrument_starts_with_its_first_bar() -> None:
    """Nothing is held or marked before it."""
    late = market("A", [F] * 4, start_ms=3 * DAY)
    result = together(
        [late, market("B", [F] * 7)],
        [make_decisions(4, long={"enter": [0]}), make_decisions(7, long={})],
    )
    assert [t.entry_bar for t in result.trades] == [4]


def test_several_positions_are_ruined_where_the_account_is_worth_nothing() -> None:
    """Two shorts of the whole account rise together: both are closed where nothing is left."""
    rows = [F, F, F, (100, 250, 90, 120), F, F]
    sizing = Sizing(kind="fixed_fraction", value=0.5)
    one = make_decisions(6, short={"enter": [1, 4]}, sizing=sizing)
    result = together([market("A", rows), market("B", rows)], [one, one])
    assert [(t.exit_bar, t.exit_price, t.exit_reason) for t in result.trades] == [
        (3, 200.0, "ruin"), (3, 200.0, "ruin"),
    ]  # fmt: skip
    assert result.equity[3:].tolist() == [0.0, 0.0, 0.0]
    assert result.pending == ()


def test_a_hedged_account_is_not_ruined_by_one_side() -> None:
    """What one leg loses the other may hold: only the whole account counts."""
    rows = [F, F, F, (100, 150, 100, 150), (150, 151, 149, 150)]
    sizing = Sizing(kind="fixed_fraction", value=0.5)
    long = make_decisions(5, long={"enter": [1]}, short={}, sizing=sizing)
    short = make_decisions(5, long={}, short={"enter": [1]}, sizing=sizing)
    result = together([market("A", rows), market("B", rows)], [long, short])
    assert {t.exit_reason for t in result.trades} == {"open"}


def test_a_gap_of_the_opens_beyond_ruin_leaves_a_debt() -> None:
    """The opens are the prices: what lies beyond the account is shown."""
    rows = [F, F, F, (250, 260, 240, 250), F]
    sizing = Sizing(kind="fixed_fraction", value=0.5)
    one = make_decisions(5, short={"enter": [1]}, sizing=sizing)
    result = together([market("A", rows), market("B", rows)], [one, one])
    assert [t.exit_price for t in result.trades] == [250.0, 250.0]
    assert result.equity[-1] == -5_000.0


def test_pending_orders_carry_their_symbol() -> None:
    """What was decided at the last close is listed per instrument."""
    each = [
        make_decisions(4, long={"enter": [1], "leave": [3]}),
        make_decisions(4, long={"enter": [3]}),
    ]
    result = together([market("A", [F] * 4), market("B", [F] * 4)], each)
    assert result.pending == ("exit A", "enter_long B")


def test_thousands_of_trades_fit() -> None:
    """The log grows: in and out of three instruments at every other bar."""
    n = 3_000
    rule = {"enter": list(range(0, n, 2)), "leave": list(range(1, n, 2))}
    one = make_decisions(n, long=rule, sizing=UNITS)
    result = together([market(name, [F] * n) for name in "ABC"], [one] * 3)
    assert len(result.closed) == 3 * (n // 2 - 1)
    assert result.equity[-1] == 10_000.0
    alone = simulate(market("A", [F] * n), one, FREE)
    assert len(alone.closed) == n // 2 - 1 > 1_024
    assert all(t.entry_bar + 1 == t.exit_bar for t in alone.closed)


# Ranked weights


def ranked(weights: list[float], **parts: Any) -> Decisions:  # noqa: ANN401 - passed on as it is
    """Weights that are orders, decided where they are not missing."""
    n = len(weights)
    return make_decisions(
        n, long={}, short={}, weight=np.array(weights), resize=~np.isnan(np.array(weights)),
        ranked=True, **parts,
    )  # fmt: skip


NAN = float("nan")


def test_ranked_weights_are_entered_resized_turned_and_left() -> None:
    """A share of equity at the open after the close that ranks, whatever the sizing says."""
    each = [
        ranked([NAN, 0.5, NAN, 0.25, NAN, -0.25, NAN, 0.0, NAN, NAN]),
        ranked([NAN, 0.5, NAN, 0.75, NAN, 0.5, NAN, 1.0, NAN, NAN]),
    ]
    result = together([market("A", [F] * 10), market("B", [F] * 10)], each)
    assert result.position[0].tolist() == pytest.approx([0, 0, 50, 50, 25, 25, -25, -25, 0, 0])
    assert result.position[1].tolist() == pytest.approx([0, 0, 50, 50, 75, 75, 50, 50, 100, 100])
    assert {t.exit_reason for t in result.closed} == {"rebalance"}


def test_a_ranked_instrument_in_its_cooldown_is_not_entered() -> None:
    """The cool-down holds for ranks as for rules."""
    weights = [NAN, 0.5, NAN, 0.0, NAN, 0.5, NAN, 0.5, NAN, NAN]
    for cooldown, held in ((0, [50, 50, 50, 50]), (2, [0, 0, 50, 50])):
        limits = {"cooldown_bars": cooldown}
        result = together(
            [market("A", [F] * 10), market("B", [F] * 10)],
            [ranked(weights, limits=limits), ranked([NAN] * 10, limits=limits)],
        )
        assert result.position[0, 6:].tolist() == held

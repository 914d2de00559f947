"""Pairs: both legs or none, held at the hedge ratio of the decision, tested at closes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from engine.backtest.pairs import simulate_pair
from engine.backtest.result import BacktestResult
from engine.data.panel import Panel, panel_of
from engine.errors import InputError
from engine.language.spec import StrategySpec, read_spec
from tests.rules import FREE, Bar, make_bars, make_decisions

EQUITY = 10_000.0


def spec(**parts: Any) -> StrategySpec:  # noqa: ANN401 - JSON parts
    """A pair of equal notional, a fifth of the account gross."""
    document = {
        "spec_version": "1", "name": "pair", "family": "pairs", "timeframe": "1d",
        "universe": {"symbols": ["Y", "X"]}, "pair": {"y": "Y", "x": "X", "hedge": "one"},
        "rules": [{"id": "long", "side": "long", "entry": "spread > 0"}],
        "sizing": {"kind": "fixed_fraction", "value": 0.2, "max_position_frac": 1.0},
    }  # fmt: skip
    return read_spec(json.dumps(document | parts))


def flat(price: float, n: int) -> list[Bar]:
    """Bars that do not move."""
    return [(price, price, price, price)] * n


def panel(y: Sequence[Bar], x: Sequence[Bar], *, shorts: bool = True) -> Panel:
    """Both legs on one timeline."""
    return panel_of(
        [
            make_bars(rows, symbol=symbol, shorts=shorts, quantity_step="0.01")
            for symbol, rows in (("Y", y), ("X", x))
        ]
    )


def run(market: Panel, wanted: StrategySpec | None = None, **decisions: Any) -> BacktestResult:  # noqa: ANN401 - sides
    """One pair run without costs; a hedge ratio of one throughout."""
    n = len(market.each[0])
    return simulate_pair(
        market, wanted or spec(), make_decisions(n, **decisions), np.ones(n), FREE,
        start_equity=EQUITY,
    )  # fmt: skip


@pytest.mark.parametrize(("side", "sign"), [("long", 1), ("short", -1)])
def test_both_legs_fill_at_the_next_open_and_leave_together(side: str, sign: int) -> None:
    """Y at 100 and X at 50: equal notional, so two X for one Y, on opposite sides."""
    y = [*flat(100, 2), (100, 110, 100, 110), *flat(110, 2)]
    result = run(panel(y, flat(50, 5)), **{side: {"enter": [0], "leave": [2]}})
    first, second = result.trades
    assert (first.symbol, second.symbol) == ("Y", "X")
    assert (first.entry_bar, first.exit_bar, second.exit_bar) == (1, 3, 3)
    assert (first.quantity, second.quantity) == (10.0, 20.0)
    assert first.side == side
    assert second.side != side
    assert first.pnl == pytest.approx(sign * 100.0)
    assert result.equity[-1] == pytest.approx(EQUITY + sign * 100.0)
    assert result.equity[-1] - EQUITY == pytest.approx(sum(t.pnl for t in result.trades))


def test_an_open_pair_is_marked_and_listed() -> None:
    """Nothing says leave: both legs are open at the last close and in the equity."""
    y = [*flat(100, 3), (100, 105, 100, 105)]
    result = run(panel(y, flat(50, 4)), long={"enter": [0]})
    assert [trade.exit_reason for trade in result.trades] == ["open", "open"]
    assert result.equity[-1] == pytest.approx(EQUITY + 50.0)


def test_a_bar_that_one_leg_lacks_fills_neither() -> None:
    """Both or none: the order is dropped and counted; the next one is done."""
    x = [*flat(50, 1), (50, 50, 50, 50, 0.0), *flat(50, 3)]
    result = run(panel(flat(100, 5), x), long={"enter": [0, 2]})
    assert dict(result.drops) == {"BAR_ABSENT": 1}
    assert {trade.entry_bar for trade in result.trades} == {3}


@pytest.mark.parametrize(
    ("stop", "close"),
    [
        ({"kind": "pct", "value": 0.05}, 90.0),
        ({"kind": "max_loss_equity", "value": 0.01}, 90.0),
    ],
)
def test_a_loss_at_a_close_leaves_at_the_next_open(stop: dict[str, Any], close: float) -> None:
    """A tenth off Y costs 100: five percent of the gross value, one of the account; less holds."""
    stopped = spec(stops=[stop])
    held = [*flat(100, 2), (100, 100, close + 1, close + 1), *flat(close + 1, 3)]
    hit = [*flat(100, 2), (100, 100, close, close), *flat(close, 3)]
    kept = run(panel(held, flat(50, 6)), stopped, long={"enter": [0]})
    assert {trade.exit_reason for trade in kept.trades} == {"open"}
    left = run(panel(hit, flat(50, 6)), stopped, long={"enter": [0]})
    assert {(trade.exit_reason, trade.exit_bar) for trade in left.trades} == {("stop", 3)}


def test_after_an_exit_the_close_of_that_bar_may_decide_again() -> None:
    """Without a cool-down as in the bar loop; one bar of it lets the next close pass too."""
    again = {"enter": [0, 2, 3, 4], "leave": [1]}
    for cooldown, entry in ((0, 3), (1, 5)):
        result = run(panel(flat(100, 7), flat(50, 7)), long=again, cooldown=cooldown)
        assert sorted({trade.entry_bar for trade in result.trades}) == [1, entry]


def test_the_other_side_turns_both_legs() -> None:
    """An entry of the other side closes and opens at one open."""
    result = run(panel(flat(100, 6), flat(50, 6)), long={"enter": [0]}, short={"enter": [2]})
    assert [(t.symbol, t.side, t.exit_reason) for t in result.trades] == [
        ("Y", "long", "reverse"), ("X", "short", "reverse"),
        ("Y", "short", "open"), ("X", "long", "open"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "part",
    [
        {"stops": [{"kind": "atr", "value": 2, "period": 14}]},
        {"targets": [{"kind": "r_multiple", "value": 2}]},
        {"sizing": {"kind": "equal_weight"}},
    ],
)
def test_what_a_pair_cannot_use_is_refused(part: dict[str, Any]) -> None:
    """PAIR_PART names it; a percentage stop goes through."""
    market = panel(flat(100, 4), flat(50, 4))
    with pytest.raises(InputError) as caught:
        run(market, spec(**part), long={"enter": [0]})
    assert caught.value.code == "PAIR_PART"
    assert run(market, spec(stops=[{"kind": "pct", "value": 0.1}]), long={"enter": [0]}).trades


def test_a_leg_without_bars_or_without_shorts_is_refused() -> None:
    """PAIR_LEG_MISSING and SHORT_NOT_POSSIBLE; with both there the pair trades."""
    only = panel_of([make_bars(flat(100, 4), symbol="Y")])
    with pytest.raises(InputError) as caught:
        run(only, long={"enter": [0]})
    assert caught.value.code == "PAIR_LEG_MISSING"
    with pytest.raises(InputError) as caught:
        run(panel(flat(100, 4), flat(50, 4), shorts=False), long={"enter": [0]})
    assert caught.value.code == "SHORT_NOT_POSSIBLE"
    assert run(panel(flat(100, 4), flat(50, 4)), long={"enter": [0]}).trades

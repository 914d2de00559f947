"""The second engine comes to the same trades, or says why not."""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.oracle_messages import packed, unpacked, unpacked_times
from engine.backtest.referee import RefereeAnswer, cross_check
from engine.backtest.result import BacktestResult, log_of
from engine.backtest.simulator import simulate
from engine.data.bars import Bars, FloatArray, bars_of
from engine.language.decisions import (
    Decisions,
    HoursDecisions,
    LimitDecisions,
    RuleDecisions,
    TargetDecisions,
)
from engine.language.spec import Sizing
from engine.market import Instrument, Timeframe

BarsFrom = Callable[..., Bars]
Decide = Callable[..., Decisions]
F = (100.0, 100.5, 99.5, 100.0)
HALF = Sizing(kind="fixed_fraction", value=0.5)
COSTS = CostModel(taker_fee_bps=10, spread_bps=4, slippage_bps=3)
OTHER = json.dumps({"trades": [], "open": [], "request": "0" * 64, "digest": "0" * 64})


@pytest.fixture(scope="module")
def goog() -> Bars:
    """The daily sample that ships beside the second engine, read without importing it."""
    spec = importlib.util.find_spec("backtesting")
    assert spec is not None
    assert spec.origin is not None
    with (Path(spec.origin).parent / "test" / "GOOG.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    times = [
        int(datetime.fromisoformat(f"{row[0]}T00:00+00:00").timestamp() * 1000) for row in rows
    ]
    columns = [[float(row[i]) for row in rows] for i in range(1, 6)]
    stock = Instrument.model_validate(
        {
            "symbol": "GOOG", "kind": "equity", "base": "GOOG", "quote": "USD",
            "quantity_step": "1", "min_quantity": "1", "calendar": "XNYS", "shorts_allowed": True,
        }
    )  # fmt: skip
    return bars_of(stock, Timeframe.D1, times, *columns)


def _sma(values: FloatArray, n: int) -> FloatArray:
    total = np.cumsum(np.concatenate(([0.0], values)))
    return np.concatenate((np.full(n - 1, np.nan), (total[n:] - total[:-n]) / n))


def _atr(bars: Bars, n: int) -> FloatArray:
    """Plain mean of the true range: a distance to put stops at, not the language's ATR."""
    true_range = np.maximum(bars.high[1:], bars.close[:-1]) - np.minimum(
        bars.low[1:], bars.close[:-1]
    )
    return np.concatenate(([np.nan], _sma(true_range, n)))


def _cross(
    bars: Bars,
    *,
    stop: float = np.nan,
    target: float = np.nan,
    trail: float = np.nan,
    **more: float,
) -> tuple[RuleDecisions, RuleDecisions]:
    """Long above, short below: SMA 10 over 30; levels in units of ATR."""
    fast, slow, atr, close = _sma(bars.close, 10), _sma(bars.close, 30), _atr(bars, 14), bars.close
    above, below = fast > slow, fast < slow
    up = np.concatenate(([False], above[1:] & ~above[:-1]))
    down = np.concatenate(([False], below[1:] & ~below[:-1]))
    sides = []
    for name, sign, enter, leave in (("up", 1, up, down), ("down", -1, down, up)):
        aims = () if np.isnan(target) else (TargetDecisions(level=close + sign * target * atr),)
        sides.append(
            RuleDecisions(
                name, sign, enter, leave, close - sign * stop * atr, close - sign * trail * atr,
                aims, **more,  # type: ignore[arg-type]  # numbers of the record by name
            )
        )  # fmt: skip
    return sides[0], sides[1]


@pytest.mark.parametrize(
    ("levels", "reasons"),
    [
        ({}, {"signal", "open"}),
        ({"stop": 1.5}, {"signal", "stop"}),
        ({"trail": 2.0}, {"trailing"}),
        ({"stop": 1.0, "target": 1.5}, {"stop", "target"}),
        ({"trailing_fraction": 0.06, "stop": 2.0}, {"signal", "stop", "trailing"}),
        ({"stop": 2.0, "breakeven_r": 0.5}, {"signal", "stop"}),
    ],
    ids=["sma cross", "atr stop", "trailing", "bracket", "trailing fraction", "breakeven"],
)
def test_the_same_trades_on_goog(levels: dict[str, float], reasons: set[str], goog: Bars) -> None:
    """Long and short, whole shares: every trade of nine years is the same in both engines."""
    long, short = _cross(goog, **levels)
    decisions = Decisions(30, HALF, (long, short))
    result = simulate(goog, decisions, COSTS, start_equity=100_000.0)
    assert reasons <= {trade.exit_reason for trade in result.trades}
    answer = cross_check(goog, decisions, result, COSTS)
    assert answer.differences == ()
    assert answer.agrees
    assert answer.compared == len(result.trades) > 60


def test_the_same_trades_with_risk_sizing_time_exits_and_cooldown(goog: Bars) -> None:
    """Fractional shares count in steps; time exits and cooldown mean the same on both sides."""
    long, short = _cross(goog, stop=2.0, trail=3.0)
    decisions = Decisions(
        30,
        Sizing(kind="risk_per_trade", value=0.01, max_position_frac=0.5),
        (
            replace(long, time_bars=9, enter=_sma(goog.close, 10) > _sma(goog.close, 30)),
            short,
        ),
        limits=LimitDecisions(cooldown_bars=3),
    )
    stock = goog.instrument.model_dump() | {"quantity_step": "0.001", "min_quantity": "0.001"}
    bars = replace(goog, instrument=Instrument.model_validate(stock))
    result = simulate(bars, decisions, COSTS)
    assert {"time", "trailing"} <= {trade.exit_reason for trade in result.trades}
    assert cross_check(bars, decisions, result, COSTS).agrees


def _bracket(
    bars_from: BarsFrom, decide: Decide
) -> tuple[Bars, Decisions, CostModel, BacktestResult]:
    rows = [F, F, F, F, (100, 105, 99, 104), F, F, F, (106, 107, 94, 95), F]
    bars = bars_from(rows)
    decisions = decide(10, long={"enter": [2, 6], "stop": 95.0, "target": 105.0})
    touch = CostModel(limit_fill="touch")
    return bars, decisions, touch, simulate(bars, decisions, touch)


def test_a_changed_price_is_found(bars_from: BarsFrom, decide: Decide) -> None:
    """ENGINE_DISAGREES with both rows; the untouched run agrees, its one known difference too."""
    bars, decisions, costs, result = _bracket(bars_from, decide)
    assert [trade.exit_reason for trade in result.trades] == ["target", "target"]
    assert cross_check(bars, decisions, result, costs).agrees
    first = replace(result.trades[0], exit_price=105.001)
    answer = cross_check(
        bars, decisions, replace(result, log=log_of((first, result.trades[1]))), costs
    )
    assert (answer.agrees, answer.code) == (False, "ENGINE_DISAGREES")
    (difference,) = answer.differences
    assert difference.ours is not None
    assert difference.theirs is not None
    assert (difference.ours.exit_price, difference.theirs.exit_price) == (105.001, 105.0)


def test_a_missing_trade_is_found(bars_from: BarsFrom, decide: Decide) -> None:
    """A trade that only one engine has is a difference with an empty side."""
    bars, decisions, costs, result = _bracket(bars_from, decide)
    answer = cross_check(bars, decisions, replace(result, log=log_of(result.trades[:1])), costs)
    assert answer.code == "ENGINE_DISAGREES"
    assert [difference.ours for difference in answer.differences] == [None]


def test_a_run_on_through_is_compared_on_touch(bars_from: BarsFrom, decide: Decide) -> None:
    """The other engine fills limits on touch, so ours is repeated that way."""
    bars, decisions, _, _ = _bracket(bars_from, decide)
    through = CostModel()
    result = simulate(bars, decisions, through)
    assert result.trades[0].exit_bar != 4
    assert cross_check(bars, decisions, result, through).agrees


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import time; time.sleep(60)", "no answer within"),
        ("raise SystemExit(3)", "ended with code 3"),
        ("print('not json')", "cannot be read: JSON_INVALID"),
        ("print('{}')", "cannot be read: RECORD_INVALID"),
        (f"print('{OTHER}')", "another question"),
    ],
    ids=["silent", "dead", "garbage", "empty", "other question"],
)
def test_no_answer_is_an_answer(
    script: str, words: str, bars_from: BarsFrom, decide: Decide
) -> None:
    """ENGINE_DID_NOT_RUN with one sentence, whatever goes wrong in the worker."""
    bars, decisions, costs, result = _bracket(bars_from, decide)
    worker = (sys.executable, "-c", script)
    seconds = 0.3 if "sleep" in script else 60.0
    answer = cross_check(bars, decisions, result, costs, worker=worker, seconds=seconds)
    assert (answer.agrees, answer.code) == (False, "ENGINE_DID_NOT_RUN")
    assert words in answer.message


def test_a_worker_that_cannot_start_is_named(bars_from: BarsFrom, decide: Decide) -> None:
    """A missing interpreter is no exception but an answer."""
    bars, decisions, costs, result = _bracket(bars_from, decide)
    answer = cross_check(bars, decisions, result, costs, worker=("/nonexistent/python",))
    assert answer.code == "ENGINE_DID_NOT_RUN"


def _code(bars: Bars, decisions: Decisions, costs: CostModel) -> RefereeAnswer:
    return cross_check(bars, decisions, simulate(bars, decisions, costs), costs, worker=("/none",))


def test_what_the_other_engine_cannot_express_is_not_compared(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """ENGINE_NOT_COMPARABLE: orders in absent bars, ruin, orders too small for the account."""
    absent = _code(bars_from([F, F, F, (*F, 0.0), F]), decide(5, long={"enter": [2]}), free)
    held = _code(bars_from([F, F, F, F, (*F, 0.0), F]), decide(6, long={"enter": [2]}), free)
    all_in = Sizing(kind="fixed_fraction", value=1.0)
    ruined = _code(
        bars_from([F, F, F, F, (150, 210, 120, 130)]),
        decide(5, short={"enter": [2]}, sizing=all_in),
        free,
    )
    small = _code(
        bars_from([F] * 5, quantity_step="1000", min_quantity="1000"),
        decide(5, long={"enter": [2]}),
        free,
    )
    assert {answer.code for answer in (absent, held, ruined, small)} == {"ENGINE_NOT_COMPARABLE"}
    assert len({answer.message for answer in (absent, ruined, small)}) == 3


FORMS: dict[str, tuple[str, Callable[[RuleDecisions], RuleDecisions]]] = {
    "close": ("orders at the close", lambda r: replace(r, order="market_on_close")),
    "bars": ("several bars", lambda r: replace(r, order="stop", price=r.stop, valid_bars=2)),
    "beside": ("beside protective orders", lambda r: replace(r, order="limit", price=r.stop)),
    "parts": ("several or moving targets", lambda r: replace(
        r, targets=(TargetDecisions(multiple=1.0, fraction=0.5),))),
    "loss": ("loss of equity", lambda r: replace(r, max_loss_fraction=0.01)),
    "last": ("the last trade", lambda r: replace(r, enter_won=r.enter)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_without_words_over_there_is_named(
    name: str, bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """ENGINE_NOT_COMPARABLE with a sentence that says which part it is; the plain form is asked."""
    words, change = FORMS[name]
    bars = bars_from([F] * 6)
    decisions = decide(6, long={"enter": [2], "stop": 95.0})
    changed = replace(decisions, rules=(change(decisions.rules[0]),))
    answer = _code(bars, changed, free)
    assert answer.code == "ENGINE_NOT_COMPARABLE"
    assert words in answer.message
    assert _code(bars, decisions, free).code == "ENGINE_DID_NOT_RUN"


@pytest.mark.parametrize("order", ["stop", "limit"])
def test_entries_at_a_price_are_the_same_on_goog(order: str, goog: Bars) -> None:
    """Stop and limit entries without protective orders, reversals on their way included."""
    long, short = _cross(goog)
    price = goog.close * (1.005 if order == "stop" else 0.995)
    rules = (replace(long, order=order, price=price, exit=np.zeros(len(goog), dtype=bool)), short)
    decisions = Decisions(30, HALF, rules)
    result = simulate(goog, decisions, COSTS, start_equity=100_000.0)
    assert "reverse" in {trade.exit_reason for trade in result.trades}
    answer = cross_check(goog, decisions, result, COSTS)
    assert answer.differences == ()
    assert answer.agrees, answer.message
    assert answer.compared > 20


def test_several_orders_in_one_bar_are_not_compared(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """Two entry orders that work in the same bar: the other engine would fill both."""
    decisions = decide(6, long={"enter": [2]}, short={"enter": [2]})
    rules = tuple(replace(r, order="stop", price=np.full(6, 100.0)) for r in decisions.rules)
    answer = _code(bars_from([F] * 6), replace(decisions, rules=rules), free)
    assert answer.code == "ENGINE_NOT_COMPARABLE"
    assert "several entry orders" in answer.message


def test_limits_and_hours_that_acted_are_told_to_the_other_engine(goog: Bars) -> None:
    """Drawdown, daily loss and hours end and forbid trades on both sides alike."""
    long, short = _cross(goog, stop=1.5)
    never = np.zeros(len(goog), dtype=np.bool_)
    closed, flat = never.copy(), never.copy()
    closed[::3] = flat[::50] = True
    plain = Decisions(30, HALF, (long, short))
    for decisions, drop, reason in (
        (replace(plain, limits=LimitDecisions(max_drawdown=0.03)), None, "drawdown"),
        (
            replace(
                plain, hours=HoursDecisions(new_day=~never),
                limits=LimitDecisions(max_daily_loss=0.002),
            ),
            "DAILY_LOSS", None,
        ),
        (replace(plain, hours=HoursDecisions(closed=closed | flat, flat=flat)),
         "OUTSIDE_HOURS", "exit_time"),
    ):  # fmt: skip
        result = simulate(goog, decisions, COSTS, start_equity=100_000.0)
        assert drop is None or drop in dict(result.drops)
        assert reason is None or reason in {trade.exit_reason for trade in result.trades}
        answer = cross_check(goog, decisions, result, COSTS)
        assert answer.differences == ()
        assert answer.agrees, answer.message


def test_a_count_of_trades_that_acted_is_not_compared(
    bars_from: BarsFrom, decide: Decide, free: CostModel
) -> None:
    """A limit that dropped an order is named; one that never did does not matter."""
    decisions = decide(9, long={"enter": [2, 4, 6], "leave": [3, 5]})
    first = np.zeros(9, dtype=np.bool_)
    hours = HoursDecisions(new_day=first)
    for most, code in ((1, "ENGINE_NOT_COMPARABLE"), (9, "ENGINE_DID_NOT_RUN")):
        limited = replace(decisions, hours=hours, limits=LimitDecisions(max_trades_per_day=most))
        assert _code(bars_from([F] * 9), limited, free).code == code


def test_varying_costs_are_taken_out_bar_by_bar(goog: Bars) -> None:
    """Slippage by range differs at each bar: the prices on the tape are compared all the same."""
    costs = CostModel(slippage_range=0.05, taker_fee_bps=1)
    decisions = Decisions(30, HALF, _cross(goog, stop=1.5, breakeven_r=0.5))
    result = simulate(goog, decisions, costs, start_equity=100_000.0)
    answer = cross_check(goog, decisions, result, costs)
    assert answer.differences == ()
    assert answer.agrees, answer.message


def test_columns_travel_bit_for_bit() -> None:
    """Prices come back as they were, NaN included; a column without a level takes no room."""
    values = np.array([0.1, np.nan, 1e-300, 123456.789])
    np.testing.assert_array_equal(unpacked(packed(values), 4), values)
    assert packed(np.full(5, np.nan)) == ""
    assert np.isnan(unpacked("", 5)).all()
    times = np.array([1, 2**53 - 1], dtype=np.int64)
    np.testing.assert_array_equal(unpacked_times(packed(times)), times)


def test_the_referee_itself_does_not_load_the_package() -> None:
    """Only the worker imports it: a process that asks for a cross-check stays free of it."""
    code = "import sys, engine.backtest.referee; print('backtesting' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    assert done.stdout.strip() == "False"

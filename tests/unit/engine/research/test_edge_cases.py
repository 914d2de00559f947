"""Edge cases: every check can fail, the cases follow the spec, honest specs pass them all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.backtest.result import BacktestResult, Trade, log_of
from engine.data.panel import panel_of
from engine.errors import InputError
from engine.language.spec import Stop
from engine.market import Instrument, Timeframe
from engine.research.edge_bars import RANGE, WINDOW, Moment, calm, limit_move, lively, wild_bar
from engine.research.edge_cases import EdgeCase, edge_cases, run_edge_cases
from engine.research.edge_checks import CHECKS, EXPECTATIONS, EdgeRun, Expectation
from engine.research.watching import Watch
from tests.rules import make_bars
from tests.studies_world import (
    always_long,
    crossing,
    instrument_of,
    market_of,
    never,
    rule_of,
    subject_of,
)

BTC = (instrument_of(),)
PANEL = panel_of([make_bars([(100.0, 101.0, 99.0, 100.0)] * 10, symbol="BTC/USDT")])


def trade(**fields: Any) -> Trade:  # noqa: ANN401 - fields of a trade
    """A long of one unit that earned nothing."""
    given: dict[str, Any] = {
        "side": "long", "entry_bar": 3, "exit_bar": 5, "entry_price": 100.0, "exit_price": 100.0,
        "quantity": 1.0, "pnl": 0.0, "fees": 0.0, "stop_price": 95.0, "exit_reason": "signal",
        "mae": 0.0, "mfe": 0.0, "symbol": "BTC/USDT", "rule": "longs",
    }  # fmt: skip
    return Trade(**{**given, **fields})


def run_of(*trades: Trade, **fields: Any) -> EdgeRun:  # noqa: ANN401 - fields of a run
    """A run of ten bars with these trades; the moment is bar 5, the warm-up two bars."""
    result = BacktestResult(
        time=PANEL.time, equity=np.full(10, 1_000.0), position=np.zeros(10), value=np.zeros(10),
        log=log_of(trades), start_equity=1_000.0,
    )  # fmt: skip
    given: dict[str, Any] = {
        "result": result, "panel": PANEL, "again": result, "row": 5, "usual": result, "warmup": 2,
    }  # fmt: skip
    return EdgeRun(**{**given, **fields})


HONEST = run_of(trade())
DRY = make_bars([(100.0, 101.0, 99.0, 100.0, 0.0 if n == 5 else 9.0) for n in range(10)],
                symbol="BTC/USDT")  # fmt: skip
GAP = make_bars([(80.0 if n == 5 else 100.0, 101.0, 79.0, 100.0) for n in range(10)],
                symbol="BTC/USDT")  # fmt: skip
OTHER = replace(HONEST.result, equity=np.full(10, 999.0))

BROKEN: dict[Expectation, EdgeRun] = {
    "equity_finite": run_of(result=replace(HONEST.result, equity=np.full(10, np.nan))),
    "accounts_balance": run_of(trade(pnl=5.0)),
    "one_position_per_rule": run_of(trade(), trade(entry_bar=4, exit_bar=8)),
    "stop_beside_position": run_of(trade(stop_price=float("nan"))),
    "nothing_before_warmup": run_of(trade(entry_bar=1)),
    "no_fill_without_volume": run_of(trade(), panel=panel_of([DRY])),
    "no_gift_at_a_gap": run_of(trade(exit_reason="stop", exit_price=95.0), panel=panel_of([GAP])),
    "stop_before_target": run_of(trade(exit_reason="target")),
    "nothing_traded": run_of(trade()),
    "same_past": run_of(usual=OTHER),
    "same_again": run_of(again=OTHER),
}
TWINS: dict[Expectation, EdgeRun] = {
    "one_position_per_rule": run_of(
        trade(), trade(exit_bar=6), trade(entry_bar=6, exit_bar=8), trade(rule="other"),
    ),  # parts of one position, the next one in the bar of the exit, another rule
    "no_fill_without_volume": run_of(trade(exit_bar=6), panel=panel_of([DRY])),
    "no_gift_at_a_gap": run_of(trade(exit_reason="stop", exit_price=80.0), panel=panel_of([GAP])),
    "stop_before_target": run_of(trade(exit_reason="target", exit_bar=6)),
    "nothing_traded": run_of(),
}  # fmt: skip


@pytest.mark.parametrize("expectation", EXPECTATIONS)
def test_every_check_can_fail_and_has_a_twin(expectation: Expectation) -> None:
    """A forged run breaks the expectation with a sentence, an honest one holds it."""
    assert CHECKS[expectation](BROKEN[expectation])
    assert not CHECKS[expectation](TWINS.get(expectation, HONEST))


def test_cases_follow_the_spec() -> None:
    """Without a stop nothing is gapped through; with stop and target a wild bar tests both."""
    bare = [case.kind for case in edge_cases(never())]
    assert "gap_through_stop" not in bare
    assert "zero_volume" in bare
    full = {case.kind: case for case in edge_cases(crossing())}
    assert "stop_beside_position" in full["last_bar"].expects
    assert "stop_before_target" in full["wild_bar"].expects
    stopped = {case.kind: case for case in edge_cases(crossing(targets=()))}
    assert "stop_before_target" not in stopped["wild_bar"].expects


def test_an_honest_spec_passes_all_of_them() -> None:
    """Stops, targets, gaps, holes: nothing is broken, and something was traded."""
    results = run_edge_cases(crossing(), BTC)
    assert [result.broken for result in results] == [()] * len(results)
    assert all(result.passed for result in results)
    assert sum(result.trades for result in results) > 5


@pytest.mark.parametrize("timeframe", [Timeframe.H1, Timeframe.W1])
def test_other_timeframes_pass_too(timeframe: Timeframe) -> None:
    """Hours and weeks are bars like any other."""
    assert all(each.passed for each in run_edge_cases(crossing(timeframe=timeframe), BTC))


def test_shorts_and_several_markets_pass_too() -> None:
    """The mirror rules on two instruments."""
    symbols = ("BTC/USDT", "ETH/USDT")
    subject = subject_of(
        rule_of("close < sma(close, 20)", "close > sma(close, 20)", side="short"),
        symbols=symbols, stops=(Stop(kind="atr", value=3.0, period=14),),
    )  # fmt: skip
    results = run_edge_cases(subject, [instrument_of(symbol) for symbol in symbols])
    assert [result.broken for result in results] == [()] * len(results)


def test_a_spec_that_never_trades_has_no_moment() -> None:
    """Cases at an entry are skipped and said; the others are run."""
    results = {result.case.kind: result for result in run_edge_cases(never(), BTC)}
    assert results["zero_volume"].skipped == "NO_ENTRY"
    assert not results["zero_volume"].passed
    assert results["first_bar"].passed


def test_a_false_expectation_is_told() -> None:
    """Whoever expects that nothing is traded of a spec that trades gets the sentence."""
    case = EdgeCase(kind="zero_volume", expects=("nothing_traded",), why="It is wrong.")
    result = run_edge_cases(always_long(), BTC, [case])[0]
    assert result.broken[0].startswith("nothing_traded: ")
    assert not result.passed


def test_a_run_that_is_refused_is_told() -> None:
    """Short rules on an instrument that cannot be borrowed fail with the engine's code."""
    subject = subject_of(rule_of("close < sma(close, 20)", "close > sma(close, 20)", side="short"))
    spot = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
    with pytest.raises(InputError) as caught:
        run_edge_cases(subject, [spot])
    assert caught.value.code == "SHORT_NOT_POSSIBLE"


def test_an_instrument_that_is_missing_is_refused() -> None:
    """The code and the known ones; with it the cases run."""
    with pytest.raises(InputError) as caught:
        run_edge_cases(crossing(), [instrument_of("ETH/USDT")])
    assert caught.value.code == "EDGE_INSTRUMENT"
    assert "ETH/USDT" in (caught.value.hint or "")


def test_the_same_cases_have_the_same_results_and_can_be_stopped() -> None:
    """Nothing but the input decides; stopped after two cases there are two."""
    assert run_edge_cases(crossing(), BTC) == run_edge_cases(crossing(), BTC)
    told: list[tuple[int, int]] = []
    watch = Watch(lambda *at: told.append(at), lambda: len(told) >= 2)
    assert len(run_edge_cases(crossing(), BTC, watch=watch)) == 2


def moment_of(side: int = 1) -> Moment:
    """A moment at row 4 of flat bars."""
    return Moment(always_long(), PANEL, 4, 0, side, (float(side),))


def test_a_limit_move_has_no_range() -> None:
    """Five bars of one price each, ten percent further every time; then it stays."""
    for side, first in ((1, 90.0), (-1, 110.0)):
        bars = limit_move(moment_of(side)).each[0]
        assert bars.open[4] == bars.high[4] == bars.low[4] == pytest.approx(first)
        inside = slice(4, 4 + WINDOW)
        assert np.array_equal(bars.high[inside], bars.low[inside])
        assert bars.close[9] == pytest.approx(bars.close[8])


def test_a_wild_bar_holds_both_sides() -> None:
    """It reaches half the price up and down and closes as it did."""
    bars = wild_bar(moment_of()).each[0]
    assert bars.high[4] == pytest.approx(101 * (1 + RANGE))
    assert bars.low[4] == pytest.approx(99 * (1 - RANGE))
    assert bars.close[4] == 100
    assert bars.high[5] == 101


def test_tiny_markets_are_synthetic_and_seeded() -> None:
    """No run on them is a trial; the same seed gives the same bars."""
    first, again = (lively(BTC, Timeframe.D1, 20, 11) for _ in range(2))
    assert first.each[0].origin == "synthetic"
    assert first.each[0].digest == again.each[0].digest
    still = calm(BTC, Timeframe.D1, 20).each[0]
    assert still.close.min() == still.close.max()
    assert still.volume.sum() == 0
    assert market_of(bars=5).each[0].origin == "synthetic"

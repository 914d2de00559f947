"""Tables: every trade once, dropped orders summed, problems of the data said."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from engine.backtest.result import Trade, log_of
from engine.data.bars import Bars
from engine.reports.tables import (
    ReportRun,
    drop_lines,
    note_lines,
    reason_lines,
    slice_lines,
    trade_lines,
    year_lines,
)

RunOn = Callable[[Bars], ReportRun]


@pytest.fixture
def run(run_on: RunOn, wave: Callable[..., Bars]) -> ReportRun:
    """A run over two years."""
    return run_on(wave(730))


def _with(run: ReportRun, *trades: Trade) -> ReportRun:
    return ReportRun(dataclasses.replace(run.result, log=log_of(trades)), run.bars)


def test_a_trade_names_its_symbol_and_rule(run: ReportRun) -> None:
    """Its own when it carries one, else that of the bars; a missing stop is none, not NaN."""
    first = run.result.trades[0]
    named = dataclasses.replace(first, symbol="ETH/USDT", rule="up", stop_price=float("nan"))
    bare = dataclasses.replace(first, symbol="", rule="")
    lines = trade_lines("train", _with(run, named, bare))
    assert (lines[0].symbol, lines[0].rule, lines[0].stop_price) == ("ETH/USDT", "up", None)
    assert (lines[1].symbol, lines[1].rule) == ("BTC/USDT", "")
    assert lines[1].stop_price == pytest.approx(first.stop_price)


def test_reasons_and_slices_count_every_trade(run: ReportRun) -> None:
    """Open trades are a reason, but in no slice."""
    lines = trade_lines("train", run)
    closed = [line for line in lines if line.reason != "open"]
    assert sum(line.trades for line in reason_lines(lines)) == len(lines)
    assert sum(line.trades for line in slice_lines(lines)) == len(closed)
    assert slice_lines([]) == ()


def test_an_open_trade_turns_over_its_entry_alone(run: ReportRun) -> None:
    """Entry and exit when it is closed, the entry when it is open; only closed ones count."""
    first = run.result.trades[0]
    still = dataclasses.replace(first, exit_reason="open")
    (whole, *_), (half, *_) = (year_lines([_with(run, each).result]) for each in (first, still))
    ratio = half.turnover / whole.turnover
    exit_share = first.exit_price / (first.entry_price + first.exit_price)
    assert ratio == pytest.approx(1.0 - exit_share)
    assert (whole.trades, half.trades) == (1, 0)


def test_dropped_orders_of_all_runs_are_summed(run: ReportRun) -> None:
    """By code, in order of their names."""
    one = dataclasses.replace(run.result, drops=(("BAR_ABSENT", 2),))
    two = dataclasses.replace(run.result, drops=(("BAR_ABSENT", 1), ("STOP_MISSING", 4)))
    found = [(line.code, line.count) for line in drop_lines([one, two])]
    assert found == [("BAR_ABSENT", 3), ("STOP_MISSING", 4)]


def test_problems_of_the_data_are_notes(run: ReportRun) -> None:
    """One note each, cleaned; without problems there is none."""
    notes = note_lines([run.result], (), ("12 bars\nare absent",))
    assert [note.text for note in notes if note.code == "DATA"] == ["12 bars are absent"]
    assert not [note for note in note_lines([run.result], (), ()) if note.code == "DATA"]

"""The run by regime: shares, returns and trades by hand, labels known before the day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.backtest.result import ExitReason, Trade, log_of
from engine.regimes.labels import DayLabels
from engine.research.by_regime import by_regime
from tests.studies_world import crossing, market_of, result_of

DAYS = np.arange(-1, 7)
NAMES = (
    "up_calm", "up_calm", "up_calm", "down_calm", "down_calm", "range_calm", "unknown", "up_calm",
)  # fmt: skip
LABELS = DayLabels(DAYS, NAMES)
"""The label of a day counts from the next day on: days 0 to 7 have these names."""
RETURNS = [0.1, 0.0, 0.1, -0.1, 0.0, 0.05, 0.0, 0.0]


def trade(entry: int, leave: int, reason: ExitReason = "signal") -> Trade:
    """A trade that was entered in this bar."""
    return Trade(
        side="long", entry_bar=entry, exit_bar=leave, entry_price=1.0, exit_price=1.0,
        quantity=1.0, pnl=1.0, fees=0.0, stop_price=0.9, exit_reason=reason, mae=0.0, mfe=0.0,
    )  # fmt: skip


def test_each_label_has_its_days_returns_and_trades() -> None:
    """Three days up at +10, 0, +10 % and one at 0; two down; trades count where they began."""
    trades = [trade(0, 3), trade(2, 3), trade(3, 4), trade(4, 5, "open")]
    run = replace(result_of(RETURNS), log=log_of(trades))
    lines = {line.label: line for line in by_regime(run, market_of(bars=8), LABELS).lines}
    assert list(lines) == ["down_calm", "range_calm", "unknown", "up_calm"]
    assert lines["up_calm"].share == pytest.approx(4 / 8)
    assert lines["up_calm"].total_return == pytest.approx(0.21)
    assert lines["up_calm"].trades == 2
    assert lines["down_calm"].total_return == pytest.approx(-0.1)
    assert lines["down_calm"].trades == 1
    assert lines["range_calm"].sharpe is None
    daily = np.array([0.1, 0.0, 0.1, 0.0])
    assert lines["up_calm"].sharpe == pytest.approx(
        daily.mean() / daily.std(ddof=1) * np.sqrt(365)
    )  # fmt: skip


def test_profit_from_one_regime_is_one_sided() -> None:
    """More than four fifths from one label is a note; less is not."""
    found = by_regime(result_of(RETURNS), market_of(bars=8), LABELS)
    assert found.dominant == "up_calm"
    assert found.dominant_share is not None
    assert found.dominant_share > 0.8
    assert found.one_sided
    even = [0.1, 0.0, 0.0, 0.1, 0.0, 0.1, 0.0, 0.0]
    assert not by_regime(result_of(even), market_of(bars=8), LABELS).one_sided


def test_a_losing_run_has_no_dominant_regime() -> None:
    """Where nothing was earned there is no share of it."""
    found = by_regime(result_of([-0.01] * 8), market_of(bars=8), LABELS)
    assert (found.dominant, found.dominant_share, found.one_sided) == ("", None, False)


def test_spans_are_stretches_of_one_trend() -> None:
    """Up, down, range; unknown days are no span."""
    spans = by_regime(result_of(RETURNS), market_of(bars=8), LABELS).spans
    assert [span.trend for span in spans] == ["up", "down", "range", "up"]
    assert [(span.first.day, span.last.day) for span in spans[:2]] == [(1, 3), (4, 5)]


def test_labels_of_a_day_do_not_know_that_day() -> None:
    """The label of the day before decides, so changing the last label changes nothing."""
    other = DayLabels(DAYS, (*NAMES[:-1], "up_calm"))
    last = DayLabels(DAYS + 1, NAMES)
    first = by_regime(result_of(RETURNS), market_of(bars=8), LABELS)
    assert by_regime(result_of(RETURNS), market_of(bars=8), other) == first
    assert by_regime(result_of(RETURNS), market_of(bars=8), last) != first


def test_shares_of_a_real_run_add_up() -> None:
    """All days have a label, and their returns compound to the run's."""
    panel = market_of(bars=900)
    run = crossing().run(panel)
    found = by_regime(run, panel)
    assert sum(line.share for line in found.lines) == pytest.approx(1)
    growth = np.prod([1 + line.total_return for line in found.lines])
    assert growth == pytest.approx(run.equity[-1] / run.start_equity)
    assert sum(line.trades for line in found.lines) == len(run.closed)
    assert len(found.lines) > 2

"""Our trades against those of the `backtesting` package: samples, a coin, random paths.

Whole lists, trade by trade: bars, sides, prices to 1e-9, reasons; profits after fees by hand.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.referee import cross_check
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate
from engine.data.bars import Bars, bars_of
from engine.data.instruments import instrument_for
from engine.data.samples import eurusd_hourly, goog_daily
from engine.language.compiler import compile_spec
from engine.language.spec import StrategySpec
from engine.market import Instrument, Timeframe
from tests.export_world import random_walk
from tests.language_world import spec
from tests.needs import OPTIONS

COSTS = CostModel(taker_fee_bps=10, maker_fee_bps=4, spread_bps=4, slippage_bps=3)
PATHS, LENGTH = (20, 100_000) if OPTIONS.full_volume else (4, 5_000)
FRACTION = {"kind": "fixed_fraction", "value": 0.3}
RISK = {"kind": "risk_per_trade", "value": 0.005, "max_position_frac": 0.4}
BOTH = [
    {"id": "up", "side": "long", "entry": "cross_above(sma(close,10),sma(close,30))",
     "exit": "cross_below(sma(close,10),sma(close,30))"},
    {"id": "down", "side": "short", "entry": "cross_below(sma(close,10),sma(close,30))",
     "exit": "cross_above(sma(close,10),sma(close,30))"},
]  # fmt: skip
ATR = {"kind": "atr", "value": 2.0, "period": 14}
SHAPES: dict[str, dict[str, object]] = {
    "entries and exits": {"rules": BOTH, "sizing": FRACTION, "stops": []},
    "stops": {"rules": BOTH, "sizing": RISK, "stops": [ATR]},
    "targets": {
        "rules": BOTH, "sizing": RISK, "stops": [ATR],
        "targets": [{"kind": "r_multiple", "value": 2.0}],
    },
    "trailing stops": {
        "rules": BOTH, "sizing": FRACTION,
        "stops": [{"kind": "trailing_pct", "value": 0.04},
                  {"kind": "chandelier", "value": 3.0, "period": 22}],
    },
    "breakeven, age and cooldown": {
        "rules": BOTH, "sizing": RISK, "limits": {"cooldown_bars": 3},
        "stops": [ATR, {"kind": "breakeven_after_r", "value": 1.0},
                  {"kind": "time_bars", "value": 25}],
    },
    "several rules": {
        "rules": [*BOTH, {"id": "dip", "side": "long", "entry": "rsi(close,5) < 20",
                          "exit": "rsi(close,5) > 60"}],
        "sizing": RISK, "stops": [ATR, {"kind": "pct", "value": 0.03, "rules": ["dip"]}],
    },
    "stop and limit entries": {
        "rules": [
            {"id": "up", "side": "long", "entry": "rsi(close,9) > 65", "exit": "rsi(close,9) < 45",
             "order": {"type": "stop", "price": "highest(high,3)", "valid_bars": 1}},
            {"id": "down", "side": "short", "entry": "rsi(close,9) > 70",
             "exit": "rsi(close,9) < 60",
             "order": {"type": "limit", "price": "close*1.004", "valid_bars": 1}},
        ],
        "sizing": FRACTION, "stops": [],
    },
    "account limits": {
        "rules": BOTH, "sizing": FRACTION, "stops": [ATR],
        "limits": {"max_drawdown_frac": 0.12, "max_daily_loss_frac": 0.005},
    },
}  # fmt: skip


def document(shape: str, timeframe: Timeframe, symbol: str) -> StrategySpec:
    """A spec of this shape for these bars."""
    parts = dict(SHAPES[shape])
    if shape == "stop and limit entries":
        # One order at a time: of two in one bar the package fills both.
        parts["rules"] = [rule for rule in parts["rules"] if rule["id"] == "up"]  # type: ignore[attr-defined]  # a list
    return spec(timeframe=timeframe.value, universe={"symbols": [symbol]}, **parts)


def traded(bars: Bars, **changes: object) -> Bars:
    """The bars of an instrument that can be sold short."""
    known = bars.instrument.model_dump() | {"shorts_allowed": True} | changes
    return replace(bars, instrument=Instrument.model_validate(known))


def assert_equal(
    bars: Bars, shape: str, *, least: int, equity: float = 1_000_000.0
) -> BacktestResult:
    """Both engines give the same list, and every profit is what the fees leave of it."""
    decisions = compile_spec(document(shape, bars.timeframe, bars.instrument.symbol)).decide(bars)
    result = simulate(bars, decisions, COSTS, start_equity=equity)
    answer = cross_check(bars, decisions, result, COSTS)
    assert answer.differences == ()
    assert answer.agrees, answer.message
    assert answer.compared >= least
    assert_fees(result)
    return result


def assert_fees(result: BacktestResult) -> None:
    """Profit = price difference times quantity, less taker or maker fees on both notionals."""
    for trade in result.closed:
        sign = 1 if trade.side == "long" else -1
        rate = COSTS.maker if trade.exit_reason == "target" else COSTS.taker
        paid = trade.quantity * (trade.entry_price * COSTS.taker + trade.exit_price * rate)
        gross = sign * trade.quantity * (trade.exit_price - trade.entry_price)
        assert trade.fees == pytest.approx(paid, rel=1e-9)
        assert trade.pnl == pytest.approx(gross - paid, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_goog(shape: str) -> None:
    """Nine years of daily bars, whole shares, both sides."""
    bars = traded(goog_daily(), quantity_step="1", min_quantity="1")
    least = 3 if shape == "account limits" else 30
    assert_equal(bars, shape, least=least)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_eurusd(shape: str) -> None:
    """Hourly bars of a currency pair with its tiny price step."""
    least = 3 if shape == "account limits" else 60
    assert_equal(traded(eurusd_hourly()), shape, least=least)


@pytest.mark.parametrize("shape", ["stops", "targets", "trailing stops", "several rules"])
def test_bitcoin(shape: str, shared_data: Path) -> None:
    """Hourly bars of the development data, in steps of 1e-5 coins."""
    assert_equal(bitcoin(shared_data), shape, least=60)


def bitcoin(folder: Path) -> Bars:
    """Hourly bars of the coin; the few without a trade count as traded, as the package has it."""
    with gzip.open(folder / "binance_btcusdt_1h_2017_2024.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[: None if OPTIONS.full_volume else 8_000]
    time = [
        int(datetime.fromisoformat(row["ts"]).replace(tzinfo=UTC).timestamp() * 1000)
        for row in rows
    ]
    columns = [[float(row[name]) for row in rows] for name in ("open", "high", "low", "close")]
    market = instrument_for("BTC/USDT").model_copy(update={"shorts_allowed": True})
    return bars_of(market, Timeframe.H1, time, *columns, np.full(len(time), 1.0))


@pytest.mark.parametrize("seed", range(PATHS))
def test_random_paths(seed: int) -> None:
    """Wild paths with gaps, the shapes in turn, hundreds of trades: 100,000 bars at full volume."""
    shape = sorted(SHAPES.keys() - {"account limits"})[seed % 7]
    # Rich enough to pay the costs of ten thousand trades and still buy whole units.
    bars = random_walk(seed + 1, LENGTH, pull=0.001)
    assert_equal(bars, shape, least=LENGTH // 200, equity=1e12)

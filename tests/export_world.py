"""Specs, bars and runs for the tests of the exporters."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import Trade
from engine.backtest.simulator import simulate
from engine.data.bars import Bars, bars_of
from engine.data.samples import GOOG, eurusd_hourly, goog_daily
from engine.language import library
from engine.language.compiler import compile_spec
from engine.language.spec import StrategySpec
from engine.market import Instrument, Timeframe
from engine.records import parse_record

EQUITY = 10_000_000.0
WHOLE_GOOG: Instrument = GOOG.model_copy(
    update={"quantity_step": Decimal(1), "min_quantity": Decimal(1), "shorts_allowed": True}
)
FREE = CostModel(
    taker_fee_bps=0.0, maker_fee_bps=0.0, spread_bps=0.0, slippage_bps=0.0, limit_fill="touch"
)


def changed(spec: StrategySpec, **parts: object) -> StrategySpec:
    """The spec with parts of its document replaced."""
    return parse_record(StrategySpec, json.dumps({**spec.model_dump(mode="json"), **parts}))


def on_goog(name: str) -> StrategySpec:
    """A library spec on daily GOOG bars."""
    return changed(library.load(name), timeframe="1d", universe={"symbols": ["GOOG"]})


def eurusd() -> Bars:
    """Hourly euro bars."""
    return eurusd_hourly()


def random_walk(seed: int, n: int = 2_500) -> Bars:
    """A wild daily path with gaps between bars, on the grid of GOOG."""
    rng = np.random.default_rng(seed)
    close = np.round(200 * np.exp(np.cumsum(rng.normal(0, 0.02, n))), 2)
    opens = np.round(np.concatenate([close[:1], close[:-1]]) * np.exp(rng.normal(0, 0.01, n)), 2)
    high = np.round(np.maximum(opens, close) * np.exp(np.abs(rng.normal(0, 0.01, n))), 2)
    low = np.round(np.minimum(opens, close) * np.exp(-np.abs(rng.normal(0, 0.01, n))), 2)
    time = np.arange(n) * 86_400_000
    return bars_of(
        WHOLE_GOOG, Timeframe.D1, time, opens, np.maximum(high, np.maximum(opens, close)),
        np.minimum(low, np.minimum(opens, close)), close, np.full(n, 1_000.0), origin="synthetic",
    )  # fmt: skip


def goog() -> Bars:
    """GOOG in whole shares that can be sold short."""
    found = goog_daily()
    return bars_of(
        WHOLE_GOOG, found.timeframe, found.time, found.open, found.high, found.low, found.close,
        found.volume,
    )  # fmt: skip


_RUNNER = """\
import json, sys, warnings
import numpy as np, pandas as pd
from backtesting import Backtest, Strategy
warnings.simplefilter("ignore")
space = {"__name__": "exported"}
with open(sys.argv[1]) as file:
    exec(compile(file.read(), "exported", "exec"), space)
told = json.load(sys.stdin)
strategy = next(v for v in space.values() if isinstance(v, type) and issubclass(v, Strategy)
                and v is not Strategy)
for name, value in told["attributes"].items():
    setattr(strategy, name, value)
index = pd.DatetimeIndex(np.array(told["time"], dtype="datetime64[ms]"))
frame = pd.DataFrame({name: told[name] for name in ("Open", "High", "Low", "Close", "Volume")},
                     index=index)
run = Backtest(frame, strategy, cash=told["cash"], commission=told["fee"]).run()["_strategy"]
rows = [["long" if t.is_long else "short", int(t.entry_bar), int(t.exit_bar), float(t.entry_price),
         float(t.exit_price), abs(t.size)] for t in run.closed_trades]
rows += [["long" if t.is_long else "short", int(t.entry_bar), -1, float(t.entry_price), 0.0,
          abs(t.size)] for t in run.trades]
print(json.dumps(sorted(rows, key=lambda row: row[1])))
"""


def theirs(
    text: str, bars: Bars, folder: Path, *, fee: float = 0.0, attributes: Mapping[str, float] = {}
) -> list[list[Any]]:
    """Trades of an exported class, run by the package in a process of its own."""
    file, runner = folder / "exported.py", folder / "runner.py"
    file.write_text(text)
    runner.write_text(_RUNNER)
    told = {
        "cash": EQUITY, "fee": fee, "attributes": dict(attributes), "time": bars.time.tolist(),
        **{name.capitalize(): getattr(bars, name).tolist()
           for name in ("open", "high", "low", "close", "volume")},
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", runner, file], input=json.dumps(told), capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows: list[list[Any]] = json.loads(done.stdout.splitlines()[-1])
    return rows


def ours(spec: StrategySpec, bars: Bars, costs: CostModel = FREE) -> list[list[Any]]:
    """Trades of our simulator in the same form; open ones have exit bar -1 and price 0."""
    compiled = compile_spec(spec)
    result = simulate(bars, compiled.decide(bars), costs, start_equity=EQUITY)
    return [_row(trade) for trade in sorted(result.trades, key=lambda one: one.entry_bar)]


def _row(trade: Trade) -> list[Any]:
    still_open = trade.exit_reason == "open"
    return [
        trade.side, trade.entry_bar, -1 if still_open else trade.exit_bar, trade.entry_price,
        0.0 if still_open else trade.exit_price, trade.quantity,
    ]  # fmt: skip


def assert_same_trades(one: list[list[Any]], other: list[list[Any]]) -> None:
    """Same sides and bars, prices and quantities to 1e-9 of themselves."""
    assert [row[:3] for row in one] == [row[:3] for row in other]
    if one:
        np.testing.assert_allclose(
            np.array([row[3:] for row in one], float), np.array([row[3:] for row in other], float),
            rtol=1e-9,
        )  # fmt: skip


def loaded(text: str, name: str = "exported") -> ModuleType:
    """An exported file as a module."""
    module = ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102 - our own exported text
    return module


def columns(bars: Bars) -> dict[str, Any]:
    """Bars as exported functions take them."""
    names = ("open", "high", "low", "close", "volume", "time")
    return {name: getattr(bars, name) for name in names}

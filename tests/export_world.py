"""Specs, bars and runs for the tests of the exporters."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
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


def random_walk(seed: int, n: int = 2_500, *, pull: float = 0.0) -> Bars:
    """A wild daily path with gaps between bars, on the grid of GOOG.

    `pull` draws the logarithm back to its start by this share of the distance a bar, so that long
    paths stay above zero.
    """
    rng = np.random.default_rng(seed)
    moves, level, path = rng.normal(0, 0.02, n).tolist(), 0.0, []
    for move in moves:
        level += move - pull * level
        path.append(level)
    close = np.round(200 * np.exp(np.array(path)), 2)
    opens = np.round(np.concatenate([close[:1], close[:-1]]) * np.exp(rng.normal(0, 0.01, n)), 2)
    high = np.round(np.maximum(opens, close) * np.exp(np.abs(rng.normal(0, 0.01, n))), 2)
    low = np.round(np.minimum(opens, close) * np.exp(-np.abs(rng.normal(0, 0.01, n))), 2)
    time = np.arange(n) * 86_400_000
    return bars_of(
        WHOLE_GOOG, Timeframe.D1, time, opens, np.maximum(high, np.maximum(opens, close)),
        np.minimum(low, np.minimum(opens, close)), close, np.full(n, 1_000.0), origin="synthetic",
    )  # fmt: skip


def round_the_clock(seed: int, timeframe: Timeframe, n: int = 2_500) -> Bars:
    """The wild path for a market that never closes, in whole units."""
    found = random_walk(seed, n)
    market = WHOLE_GOOG.model_copy(
        update={"symbol": "BTC/USDT", "kind": "perpetual", "base": "BTC", "quote": "USDT",
                "calendar": "24/7"}
    )  # fmt: skip
    time = 1_600_041_600_000 + np.arange(n) * timeframe.seconds * 1000
    return bars_of(
        market, timeframe, time, found.open, found.high, found.low, found.close, found.volume,
    )  # fmt: skip


def goog() -> Bars:
    """GOOG in whole shares that can be sold short."""
    found = goog_daily()
    return bars_of(
        WHOLE_GOOG, found.timeframe, found.time, found.open, found.high, found.low, found.close,
        found.volume,
    )  # fmt: skip


_RUNNER = """\
import json, sys, traceback, warnings
import numpy as np, pandas as pd
from backtesting import Backtest, Strategy
warnings.simplefilter("ignore")

def play(told):
    space = {"__name__": "exported"}
    exec(compile(told["text"], "exported", "exec"), space)
    strategy = next(v for v in space.values() if isinstance(v, type) and issubclass(v, Strategy)
                    and v is not Strategy)
    for name, value in told["attributes"].items():
        setattr(strategy, name, value)
    index = pd.DatetimeIndex(np.array(told["time"], dtype="datetime64[ms]"))
    frame = pd.DataFrame({name: told[name] for name in ("Open", "High", "Low", "Close", "Volume")},
                         index=index)
    run = Backtest(frame, strategy, cash=told["cash"], commission=told["fee"]).run()["_strategy"]
    parts = {}
    def add(trade, exit_bar, exit_price):
        held = trade.tag[0]
        key = (held.begun, exit_bar, exit_price, held.side)
        row = parts.setdefault(key, [0.0, 0.0, 0.0])
        size = abs(trade.size)
        row[0] += size
        row[1] += size * float(trade.entry_price)
        row[2] += float(trade.pl)
    for one in run.closed_trades:
        add(one, int(one.exit_bar), float(one.exit_price))
    for one in run.trades:
        add(one, -1, 0.0)
    rows = []
    for key, (size, worth, pnl) in parts.items():
        side = "long" if key[3] > 0 else "short"
        rows.append([side, int(key[0]), key[1], worth / size, key[2], size, pnl])
    return sorted(rows, key=lambda row: (row[1], row[2] if row[2] >= 0 else 1e9, row[4]))


for line in sys.stdin:
    try:
        answer = {"rows": play(json.loads(line))}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
"""


@cache
def _worker() -> subprocess.Popen[str]:
    """One process that runs exported classes, line by line, until the tests end."""
    worker = subprocess.Popen(
        [sys.executable, "-P", "-c", _RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    atexit.register(_end, worker)
    return worker


def _end(worker: subprocess.Popen[str]) -> None:
    worker.communicate(timeout=20)


def theirs(
    text: str, bars: Bars, *, fee: float = 0.0, attributes: Mapping[str, float] = {}
) -> list[list[Any]]:
    """Trades of an exported class, run by the package in a process of its own."""
    told = {
        "text": text, "cash": EQUITY, "fee": fee, "attributes": dict(attributes),
        "time": bars.time.tolist(),
        **{name.capitalize(): getattr(bars, name).tolist()
           for name in ("open", "high", "low", "close", "volume")},
    }  # fmt: skip
    worker = _worker()
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(json.dumps(told) + "\n")
    worker.stdin.flush()
    answer = json.loads(worker.stdout.readline())
    assert "rows" in answer, answer["error"]
    rows: list[list[Any]] = answer["rows"]
    return rows


def ours(spec: StrategySpec, bars: Bars, costs: CostModel = FREE) -> list[list[Any]]:
    """Trades of our simulator in the same form; open ones have exit bar -1 and price 0."""
    compiled = compile_spec(spec)
    result = simulate(bars, compiled.decide(bars), costs, start_equity=EQUITY)
    return rows_of(result.trades)


def rows_of(trades: Sequence[Trade]) -> list[list[Any]]:
    """Trades as rows, parts of a position that left together as one; -1 and 0 while open."""
    parts: dict[tuple[Any, ...], list[float]] = {}
    for trade in trades:
        still_open = trade.exit_reason == "open"
        key = (
            trade.side, trade.entry_bar, -1 if still_open else trade.exit_bar,
            0.0 if still_open else trade.exit_price,
        )  # fmt: skip
        row = parts.setdefault(key, [0.0, 0.0, 0.0])
        row[0] += trade.quantity
        row[1] += trade.quantity * trade.entry_price
        row[2] += trade.pnl
    rows: list[list[Any]] = [
        [side, entry, exit_, worth / size, price, size, pnl]
        for (side, entry, exit_, price), (size, worth, pnl) in parts.items()
    ]
    return sorted(rows, key=lambda row: (row[1], row[2] if row[2] >= 0 else 1e9, row[4]))


def assert_same_trades(one: list[list[Any]], other: list[list[Any]]) -> None:
    """Same sides and bars, prices and quantities to 1e-9 of themselves; profits of closed trades.

    A position's profit counts when all of it has left: its parts share the entry fee differently.
    """
    assert [row[:3] for row in one] == [row[:3] for row in other]
    if one:
        found, expected = ([row[3:6] for row in rows] for rows in (one, other))
        np.testing.assert_allclose(np.array(found, float), np.array(expected, float), rtol=1e-9)
    np.testing.assert_allclose(_closed_profits(one), _closed_profits(other), rtol=1e-6, atol=1e-4)


def _closed_profits(rows: list[list[Any]]) -> list[float]:
    """Profit of each position that has ended, by entry bar."""
    still_open = {row[1] for row in rows if row[2] < 0}
    profits: dict[int, float] = {}
    for row in rows:
        if row[1] not in still_open:
            profits[row[1]] = profits.get(row[1], 0.0) + row[6]
    return list(profits.values())


def loaded(text: str, name: str = "exported") -> ModuleType:
    """An exported file as a module."""
    module = ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102 - our own exported text
    return module


def columns(bars: Bars) -> dict[str, Any]:
    """Bars as exported functions take them."""
    names = ("open", "high", "low", "close", "volume", "time")
    return {name: getattr(bars, name) for name in names}

"""Markets, strategies and runs for tests of the gate: honest ones, leaking ones, cheating ones.

What the strategy language cannot express (a rule that knows tomorrow, remembers dates or tickers,
doubles down) is put behind an honest spec (`Bent`) or simulated by hand (`GridBot`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import COLUMNS, BacktestResult, TradeLog
from engine.data.bars import Bars, FloatArray, bars_of
from engine.data.panel import Panel, panel_of
from engine.data.synthetic import Frame, garch_t
from engine.gate.subject import Subject
from engine.language.compiler import CompiledSpec
from engine.language.decisions import Decisions
from engine.language.spec import StrategySpec, read_spec
from engine.market import Calendar, Instrument, Timeframe
from engine.seeds import stream

CHEAP = CostModel(taker_fee_bps=1.0, maker_fee_bps=1.0, spread_bps=1.0, slippage_bps=0.5)
FIVE_YEARS = 1_277
"""Train days of five years of daily bars around the clock."""
DAY_MS = 86_400_000
START_MS = 1_420_070_400_000

Bend = Callable[[Bars, Decisions], Decisions]


# Markets


def coin(
    symbol: str = "BTC/USDT", *, calendar: Calendar = "24/7", shorts: bool = True
) -> Instrument:
    """An instrument whose kind follows from its calendar."""
    kinds: dict[str, Any] = {"24/7": "spot", "FX": "fx"}
    base = symbol.split("/", maxsplit=1)[0][:12]
    return Instrument(
        symbol=symbol, base=base, quote="USDT", calendar=calendar, shorts_allowed=shorts,
        kind=kinds.get(calendar, "equity"),
    )  # fmt: skip


def market(  # noqa: PLR0913 - the law has these
    days: int = FIVE_YEARS, *, seed: int = 1, memory: float = 0.0, drift: float = 0.0,
    volatility: float = 0.02, symbol: str = "BTC/USDT",
) -> Bars:  # fmt: skip
    """Daily bars whose returns have lag-1 memory (0: a random walk) and a drift per day."""
    steps = stream("tests/gate/market", seed).standard_normal(days) * volatility
    for index in range(1, days):
        steps[index] += memory * steps[index - 1]
    close = 100 * np.exp(np.cumsum(steps + drift))
    opened = np.concatenate(([100.0], close[:-1]))
    high, low = np.maximum(opened, close) * 1.002, np.minimum(opened, close) / 1.002
    time = START_MS + np.arange(days, dtype=np.int64) * DAY_MS
    volume = np.full(days, 9.0)
    return bars_of(
        coin(symbol), Timeframe.D1, time, opened, high, low, close, volume, origin="synthetic"
    )


def panel_for(
    subject: Subject, bars: int = FIVE_YEARS, *, seed: int = 1, calendar: Calendar = "24/7",
    sigma: float = 0.03,
) -> Panel:  # fmt: skip
    """GARCH bars of every instrument that a strategy needs, in its timeframe."""
    frames = [
        Frame(coin(symbol, calendar=calendar), subject.spec.timeframe, bars)
        for symbol in subject.symbols
    ]
    return panel_of([garch_t(frame, seed + n, sigma=sigma) for n, frame in enumerate(frames)])


# Strategies


def spec_of(entry: str, exit_: str | None = None, **changes: Any) -> StrategySpec:  # noqa: ANN401 - any field of a spec
    """A long-only daily spec on BTC/USDT with a 5 % stop."""
    document: dict[str, Any] = {
        "name": "tried",
        "family": "other",
        "timeframe": "1d",
        "universe": {"symbols": ["BTC/USDT"]},
        "rules": [{"id": "one", "side": "long", "entry": entry, "exit": exit_}],
        "stops": [{"kind": "pct", "value": 0.05}],
        "sizing": {"kind": "fixed_fraction", "value": 0.5, "max_position_frac": 0.5},
        **changes,
    }
    return read_spec(json.dumps(document))


def subject_of(entry: str, exit_: str | None = None, **changes: Any) -> Subject:  # noqa: ANN401 - any field of a spec
    """The same, ready to run with low costs."""
    return Subject.of(spec_of(entry, exit_, **changes), CHEAP)


def subject_for(spec: StrategySpec, *members: StrategySpec) -> Subject:
    """Any spec, ready to run with low costs."""
    return Subject.of(spec, CHEAP, members)


@dataclass(frozen=True)
class Bent:
    """A compiled spec whose decisions are bent by something that no rule can know."""

    honest: CompiledSpec
    bend: Bend

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the compiled spec has
        """Everything else is the honest spec's."""
        return getattr(self.honest, name)

    def decide(self, bars: Bars) -> Decisions:
        """Honest decisions, bent."""
        return self.bend(bars, self.honest.decide(bars))

    def decide_all(self, panel: Panel) -> tuple[Decisions, ...]:
        """The same on every instrument."""
        honest = self.honest.decide_all(panel)
        return tuple(map(self.bend, panel.each, honest))


def bent(subject: Subject, bend: Bend) -> Subject:
    """The strategy with its decisions bent."""
    compiled: Any = Bent(subject.compiled, bend)
    return replace(subject, compiled=compiled)


def only_where(allowed: Callable[[Bars], Any]) -> Bend:
    """A bend that keeps the entries where a flag per bar allows them."""

    def bend(bars: Bars, decided: Decisions) -> Decisions:
        """Entries that are allowed."""
        keep = np.asarray(allowed(bars), dtype=np.bool_)
        rules = tuple(replace(rule, enter=rule.enter & keep) for rule in decided.rules)
        return replace(decided, rules=rules)

    return bend


def _tomorrow_is_higher(bars: Bars) -> Any:  # noqa: ANN401 - flags
    return np.append(bars.close[1:] > bars.close[:-1], False)


def _in_two_bars_higher(bars: Bars) -> Any:  # noqa: ANN401 - flags
    return np.append(bars.close[2:] > bars.close[:-2], [False] * min(2, len(bars)))


LEAKS: dict[str, Bend] = {
    "tomorrow's close": only_where(_tomorrow_is_higher),
    "close in two bars": only_where(_in_two_bars_higher),
    "mean of all bars": only_where(lambda bars: bars.close < bars.close.mean()),
    "range of all bars": only_where(
        lambda bars: bars.close - bars.low.min() < 0.3 * np.ptp(bars.close)
    ),
    "rank among all bars": only_where(lambda bars: bars.close < np.quantile(bars.close, 0.4)),
    "z-score of all bars": only_where(
        lambda bars: (bars.close - bars.close.mean()) / (bars.close.std() + 1e-9) < 0.2
    ),
    "the low of the year to come": only_where(
        lambda bars: bars.close <= np.minimum.accumulate(bars.close[::-1])[::-1] * 1.05
    ),
    "number of bars": only_where(lambda bars: np.arange(len(bars)) < len(bars) - 3),
}
"""Look-ahead, by what it knows too early."""


# Runs by hand


def run_of(  # noqa: PLR0913 - the parts of a run
    equity: Sequence[float] | FloatArray, position: Sequence[float] | FloatArray | None = None,
    *, value: Sequence[float] | FloatArray | None = None, trades: Sequence[Sequence[float]] = (),
    cut: int = 0, start: float = 10_000.0,
) -> BacktestResult:  # fmt: skip
    """A finished daily run; `trades` are rows (entry_bar, exit_bar, pnl, quantity, risk)."""
    curve = np.asarray(equity, dtype=np.float64)
    held = np.zeros(len(curve)) if position is None else np.asarray(position, dtype=np.float64)
    table = np.zeros((len(trades), len(COLUMNS)))
    for name, column in zip(
        ("entry_bar", "exit_bar", "pnl", "quantity", "risk"), np.array(trades).T, strict=False
    ):
        table[:, COLUMNS.index(name)] = column
    table[:, COLUMNS.index("side")] = 1.0
    table[:, COLUMNS.index("reason")] = 4.0
    return BacktestResult(
        time=START_MS + np.arange(len(curve), dtype=np.int64) * DAY_MS,
        equity=curve,
        position=held,
        value=np.zeros(len(curve)) if value is None else np.asarray(value, dtype=np.float64),
        log=TradeLog(table),
        start_equity=start,
        orders_cut=cut,
    )


@dataclass(frozen=True)
class GridBot:
    """A martingale grid: it doubles its position whenever the price falls, and sells a small gain.

    Nothing in the strategy language can do this, so it trades closes by hand, without costs.
    """

    step: float = 0.02
    gain: float = 0.01
    doublings: int = 6
    first: float = 0.01

    def run(self, panel: Panel, **_options: object) -> BacktestResult:
        """The account of the grid, marked at each close."""
        closes = panel.each[0].close.tolist()
        cash, held, paid, bought, last = 10_000.0, 0.0, 0.0, 0, 0.0
        equity, units = [], []
        for close in closes:
            if held and close >= paid / held * (1 + self.gain):
                cash, held, paid, bought = cash + held * close, 0.0, 0.0, 0
            elif held == 0.0 or (close <= last * (1 - self.step) and bought <= self.doublings):
                size = self.first * 10_000.0 * 2.0**bought / close
                cash, held, paid = cash - size * close, held + size, paid + size * close
                bought, last = bought + 1, close
            equity.append(cash + held * close)
            units.append(held)
        value = np.array(units) * np.array(closes)
        return run_of(equity, units, value=value)

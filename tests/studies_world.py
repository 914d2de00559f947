"""A small world for studies: subjects, markets and a counter of trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult, log_of
from engine.data.bars import FloatArray
from engine.data.panel import Panel, panel_of
from engine.data.synthetic import Frame, garch_t
from engine.gate.subject import Subject
from engine.language.spec import Parameter, Rule, Sizing, Stop, StrategySpec, Target, Universe
from engine.market import Instrument, InstrumentKind, Timeframe
from tests.rules import FREE

DAY_MS = 86_400_000
_LOW = "sma(close, 2) * 0.01"


def instrument_of(symbol: str = "BTC/USDT", kind: InstrumentKind = "spot") -> Instrument:
    """An instrument that may be sold short."""
    return Instrument(
        symbol=symbol, kind=kind, base=symbol[:3], quote="USDT", shorts_allowed=True
    )  # fmt: skip


def market_of(
    symbols: Sequence[str] = ("BTC/USDT",), bars: int = 600, kind: InstrumentKind = "spot"
) -> Panel:
    """Synthetic daily bars of each symbol."""
    return panel_of([
        garch_t(Frame(instrument_of(symbol, kind), Timeframe.D1, bars), 7 + place, sigma=0.02)
        for place, symbol in enumerate(symbols)
    ])  # fmt: skip


def rule_of(entry: str, leave: str | None = None, side: str = "long") -> Rule:
    """One rule."""
    return Rule.model_validate({"id": f"{side}s", "side": side, "entry": entry, "exit": leave})


def subject_of(
    *rules: Rule,
    costs: CostModel = FREE,
    symbols: Sequence[str] = ("BTC/USDT",),
    **fields: Any,  # noqa: ANN401 - fields of a spec
) -> Subject:
    """A subject of daily rules, fully invested unless told otherwise."""
    given: dict[str, Any] = {
        "name": "studied",
        "family": "other",
        "timeframe": Timeframe.D1,
        "universe": Universe(symbols=tuple(symbols)),
        "rules": rules,
        "sizing": Sizing(kind="fixed_fraction", value=0.9),
    }
    return Subject.of(StrategySpec(**{**given, **fields}), costs)


def always_long(**fields: Any) -> Subject:  # noqa: ANN401 - fields of a spec
    """Buys at once and never sells: what happens to the market happens to it."""
    return subject_of(rule_of(f"close > {_LOW}", f"close < {_LOW}"), **fields)


def never(**fields: Any) -> Subject:  # noqa: ANN401 - fields of a spec
    """Never holds anything."""
    return subject_of(rule_of("close > sma(close, 2) * 100", f"close < {_LOW}"), **fields)


def crossing(**fields: Any) -> Subject:  # noqa: ANN401 - fields of a spec
    """Two averages with parameters, a stop and a target."""
    given: dict[str, Any] = {
        "params": (
            Parameter(name="fast", type="int", default=5, low=2, high=20, step=1),
            Parameter(name="slow", type="int", default=30, low=20, high=60, step=10),
        ),
        "stops": (Stop(kind="pct", value=0.05),),
        "targets": (Target(kind="pct", value=0.1),),
    }
    rule = rule_of(
        "cross_above(sma(close,fast),sma(close,slow))",
        "cross_below(sma(close,fast),sma(close,slow))",
    )
    return subject_of(rule, **{**given, **fields})


class CountedRuns:
    """Runs subjects on a panel and remembers them, as a ledger would."""

    def __init__(self, panel: Panel, stop_after: int | None = None) -> None:
        """Stop giving results after so many runs."""
        self.panel = panel
        self.subjects: list[Subject] = []
        self._stop_after = stop_after

    def __call__(self, subjects: Sequence[Subject]) -> list[BacktestResult]:
        """Results in order; fewer when stopped."""
        results = []
        for subject in subjects:
            if self._stop_after is not None and len(self.subjects) >= self._stop_after:
                break
            self.subjects.append(subject)
            results.append(subject.run(self.panel))
        return results


def result_of(returns: Sequence[float] | FloatArray, start: float = 100.0) -> BacktestResult:
    """A run with these daily returns and no trades."""
    steps: FloatArray = np.asarray(returns, dtype=np.float64)
    equity: FloatArray = np.cumprod(1.0 + steps) * np.float64(start)
    n = len(equity)
    return BacktestResult(
        time=np.arange(n, dtype=np.int64) * DAY_MS, equity=equity, position=np.ones(n),
        value=equity.copy(), log=log_of(()), start_equity=start,
    )  # fmt: skip

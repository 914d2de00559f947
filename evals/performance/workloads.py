"""What is run: the bars, the two specs, the cases, the sweep. Data, no measuring."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np

from engine.backtest.costs import CostModel
from engine.data.bars import Bars, FloatArray
from engine.data.synthetic import Frame, gbm
from engine.language.spec import StrategySpec
from engine.market import Instrument, Timeframe
from engine.records import parse_record

CASH: Final = 10_000_000.0
FEE_BPS: Final = 1.0
SIGMA: Final = 0.002
"""Per bar: a million bars stay within a price that every engine can count in."""
SEED: Final = 7
SWEEP_COMBOS: Final = 1_000
SWEEP_BARS: Final = 20_000
_MAX_BYTES: Final = 100_000

COSTS: Final = CostModel(
    taker_fee_bps=FEE_BPS, maker_fee_bps=FEE_BPS, spread_bps=0.0, slippage_bps=0.0
)
"""A fee alone: each peer has one, and none has our spread."""

INSTRUMENT: Final = Instrument(
    symbol="BENCH/USD", base="BENCH", quote="USD", price_step=Decimal("0.00000001"),
    quantity_step=Decimal(1), min_quantity=Decimal(1),
)  # fmt: skip
"""Whole units, as `backtesting` trades them."""


class Case(NamedTuple):
    """One race.

    Attributes:
        name: as the results are keyed.
        kind: what the peers call it: `sma_cross` or `sma_cross_risk`.
        bars: how many.
        exact: peers whose rules are ours, so that the trades must be equal one by one.
        rounds: how often everybody runs.
    """

    name: str
    kind: str
    bars: int
    exact: tuple[str, ...]
    rounds: int


EVERYBODY: Final = ("backtesting", "vectorbt", "raptorbt")
CASES: Final = (
    Case("sma_cross_10k", "sma_cross", 10_000, EVERYBODY, 7),
    Case("sma_cross_100k", "sma_cross", 100_000, EVERYBODY, 7),
    Case("sma_cross_1m", "sma_cross", 1_000_000, EVERYBODY, 3),
    # The other two know no stop that trails by an average range.
    Case("sma_cross_risk_100k", "sma_cross_risk", 100_000, ("backtesting",), 7),
)
"""The races, in the order of the table."""


def _spec(name: str, fast: int, slow: int, **parts: Any) -> StrategySpec:  # noqa: ANN401 - JSON
    document = {
        "spec_version": "1", "name": name, "family": "trend_following", "timeframe": "1h",
        "hypothesis": "None: it is here to be timed.",
        "universe": {"symbols": [INSTRUMENT.symbol]},
        "params": [
            {"name": "fast", "type": "int", "default": fast, "low": 2, "high": 200, "step": 1},
            {"name": "slow", "type": "int", "default": slow, "low": 3, "high": 400, "step": 1},
        ],
        "rules": [
            {
                "id": "cross", "side": "long",
                "entry": "cross_above(sma(close,fast),sma(close,slow))",
                "exit": "cross_below(sma(close,fast),sma(close,slow))",
            }
        ],
        "sizing": {"kind": "fixed_fraction", "value": 0.95, "max_position_frac": 1.0},
    }  # fmt: skip
    return parse_record(StrategySpec, json.dumps(document | parts).encode(), _MAX_BYTES)


def cross_spec(fast: int = 20, slow: int = 50) -> StrategySpec:
    """Long from a cross of two plain averages above to one below, 95 % of the account."""
    return _spec("sma_cross", fast, slow)


def risk_spec() -> StrategySpec:
    """The same with a stop 10 average ranges away that trails, 1 % of the account at risk."""
    return _spec(
        "sma_cross_risk", 20, 50,
        stops=[
            {"kind": "atr", "value": 10.0, "period": 14},
            {"kind": "trailing_atr", "value": 10.0, "period": 14},
        ],
        sizing={"kind": "risk_per_trade", "value": 0.01, "max_position_frac": 1.0},
    )  # fmt: skip


SPECS: Final = {"sma_cross": cross_spec, "sma_cross_risk": risk_spec}
"""The spec of each kind of case."""


def market(bars: int) -> Bars:
    """A driftless walk of hourly bars, always the same one."""
    frame = Frame(INSTRUMENT, Timeframe.H1, bars)
    return gbm(frame, SEED, drift=SIGMA**2 / 2, sigma=SIGMA)


def table(bars: Bars) -> FloatArray:
    """Bars as an array of shape (6, n) for the peers: time in ms, OHLC, volume."""
    time = bars.time.astype(np.float64)
    return np.stack((time, bars.open, bars.high, bars.low, bars.close, bars.volume))


def sweep_pairs(count: int = SWEEP_COMBOS) -> tuple[tuple[int, int], ...]:
    """So many (fast, slow) windows: 25 fast ones from 5 on, slow ones from 40 on."""
    return tuple((5 + place % 25, 40 + 2 * (place // 25)) for place in range(count))

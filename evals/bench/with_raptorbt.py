"""raptorbt: a Rust engine behind one call, with some thirty figures in every result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from evals.bench.common import (
    ATR_BARS,
    ATR_TIMES,
    CASH,
    FEE,
    SHARE,
    Case,
    Market,
    Rows,
    crosses,
)

_NANOSECONDS: Final = 1_000_000


class Raptorbt:
    """Drives it; its ATR stop does not trail."""

    engine = "rust"

    def __init__(self) -> None:
        """Import it: only the peers' environment has it."""
        import raptorbt  # type: ignore[import-not-found]  # noqa: PLC0415 - see above

        self._raptor = raptorbt

    def prepare(self, market: Market) -> Market:
        """The arrays as they are."""
        return market

    def run(self, market: Market, case: Case) -> Rows:
        """Averages and crosses, then its one call."""
        fast = self._raptor.sma(market.close, case.fast)
        slow = self._raptor.sma(market.close, case.slow)
        up, down = crosses(fast, slow)
        up[: case.first] = False
        config = self._raptor.BacktestConfig(
            initial_capital=CASH, fees=FEE, slippage=0.0, fill_timing="next_bar_open"
        )
        if case.stop:
            config.set_atr_stop(ATR_TIMES, ATR_BARS)
        result = self._raptor.run_single_backtest(
            market.time.astype(np.int64) * _NANOSECONDS, market.open, market.high, market.low,
            market.close, market.volume, up, down, 1, SHARE, "BENCH", config,
        )  # fmt: skip
        last = len(market.close) - 1
        return lambda: [
            (trade.entry_idx, trade.exit_idx, trade.entry_price, trade.exit_price)
            for trade in result.trades()
            if trade.exit_idx < last  # it closes what is open at the end
        ]

    def sweep(self, market: Market, cases: Sequence[Case]) -> None:
        """One after the other."""
        for case in cases:
            self.run(market, case)

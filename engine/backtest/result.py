"""What a backtest returns: trades, curves and counts, all in quote currency and bar indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.data.bars import FloatArray, IntArray
from engine.records import Digest, digest

ExitReason = Literal["signal", "stop", "target", "trailing", "time", "reverse", "ruin", "open"]


@dataclass(frozen=True, slots=True)
class Trade:
    """One closed (or, with exit_reason `open`, still open and marked) position.

    Prices are fill prices after spread and slippage, quantity in base units, pnl in quote
    currency after fees; mae and mfe are the worst and best excursion as a fraction of the entry
    price, signed (mae <= 0 <= mfe); bars are indices into the run's bars; stop_price is the first
    stop, NaN when the entry had none.
    """

    side: Literal["long", "short"]
    entry_bar: int
    exit_bar: int
    entry_price: float
    exit_price: float
    quantity: float
    pnl: float
    fees: float
    stop_price: float
    exit_reason: ExitReason
    mae: float
    mfe: float

    @property
    def bars_held(self) -> int:
        """Bars from the entry bar to the exit bar, both counted."""
        return self.exit_bar - self.entry_bar + 1


@dataclass(frozen=True, slots=True, eq=False)
class BacktestResult:
    """A finished run on one instrument.

    Attributes:
        time: bar open times, UTC milliseconds, shape (n,).
        equity: account value marked at each close, shape (n,).
        position: signed units held over the close, shape (n,).
        exposure: signed position value over equity at each close, shape (n,).
        trades: closed trades in order of exit, then open ones.
        orders_cut, orders_dropped: entries cut to the cap or to cash; orders whose bar was absent
            or whose stop stood on the wrong side.
        start_equity: quote currency.
        bar_ms: nominal length of a bar, milliseconds.
        drops: dropped orders by code (STOP_WRONG_SIDE, BAR_ABSENT ...), sorted, zeros left out.
        pending: market orders decided at the last close (`enter_long`, `exit` ...), not filled.
        traded: sum of the notional of all fills, quote currency.
    """

    time: IntArray
    equity: FloatArray
    position: FloatArray
    exposure: FloatArray
    trades: tuple[Trade, ...]
    start_equity: float
    orders_cut: int = 0
    orders_dropped: int = 0
    bar_ms: int = 86_400_000
    drops: tuple[tuple[str, int], ...] = ()
    pending: tuple[str, ...] = ()
    traded: float = 0.0

    @property
    def close_time(self) -> IntArray:
        """Nominal close times, int64 UTC milliseconds, shape (n,)."""
        return self.time + self.bar_ms

    @property
    def closed(self) -> tuple[Trade, ...]:
        """Trades that have ended."""
        return tuple(trade for trade in self.trades if trade.exit_reason != "open")

    @property
    def digest(self) -> Digest:
        """Digest of the equity curve and the trades, for byte-identity checks."""
        rows = [
            [t.side, t.entry_bar, t.exit_bar, t.entry_price, t.exit_price, t.quantity, t.pnl]
            for t in self.trades
        ]
        curve = np.ascontiguousarray(self.equity, dtype="<f8").tobytes().hex()
        return digest("peak/backtest/v1", {"equity": curve, "trades": rows})

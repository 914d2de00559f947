"""What a backtest returns: trades, curves and counts, all in quote currency and bar indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from engine.data.bars import BoolArray, FloatArray, IntArray
from engine.records import Digest, digest

ExitReason = Literal[
    "signal", "stop", "target", "trailing", "time", "reverse", "ruin", "open", "regime",
    "exit_time", "drawdown", "resize", "rebalance",
]  # fmt: skip

REASON_NAMES: Final[tuple[ExitReason | None, ...]] = (
    None, "stop", "target", "trailing", "signal", "time", "reverse", "ruin", "open", "regime",
    "exit_time", "drawdown", "resize", "rebalance",
)  # fmt: skip
"""Names of the loop's numbers for the reasons to leave."""

_OPEN: Final = REASON_NAMES.index("open")


@dataclass(frozen=True, slots=True)
class Trade:
    """One closed part of a position, or (exit_reason `open`) what is still open and marked.

    Prices are fill prices after spread and slippage, the entry's is the mean of all units;
    quantity in base units; pnl in quote currency after fees and funding; mae and mfe are the worst
    and best excursion as a fraction of the entry price, signed (mae <= 0 <= mfe); bars are indices
    into the run's bars; stop_price is the first stop, NaN when the entry had none.
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
    symbol: str = ""
    rule: str = ""
    funding: float = 0.0

    @property
    def bars_held(self) -> int:
        """Bars from the entry bar to the exit bar, both counted."""
        return self.exit_bar - self.entry_bar + 1


COLUMNS: Final = (
    "symbol", "rule", "side", "entry_bar", "exit_bar", "entry_price", "exit_price", "quantity",
    "pnl", "fees", "stop_price", "reason", "mae", "mfe", "funding", "risk",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class TradeLog:
    """All trades of a run as columns; objects are made only for who asks for them.

    Attributes:
        table: one row per trade in the order of COLUMNS, shape (trades, 16).
        symbols, rules: names of the numbers in the first two columns.
    """

    table: FloatArray
    symbols: tuple[str, ...] = ("",)
    rules: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        """Number of trades, open ones included."""
        return len(self.table)

    def column(self, name: str) -> FloatArray:
        """One column, shape (trades,)."""
        values: FloatArray = self.table[:, COLUMNS.index(name)]
        return values

    @property
    def closed(self) -> BoolArray:
        """Which trades have ended. Shape (trades,)."""
        ended: BoolArray = self.column("reason") != _OPEN
        return ended

    def trades(self) -> tuple[Trade, ...]:
        """Every trade as an object, in the order of the log."""
        return tuple(self._trade(row) for row in self.table.tolist())

    def _trade(self, row: Sequence[float]) -> Trade:
        reason = REASON_NAMES[int(row[11])]
        return Trade(
            side="long" if row[2] > 0 else "short",
            entry_bar=int(row[3]),
            exit_bar=int(row[4]),
            entry_price=row[5],
            exit_price=row[6],
            quantity=row[7],
            pnl=row[8],
            fees=row[9],
            stop_price=row[10],
            exit_reason=reason or "open",
            mae=row[12],
            mfe=row[13],
            symbol=self.symbols[int(row[0])],
            rule=self.rules[int(row[1])],
            funding=row[14],
        )


def log_of(trades: Sequence[Trade]) -> TradeLog:
    """Trades as columns (for runs that are put together from others)."""
    symbols = tuple(dict.fromkeys(trade.symbol for trade in trades)) or ("",)
    rules = tuple(dict.fromkeys(trade.rule for trade in trades)) or ("",)
    rows = [
        (
            symbols.index(t.symbol), rules.index(t.rule), 1.0 if t.side == "long" else -1.0,
            t.entry_bar, t.exit_bar, t.entry_price, t.exit_price, t.quantity, t.pnl, t.fees,
            t.stop_price, REASON_NAMES.index(t.exit_reason), t.mae, t.mfe, t.funding,
            abs(t.entry_price - t.stop_price),
        )
        for t in trades
    ]  # fmt: skip
    return TradeLog(np.array(rows, dtype=np.float64).reshape(-1, len(COLUMNS)), symbols, rules)


@dataclass(frozen=True, eq=False)
class BacktestResult:
    """A finished run of one account.

    Attributes:
        time: bar open times, UTC milliseconds, shape (n,).
        equity: account value marked at each close, shape (n,).
        position: signed units held over the close, shape (n,); several instruments: (s, n).
        value: signed value of all positions at each close, quote currency, shape (n,).
        log: closed trades in order of exit, then open ones.
        start_equity: quote currency.
        orders_cut, orders_dropped: entries cut to the cap or to cash; orders that were not done.
        bar_ms: nominal length of a bar, milliseconds.
        drops: dropped orders by code (STOP_WRONG_SIDE, BAR_ABSENT ...), sorted, zeros left out.
        pending: market orders decided at the last close (`enter_long`, `exit` ...), not filled.
        traded: sum of the notional of all fills, quote currency.
    """

    time: IntArray
    equity: FloatArray
    position: FloatArray
    value: FloatArray
    log: TradeLog
    start_equity: float
    orders_cut: int = 0
    orders_dropped: int = 0
    bar_ms: int = 86_400_000
    drops: tuple[tuple[str, int], ...] = ()
    pending: tuple[str, ...] = ()
    traded: float = 0.0

    @cached_property
    def trades(self) -> tuple[Trade, ...]:
        """Closed trades in order of exit, then open ones."""
        return self.log.trades()

    @cached_property
    def exposure(self) -> FloatArray:
        """Signed position value over equity at each close, 0 after ruin. Shape (n,)."""
        if float(np.min(self.equity)) > 0.0:
            share = self.value / self.equity
        else:
            alive = self.equity > 0.0
            share = np.divide(self.value, self.equity, out=np.zeros(len(alive)), where=alive)
        share.setflags(write=False)
        return share

    @property
    def in_market(self) -> BoolArray:
        """Closes over which anything is held. Shape (n,)."""
        held: BoolArray = self.position != 0.0
        if held.ndim > 1:
            held = np.logical_or.reduce(held, axis=0)
        return held

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
        curve = np.ascontiguousarray(self.equity, dtype="<f8").tobytes().hex()
        rows = [
            [t.side, t.entry_bar, t.exit_bar, t.entry_price, t.exit_price, t.quantity, t.pnl]
            for t in self.trades
        ]
        return digest("peak/backtest/v1", {"equity": curve, "trades": rows})

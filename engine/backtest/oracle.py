"""The second engine: the same decisions, filled by the `backtesting` package.

`python -m engine.backtest.oracle` reads one JSON line (bars, decisions, our quantities) and writes
one JSON line (its trades). A process of its own; nothing else may import `backtesting`. What is
shared with our engine is the question, not the answer: fills, bracket orders and order queue are
the package's own.

How the question is put:
- It starts at its second bar, so a copy of the first one goes in front.
- Whole units only: our quantities are counted in steps of the instrument. It cancels what it
  cannot pay, we cut, so it gets far more cash than is needed; prices do not depend on it.
- No costs: they are arithmetic on prices, and it charges the spread at entries only.
- Trades that are open at the end stay open and are listed apart.
"""

from __future__ import annotations

import sys
import warnings
from typing import Protocol

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy

from engine.backtest.oracle_messages import (
    ANSWER_TAG,
    MAX_LINE_BYTES,
    REQUEST_TAG,
    OracleAnswer,
    OracleRequest,
    OracleTrade,
    Reason,
)
from engine.records import canonical, digest_bytes, parse_record


class _Note:
    """What we remember about a trade while the package holds it; travels as its tag."""

    def __init__(self, level: float | None, *, trailed: bool) -> None:
        self.level = level
        self.trailed = trailed
        self.planned: Reason | None = None
        self.best: float | None = None


class _Held(Protocol):
    """A trade of the package, as far as we use it."""

    tag: _Note
    is_long: bool
    entry_bar: int
    exit_bar: int
    entry_price: float
    exit_price: float
    sl: float | None

    def close(self) -> None:
        """Close the trade at the next open."""


def _tightest(long: bool, levels: list[float | None]) -> float | None:
    known = [level for level in levels if level is not None]
    if not known:
        return None
    return max(known) if long else min(known)


def _behind(long: bool, best: float, share: float) -> float | None:
    """Trailing level a share of one behind the best price, None when nothing trails."""
    return best * (1 - share if long else 1 + share) if share > 0 else None


class _Replay(Strategy):  # type: ignore[misc]  # the package has no types
    """Places the orders that the decisions ask for, in the package's own words."""

    request: OracleRequest

    def init(self) -> None:
        """Read the request once."""
        self.units = dict(self.request.units)
        sides = {"long": self.request.long, "short": self.request.short}
        self.sides = {name: side for name, side in sides.items() if side is not None}
        self.enters = {name: set(side.enter) for name, side in self.sides.items()}
        self.leaves = {name: set(side.leave) for name, side in self.sides.items()}

    def next(self) -> None:
        """Act on what was decided at the last close."""
        t = len(self.data) - 2  # one bar more than ours, and it counts from one
        for trade in self.trades:
            self._raise_stop(trade, t)
            self._plan_exit(trade, t)
        wanted = [
            name
            for name in self.sides
            if t in self.enters[name] and t not in self.leaves[name] and self._may_decide(t)
        ]
        if len(wanted) == 1:
            self._enter(wanted[0], t)

    def _may_decide(self, t: int) -> bool:
        if t < self.request.warmup:
            return False
        if self.request.cooldown == 0 or not self.closed_trades:
            return True
        left = max(trade.exit_bar for trade in self.closed_trades[-2:]) - 1
        return t > int(left) + self.request.cooldown

    def _raise_stop(self, trade: _Held, t: int) -> None:
        """Ratchet the stop at this close; the package uses it from the next bar on."""
        note, long = trade.tag, trade.is_long
        side = self.sides["long" if long else "short"]
        extreme = self.request.high[t] if long else self.request.low[t]
        note.best = _tightest(long, [note.best, extreme]) or extreme
        follower = _behind(long, note.best, side.trailing_fraction)
        level = _tightest(long, [note.level, side.trail[t], follower])
        if level is not None and level != note.level:
            note.level, note.trailed = level, True
            trade.sl = level if level > 0 else None

    def _plan_exit(self, trade: _Held, t: int) -> None:
        name = "long" if trade.is_long else "short"
        limit = self.sides[name].time_bars
        if t in self.leaves[name]:
            trade.tag.planned = "signal"
        elif limit and t - trade.entry_bar + 2 >= limit:
            trade.tag.planned = "time"
        if trade.tag.planned is not None:
            trade.close()

    def _enter(self, name: str, t: int) -> None:
        long = name == "long"
        if any(trade.is_long == long for trade in self.trades):
            return
        side, close = self.sides[name], self.request.close[t]
        start = _tightest(long, [side.trail[t], _behind(long, close, side.trailing_fraction)])
        level = _tightest(long, [side.stop[t], start])
        if level is None and self.request.needs_stop:
            return
        if level is not None and abs(close - level) < self.request.least_distance:
            return
        try:
            self._place(
                long, t, level, side.target[t], trailed=level is not None and level == start
            )
        except ValueError:
            return  # the package's own word for a stop or a target on the wrong side
        for trade in self.trades:
            if trade.is_long != long and trade.tag.planned is None:
                trade.tag.planned = "reverse"
                trade.close()

    def _place(
        self, long: bool, t: int, level: float | None, target: float | None, *, trailed: bool
    ) -> None:
        order = self.buy if long else self.sell
        order(
            size=self.units.get(t, 1),
            sl=level if level is not None and level > 0 else None,
            tp=target if target is not None and target > 0 else None,
            tag=_Note(level, trailed=trailed),
        )


def _reason(trade: _Held) -> Reason:
    """Why a closed trade ended: what we had planned, else the bracket order that was hit."""
    note = trade.tag
    if note.planned is not None:
        return note.planned
    sign = 1 if trade.is_long else -1
    stopped = note.level is not None and sign * (trade.exit_price - note.level) <= 0
    if not stopped:
        return "target"
    return "trailing" if note.trailed else "stop"


def _row(trade: _Held, last: int, last_close: float) -> OracleTrade:
    still_open = trade.exit_bar is None
    return OracleTrade(
        side="long" if trade.is_long else "short",
        entry_bar=int(trade.entry_bar) - 1,
        exit_bar=last if still_open else int(trade.exit_bar) - 1,
        entry_price=float(trade.entry_price),
        exit_price=last_close if still_open else float(trade.exit_price),
        reason="open" if still_open else _reason(trade),
    )


def _table(request: OracleRequest) -> pd.DataFrame:
    """Bars as the package wants them, with a copy of the first bar in front."""
    step = request.time[1] - request.time[0] if len(request.time) > 1 else 86_400_000
    times = np.array([request.time[0] - step, *request.time], dtype="datetime64[ms]")
    columns = {
        name: np.array([column[0], *column], dtype=np.float64)
        for name, column in (
            ("Open", request.open),
            ("High", request.high),
            ("Low", request.low),
            ("Close", request.close),
        )
    }
    return pd.DataFrame(columns, index=pd.DatetimeIndex(times))


def play(request: OracleRequest) -> tuple[tuple[OracleTrade, ...], tuple[OracleTrade, ...]]:
    """Closed and open trades of the package on these decisions."""
    strategy = type("Replay", (_Replay,), {"request": request})
    with warnings.catch_warnings():
        # It warns about open trades and about its own statistics; neither is read.
        warnings.simplefilter("ignore")
        played = Backtest(_table(request), strategy, cash=request.cash).run()["_strategy"]
    last, close = len(request.time) - 1, request.close[-1]
    closed = sorted(
        (_row(trade, last, close) for trade in played.closed_trades), key=lambda row: row.entry_bar
    )
    return tuple(closed), tuple(_row(trade, last, close) for trade in played.trades)


def answer(line: bytes) -> bytes:
    """The worker's one answer to one request line."""
    request = parse_record(OracleRequest, line, MAX_LINE_BYTES)
    closed, still_open = play(request)
    told = OracleAnswer(
        trades=closed,
        open=still_open,
        request=digest_bytes(REQUEST_TAG, line),
        digest=digest_bytes(ANSWER_TAG, canonical([closed, still_open])),
    )
    return canonical(told)


def main() -> None:
    """Read one line, write one line."""
    sys.stdout.buffer.write(answer(sys.stdin.buffer.readline().strip()) + b"\n")


if __name__ == "__main__":
    main()

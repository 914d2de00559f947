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

import math
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
    OracleRule,
    OracleTrade,
    Reason,
    unpacked,
    unpacked_times,
)
from engine.records import canonical, digest_bytes, parse_record


class _Note:
    """What we remember about a trade while the package holds it; travels as its tag."""

    def __init__(self, rule: int, level: float, risk: float, *, trailed: bool) -> None:
        self.rule = rule
        self.level = level
        self.risk = risk
        self.trailed = trailed
        self.planned: Reason | None = None
        self.best = math.nan


class _Held(Protocol):
    """A trade of the package, as far as we use it."""

    tag: _Note
    is_long: bool
    entry_bar: int
    exit_bar: int
    entry_price: float
    exit_price: float
    size: float
    sl: float | None
    tp: float | None

    def close(self) -> None:
        """Close the trade at the next open."""


class _Rule:
    """One rule's decisions in the form that is read bar by bar; NaN for no level."""

    def __init__(self, told: OracleRule, n: int) -> None:
        self.told = told
        self.long = told.side == "long"
        self.enter = set(told.enter)
        self.leave = set(told.leave)
        columns = (told.price, told.stop, told.target, told.trail)
        self.price, self.stop, self.target, self.trail = (
            unpacked(text, n).tolist() for text in columns
        )


def _tightest(long: bool, one: float, other: float) -> float:
    """The level nearer to the price; NaN is no level."""
    if math.isnan(one) or math.isnan(other):
        return other if math.isnan(one) else one
    return max(one, other) if long else min(one, other)


def _behind(long: bool, best: float, share: float) -> float:
    """Trailing level a share of one behind the best price, NaN when nothing trails."""
    return best * (1 - share if long else 1 + share) if share > 0 else math.nan


def _given(level: float) -> float | None:
    """A level in the package's words: None for none, and a price is above zero."""
    return level if level > 0 else None


class _Replay(Strategy):  # type: ignore[misc]  # the package has no types
    """Places the orders that the decisions ask for, in the package's own words."""

    request: OracleRequest

    def init(self) -> None:
        """Read the request once."""
        n = len(self.data.df) - 1
        columns = (self.request.high, self.request.low, self.request.close)
        self.highs, self.lows, self.closes = (unpacked(text, n).tolist() for text in columns)
        self.impact = np.nan_to_num(unpacked(self.request.impact, n)).tolist()
        self.units = dict(self.request.units)
        self.rules = [_Rule(told, n) for told in self.request.rules]

    def next(self) -> None:
        """Act on what was decided at the last close."""
        t = len(self.data) - 2  # one bar more than ours, and it counts from one
        for order in list(self.orders):
            if not order.is_contingent:
                order.cancel()  # an entry that did not fill; it worked for one bar
        for trade in self.trades:
            self._raise_stop(trade, t)
            self._plan_exit(trade, t)
        if not self._may_decide(t):
            return
        firing = [
            number
            for number, rule in enumerate(self.rules)
            if t in rule.enter and t not in rule.leave
        ]
        firsts = {self.rules[number].long: number for number in reversed(firing)}
        if len(firsts) == 1:
            self._enter(next(iter(firsts.values())), t)

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
        rule = self.rules[note.rule]
        extreme = self.highs[t] if long else self.lows[t]
        note.best = _tightest(long, note.best, extreme)
        follower = _behind(long, note.best, rule.told.trailing_fraction)
        level = _tightest(long, _tightest(long, note.level, rule.trail[t]), follower)
        if level > 0 and level != note.level:
            note.level, note.trailed = level, True
        sign = 1 if long else -1
        paid = trade.entry_price * (1 + sign * self.impact[trade.entry_bar - 1])
        gain = sign * (self.closes[t] - paid)
        if rule.told.breakeven_r > 0 and gain >= rule.told.breakeven_r * note.risk:
            note.level = _tightest(long, note.level, paid)
        if _given(note.level) != trade.sl:
            trade.sl = _given(note.level)

    def _plan_exit(self, trade: _Held, t: int) -> None:
        rule = self.rules[trade.tag.rule]
        limit = rule.told.time_bars
        if t in rule.leave:
            trade.tag.planned = "signal"
        elif limit and t - trade.entry_bar + 2 >= limit:
            trade.tag.planned = "time"
        if trade.tag.planned is not None:
            trade.close()

    def _enter(self, number: int, t: int) -> None:
        rule, close = self.rules[number], self.closes[t]
        long = rule.long
        if any(trade.is_long == long for trade in self.trades):
            return
        if rule.told.order != "market":
            self._work(number, t)
            return
        start = _tightest(long, rule.trail[t], _behind(long, close, rule.told.trailing_fraction))
        level = _tightest(long, rule.stop[t], start)
        if math.isnan(level) and self.request.needs_stop:
            return
        if abs(close - level) < self.request.least_distance:
            return
        note = _Note(number, level, abs(close - level), trailed=level == start)
        order = self.buy if long else self.sell
        try:
            order(
                size=self.units.get(t, 1),
                sl=_given(level),
                tp=_given(rule.target[t]),
                tag=note,
            )
        except ValueError:
            return  # the package's own word for a stop or a target on the wrong side
        for trade in self.trades:
            if trade.is_long != long and trade.tag.planned is None:
                trade.tag.planned = "reverse"
                trade.close()

    def _work(self, number: int, t: int) -> None:
        """A stop or limit entry for the next bar; it takes an opposite trade with it."""
        rule = self.rules[number]
        order = self.buy if rule.long else self.sell
        against = sum(abs(trade.size) for trade in self.trades if trade.tag.planned is None)
        price = {rule.told.order: rule.price[t]}
        order(
            size=self.units.get(t, 1) + against,
            tag=_Note(number, math.nan, math.nan, trailed=False),
            **price,
        )


def _reason(trade: _Held) -> Reason:
    """Why a closed trade ended: what we had planned, else the bracket order that was hit."""
    note = trade.tag
    if note.planned is not None:
        return note.planned
    sign = 1 if trade.is_long else -1
    if sign * (trade.exit_price - note.level) > 0 or math.isnan(note.level):
        return "target" if trade.tp is not None else "reverse"
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
    time = unpacked_times(request.time)
    n = len(time)
    step = int(time[1] - time[0]) if n > 1 else 86_400_000
    times = np.concatenate(([time[0] - step], time)).astype("datetime64[ms]")
    columns = {}
    for name in ("open", "high", "low", "close"):
        values = unpacked(getattr(request, name), n)
        columns[name.capitalize()] = np.concatenate((values[:1], values))
    return pd.DataFrame(columns, index=pd.DatetimeIndex(times))


def play(request: OracleRequest) -> tuple[tuple[OracleTrade, ...], tuple[OracleTrade, ...]]:
    """Closed and open trades of the package on these decisions."""
    strategy = type("Replay", (_Replay,), {"request": request})
    with warnings.catch_warnings():
        # It warns about open trades and about its own statistics; neither is read.
        warnings.simplefilter("ignore")
        table = _table(request)
        played = Backtest(table, strategy, cash=request.cash).run()["_strategy"]
    last, close = len(table) - 2, float(table["Close"].iloc[-1])
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

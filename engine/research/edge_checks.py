"""What must hold of every run, whatever the bars are; each check gives a sentence or nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, Literal, get_args

import numpy as np

from engine.backtest.result import BacktestResult, Trade
from engine.data.panel import Panel

Expectation = Literal[
    "equity_finite", "accounts_balance", "one_position_per_rule", "stop_beside_position",
    "nothing_before_warmup", "no_fill_without_volume", "no_gift_at_a_gap", "stop_before_target",
    "nothing_traded", "same_past", "same_again",
]  # fmt: skip
EXPECTATIONS: Final[tuple[Expectation, ...]] = get_args(Expectation)
_CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class EdgeRun:
    """A run on an edge case.

    Attributes:
        result, panel: the run and its bars.
        again: the same run a second time.
        row: of the timeline, where the awkward moment begins.
        usual: the run on the bars without it.
        warmup: bars before which nothing may act.
    """

    result: BacktestResult
    panel: Panel
    again: BacktestResult
    row: int
    usual: BacktestResult
    warmup: int


Check = Callable[[EdgeRun], str]


def _finite(run: EdgeRun) -> str:
    bad = np.flatnonzero(~np.isfinite(run.result.equity))
    return f"the equity of bar {bad[0]} is no number" if len(bad) else ""


def _balance(run: EdgeRun) -> str:
    earned = math.fsum(trade.pnl for trade in run.result.trades)
    ended = float(run.result.equity[-1])
    off = abs(run.result.start_equity + earned - ended)
    if off <= _CLOSE * max(run.result.start_equity, abs(ended)):
        return ""
    return f"the trades earned {earned:.6f}, the account is off by {off:.6f}"


def _whose(trade: Trade) -> tuple[str, str]:
    return trade.symbol, trade.rule


def _one_position(run: EdgeRun) -> str:
    trades = sorted(run.result.trades, key=_whose)
    for (symbol, rule), group in groupby(trades, key=_whose):
        ends: dict[int, int] = {}
        for trade in group:  # parts of one position share their entry bar
            ends[trade.entry_bar] = max(trade.exit_bar, ends.get(trade.entry_bar, 0))
        for (_, ended), (entered, _) in pairwise(sorted(ends.items())):
            if entered < ended:
                return f"{rule} entered {symbol} again in bar {entered}, held until {ended}"
    return ""


def _stops(run: EdgeRun) -> str:
    bare = next((trade for trade in run.result.trades if math.isnan(trade.stop_price)), None)
    return "" if bare is None else f"no stop beside the position of bar {bare.entry_bar}"


def _warm(run: EdgeRun) -> str:
    early = [trade.entry_bar for trade in run.result.trades if trade.entry_bar < run.warmup]
    return f"an entry in bar {min(early)}, the warm-up lasts {run.warmup}" if early else ""


def _fills(run: EdgeRun) -> Iterator[tuple[Trade, int]]:
    """Every fill: trade and row of the timeline."""
    for trade in run.result.trades:
        yield trade, trade.entry_bar
        if trade.exit_reason != "open":
            yield trade, trade.exit_bar


def _volume(run: EdgeRun) -> str:
    for trade, row in _fills(run):
        place = run.panel.place(trade.symbol) or 0
        own = int(run.panel.rows[place][row])
        if trade.exit_reason != "ruin" and (own < 0 or run.panel.each[place].volume[own] <= 0):
            return f"{trade.symbol} was filled in bar {row}, in which nothing was traded"
    return ""


def _gap(run: EdgeRun) -> str:
    """A stop that was jumped fills at the open or worse, never at its price."""
    for trade in run.result.trades:
        if trade.exit_reason != "stop" or trade.exit_bar != run.row:
            continue
        place = run.panel.place(trade.symbol) or 0
        opened = float(run.panel.each[place].open[run.panel.rows[place][run.row]])
        sign = 1.0 if trade.side == "long" else -1.0
        if sign * (trade.exit_price - opened) > _CLOSE * opened and _jumped(trade, opened, sign):
            return f"a stop behind the gap was filled at {trade.exit_price}, open {opened}"
    return ""


def _jumped(trade: Trade, opened: float, sign: float) -> bool:
    return sign * (opened - trade.stop_price) < 0.0


def _stop_first(run: EdgeRun) -> str:
    for trade in run.result.trades:
        inside = trade.exit_bar == run.row and trade.entry_bar < run.row
        if inside and trade.exit_reason == "target":
            return f"stop and target lay in bar {run.row}, and the target was taken"
    return ""


def _nothing(run: EdgeRun) -> str:
    count = len(run.result.trades)
    return f"{count} trades where nothing can be traded" if count else ""


def _past(run: EdgeRun) -> str:
    """What happens later changes nothing before."""
    stop = min(run.row, len(run.result.equity))
    same = np.array_equal(run.result.equity[:stop], run.usual.equity[:stop])
    return "" if same else f"the bars from {run.row} on changed the equity before"


def _again(run: EdgeRun) -> str:
    return "" if run.result.digest == run.again.digest else "two runs gave different bytes"


CHECKS: Final[dict[Expectation, Check]] = {
    "equity_finite": _finite,
    "accounts_balance": _balance,
    "one_position_per_rule": _one_position,
    "stop_beside_position": _stops,
    "nothing_before_warmup": _warm,
    "no_fill_without_volume": _volume,
    "no_gift_at_a_gap": _gap,
    "stop_before_target": _stop_first,
    "nothing_traded": _nothing,
    "same_past": _past,
    "same_again": _again,
}

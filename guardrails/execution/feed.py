"""Replay feed: the bars of a dataset are played to the venue one by one, each ending in a quote.

A bar is played in phases, and the venue is followed after each, so that the stop of an entry at
the open rests before the rest of the bar happens, as in the backtest. Bars in which nothing works
at the venue leave no trace but the last one's quote.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from pydantic import AwareDatetime

from engine.backtest.costs import BPS, CostModel
from engine.backtest.tape import absent_bars
from engine.data.bars import Bars
from engine.errors import InputError
from engine.market import Instrument, Symbol
from engine.records import Digest, Record, parse_record
from engine.text import clean_text
from guardrails.execution.context import Context
from guardrails.execution.trailing import ratchet
from guardrails.ports import Quote
from guardrails.rounding import down, up
from guardrails.store.gateway import Reached
from guardrails.store.outbox import OutboxRow
from guardrails.wire import PHASES, MarketBar

_MS: Final = 1_000
SLICE: Final = 100
"""Bars played at most in one step, so that a long replay starves neither heartbeat nor end."""


class ReplayOrder(Record):
    """What the desk asks for: play this dataset's bars that have closed by `until`."""

    dataset_id: Digest
    symbol: Symbol
    until: AwareDatetime


def replay(ctx: Context, row: OutboxRow, follow: Callable[[Context], None]) -> None:
    """Carry out one replay row; a row that cannot be carried out is journalled and passed over."""
    try:
        asked = parse_record(ReplayOrder, row.payload)
        bars = ctx.source.bars(asked.dataset_id)
    except InputError as error:
        _refuse(ctx, row, error.code, error.message)
        return
    if bars.instrument.symbol != asked.symbol:
        _refuse(ctx, row, "REPLAY_SYMBOL", "the dataset is another symbol's")
        return
    ctx.market.list_instrument(bars.instrument)
    todo = pending_bars(bars, ctx.view.played_to(asked.symbol), asked.until)
    played = 0
    for bar in todo:
        if bar is todo[-1] or ctx.market.has_working(asked.symbol):
            if played == SLICE:
                return  # the row stays the next one, and goes on where it stopped
            played += 1
            _play(ctx, bar, follow)
            ratchet(ctx, bar, bars.instrument)
            ctx.store.quote(quote_of(bar, bars.instrument, ctx.costs), bar, asked.dataset_id)
    reached = Reached(asked.symbol, asked.dataset_id, asked.until, len(todo))
    ctx.store.replayed(row.n, reached)


def _refuse(ctx: Context, row: OutboxRow, code: str, why: str) -> None:
    ctx.store.pass_over(row.n, "replay.refused", {"code": code, "why": clean_text(why, 200)})


def _play(ctx: Context, bar: MarketBar, follow: Callable[[Context], None]) -> None:
    for phase in PHASES:
        ctx.market.play(bar, phase)
        follow(ctx)


def pending_bars(
    bars: Bars, after: datetime | None = None, until: datetime | None = None
) -> tuple[MarketBar, ...]:
    """Bars that opened after `after` and have closed by `until`, in order; None: no bound."""
    absent, found = absent_bars(bars), []
    for index in range(len(bars)):
        opened_at, closed_at = _moment(bars.time[index]), _moment(bars.close_time[index])
        if (until is None or closed_at <= until) and (after is None or opened_at > after):
            found.append(
                MarketBar(
                    symbol=bars.instrument.symbol,
                    opened_at=opened_at,
                    closed_at=closed_at,
                    open=float(bars.open[index]),
                    high=float(bars.high[index]),
                    low=float(bars.low[index]),
                    close=float(bars.close[index]),
                    absent=bool(absent[index]),
                )
            )
    return tuple(found)


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / _MS, tz=UTC)


def quote_of(bar: MarketBar, instrument: Instrument, costs: CostModel) -> Quote:
    """Bid and ask around the close, half the spread away, on the price step; time = bar close."""
    close, step = Decimal(repr(bar.close)), instrument.price_step
    half = close * Decimal(repr(costs.spread_bps)) / 2 / BPS
    return Quote(
        symbol=bar.symbol,
        bid=max(down(close - half, step), step),
        ask=up(close + half, step),
        time=bar.closed_at,
    )

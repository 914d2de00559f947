"""What one phase of a bar does to the working orders: the backtest's rules on exact decimals.

Marketable limits are done at the open, with impact, never beyond their limit; stops and targets
inside the bar, the stop first. A price is rounded against us to the instrument's step, a fee up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine.backtest.costs import BPS, CostModel
from engine.backtest.matching import (
    BUY,
    SELL,
    STOP,
    TARGET,
    protective_exit,
    with_impact,
)
from engine.market import Instrument, Side
from guardrails.rounding import down, loss, up
from guardrails.store.paper_venue import PaperOrder
from guardrails.wire import MarketBar, Phase


@dataclass(frozen=True, slots=True)
class Match:
    """An order that is done in this phase: price after impact, and the fee rate as a fraction."""

    order: PaperOrder
    price: Decimal
    fee_rate: Decimal

    def fee(self, quantity: Decimal) -> Decimal:
        """Fee of `quantity` base units, quote currency, rounded up."""
        return loss(self.price * quantity * self.fee_rate)


@dataclass(frozen=True, slots=True)
class Market:
    """What matching needs besides the orders."""

    bar: MarketBar
    instrument: Instrument
    costs: CostModel

    @property
    def through(self) -> bool:
        """Whether a resting limit must be traded through."""
        return self.costs.limit_fill == "through"

    def priced(self, order: PaperOrder, raw: float) -> Match | None:
        """The fill at this raw price; None when impact or rounding lead beyond the limit."""
        wire = order.wire
        buys = wire.side is Side.BUY
        passive = wire.kind == "limit" and wire.time_in_force == "gtc"
        worse = raw if passive else with_impact(raw, BUY if buys else SELL, self.costs.impact)
        exact, step = Decimal(repr(worse)), self.instrument.price_step
        price = up(exact, step) if buys else max(down(exact, step), step)
        limit = wire.limit_price
        if limit is not None and (price > limit if buys else price < limit):
            return None
        bps = self.costs.maker_fee_bps if passive else self.costs.taker_fee_bps
        return Match(order, price, Decimal(repr(bps)) / BPS)


def matches(orders: Iterable[PaperOrder], market: Market, phase: Phase) -> tuple[Match, ...]:
    """Orders that are done in this phase, in the order in which they are done."""
    if market.bar.absent:
        return ()
    raw_prices = _PHASES[phase](tuple(orders), market)
    found = (market.priced(order, raw) for order, raw in raw_prices)
    return tuple(match for match in found if match is not None)


Raw = tuple[tuple[PaperOrder, float], ...]


def _at_open(orders: tuple[PaperOrder, ...], market: Market) -> Raw:
    now = [order for order in orders if order.wire.time_in_force == "ioc"]
    # exits first: what they free may pay for an entry
    now.sort(key=lambda order: not order.wire.reduce_only)
    return tuple((order, market.bar.open) for order in now)


def _inside(orders: tuple[PaperOrder, ...], market: Market) -> Raw:
    groups: dict[str, list[PaperOrder]] = {}
    for order in orders:
        if order.wire.time_in_force == "gtc":
            groups.setdefault(order.wire.oco_group or order.wire.client_order_id, []).append(order)
    found = (_protective(group, market) for group in groups.values())
    return tuple(hit for hit in found if hit is not None)


def _protective(group: list[PaperOrder], market: Market) -> tuple[PaperOrder, float] | None:
    """The one order of a stop-and-target pair that is done in this bar."""
    bar = market.bar
    stop = next((order for order in group if order.wire.kind == "stop"), None)
    target = next((order for order in group if order.wire.kind == "limit"), None)
    price, event = protective_exit(
        BUY if group[0].wire.side is Side.SELL else SELL,
        _level(stop.wire.trigger_price if stop else None),
        _level(target.wire.limit_price if target else None),
        bar.open,
        bar.high,
        bar.low,
        market.through,
    )
    hit = {STOP: stop, TARGET: target}.get(event)
    return None if hit is None else (hit, price)


def _level(price: Decimal | None) -> float:
    return math.nan if price is None else float(price)


_PHASES: Final[dict[Phase, Callable[[tuple[PaperOrder, ...], Market], Raw]]] = {
    "open": _at_open,
    "inside": _inside,
}

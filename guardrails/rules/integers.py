"""What the predicate looks at: plain integers and booleans, no Decimal, no float.

Prices and quantities are integers at 1e-8, money at 1e-16 (so that quantity x price is money),
`twice_*` prices are doubled (so that a mid price is an integer). `figures.py` makes them, every
rounding to the strict side.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderInts:
    """An order: `price` is the worst price that it can fill at, `stop` 0 when it names none.

    `cost` is all it costs to enter and to be stopped out, `fee` the entry's part of it.
    """

    buy: bool
    reduce_only: bool
    qty: int
    price: int
    stop: int
    cost: int
    fee: int
    twice_reference: int


@dataclass(frozen=True, slots=True)
class StateInts:
    """The account: working orders count as filled on their worst side.

    `pos` is the signed holding of the order's symbol, `open_buy` and `open_sell` what still works
    on it; `symbol`, `strategy`, `cluster` and `gross` are exposures, `count` the symbols held or
    being entered, `holds` whether the order's symbol is one of them; `cash` is free of
    reservations. `peak` is the highest equity ever, `capital` what was paid in. `open_risk` is
    what all stops together would lose, `stopped_pnl` the day's result if they all filled now.
    `stress` is the sum of exposure x gap in money x basis points; `var` and `es` are losses of the
    book after the order. `recent` is the notional of this lineage's entries inside the repeat
    window, `repeats` their number on this side; `turnover` and `trades` are of the UTC day;
    `messages`, `strategy_messages` and `exits` were sent in the last second, minute, minute.
    """

    reducing: bool
    shorts: bool
    holds: bool
    qty_max: int
    equity: int
    peak: int
    capital: int
    cash: int
    pos: int
    open_buy: int
    open_sell: int
    symbol: int
    strategy: int
    cluster: int
    gross: int
    count: int
    open_risk: int
    stopped_pnl: int
    stress: int
    gap_bps: int
    var: int
    es: int
    recent: int
    repeats: int
    turnover: int
    trades: int
    messages: int
    strategy_messages: int
    exits: int


@dataclass(frozen=True, slots=True)
class MarketInts:
    """The market now; what is not known says so, and counts as kept here (`freshness.py` denies).

    `twice_mid` is twice the mid price, `spread` ask less bid, `age_ms` the quote's age, `skew_ms`
    our clock less the venue's, `twice_other` twice the other source's mid that lies farthest away.
    `low` and `high` are the ends of the widest move inside five minutes. `volume` is what traded
    in 24 h, `depth` what is visible inside the collar, both in units.
    """

    twice_mid: int
    spread: int
    age_ms: int
    skew_ms: int
    twice_other: int
    low: int
    high: int
    volume_known: bool
    volume: int
    depth_known: bool
    depth: int


@dataclass(frozen=True, slots=True)
class LimitInts:
    """The limits: basis points and counts as they are, quote amounts as money at 1e-16."""

    risk_bps: int
    open_risk_bps: int
    order_bps: int
    order_quote: int
    stop_bps: int
    symbol_bps: int
    symbol_quote: int
    strategy_bps: int
    strategy_quote: int
    cluster_bps: int
    total_bps: int
    total_quote: int
    leverage_x100: int
    open_count: int
    day_loss_bps: int
    day_loss_quote: int
    reduce_bps: int
    floor_bps: int
    var_bps: int
    es_bps: int
    stress_bps: int
    turnover_bps: int
    trades: int
    repeats: int
    messages: int
    strategy_messages: int
    reserve: int
    volume_bps: int
    depth_bps: int
    collar_bps: int
    passive_bps: int
    exit_bps: int
    age_ms: int
    drift_bps: int
    spread_bps: int
    source_bps: int
    skew_ms: int
    move_bps: int

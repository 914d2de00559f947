"""The numeric core: one predicate with operators only, over plain integers.

Production hands it Python's and / or / not / if; a prover hands its own, so that what is proved
is what runs. No loop, no division, no `if`, no call except the four that are handed in (and the
groups of rows, which are made the same way). The integers are described in `integers.py`; floats
never come here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from guardrails.reasons import Reason
from guardrails.rules.integers import LimitInts, MarketInts, OrderInts, StateInts

Row = tuple[Reason, str, bool]
"""Code, the limit's key, and whether the limit is kept."""

Join = Callable[..., bool]
Choice = Callable[[bool, int, int], int]


class Logic(NamedTuple):
    """The four connectives that are handed in."""

    And: Join
    Or: Join
    Not: Join
    If: Choice


R: Final = Reason


def lowers(p: Logic, o: OrderInts, s: StateInts) -> bool:
    """True when the order only takes from the position, whatever else fills: it cannot flip."""
    return p.Or(
        p.And(p.Not(o.buy), s.pos - s.open_sell - o.qty >= 0),
        p.And(o.buy, s.pos + s.open_buy + o.qty <= 0),
    )


def ratchets(p: Logic, buy: bool, old: int, new: int) -> bool:
    """True when a protective stop moves towards the market or stays; `buy` is the entry's side."""
    return p.If(buy, new - old, old - new) >= 0


def bounds(
    p: Logic,
    o: OrderInts,
    s: StateInts,
    m: MarketInts,
    lim: LimitInts,
) -> tuple[Row, ...]:
    """One row per numeric limit; allowed = every row holds.

    An order that only lowers a position keeps every limit on new risk: an exit is never too big
    to be allowed, it is bounded by what is held.
    """
    out = lowers(p, o, s)
    return (
        *size_rows(p, o, s, m, lim, out),
        *risk_rows(p, o, s, lim, out),
        *exposure_rows(p, o, s, lim, out),
        *pace_rows(p, o, s, lim, out),
        *price_rows(p, o, m, lim, out),
    )


def size_rows(  # noqa: PLR0913, PLR0917 - connectives, three groups of numbers, one of limits
    p: Logic,
    o: OrderInts,
    s: StateInts,
    m: MarketInts,
    lim: LimitInts,
    out: bool,
) -> tuple[Row, ...]:
    """What one order may be, and what the orders of one idea may be together."""
    value, both = o.qty * o.price, s.recent + o.qty * o.price
    thin = o.qty * 10_000 <= m.volume * lim.volume_bps
    deep = o.qty * 10_000 <= m.depth * lim.depth_bps
    order = s.equity * lim.order_bps
    return (
        (R.ORDER_QTY_MAX, "max_quantity", o.qty <= s.qty_max),
        (R.ORDER_QTY_MAX, "max_volume_share_bps", p.Or(out, p.Not(m.volume_known), thin)),
        (R.ORDER_QTY_MAX, "max_depth_share_bps", p.Or(out, p.Not(m.depth_known), deep)),
        (R.ORDER_NOT_REDUCING, "", p.Or(p.Not(o.reduce_only), out)),
        (R.STATE_REDUCING, "", p.Or(p.Not(s.reducing), out)),
        (R.ORDER_NOTIONAL_MAX, "max_order_notional_bps", p.Or(out, value * 10_000 <= order)),
        (R.ORDER_NOTIONAL_MAX, "max_order_notional_quote", p.Or(out, value <= lim.order_quote)),
        (R.ORDER_AGGREGATE_MAX, "recent_notional_bps", p.Or(out, both * 10_000 <= order)),
        (R.ORDER_AGGREGATE_MAX, "recent_notional_quote", p.Or(out, both <= lim.order_quote)),
    )


def risk_rows(
    p: Logic,
    o: OrderInts,
    s: StateInts,
    lim: LimitInts,
    out: bool,
) -> tuple[Row, ...]:
    """What may be lost: at the stop, at all stops, in the tails, today and in all."""
    distance = p.If(o.buy, o.price - o.stop, o.stop - o.price)
    risk = o.qty * distance + o.cost
    near = distance * 10_000 <= o.price * lim.stop_bps
    one = risk * 10_000 <= s.equity * lim.risk_bps
    many = (s.open_risk + risk) * 10_000 <= s.equity * lim.open_risk_bps
    gap = s.stress + o.qty * o.price * s.gap_bps <= s.equity * lim.stress_bps
    left = s.stopped_pnl - risk
    day = left * 10_000 + s.equity * lim.day_loss_bps > 0
    fallen = (s.peak - s.equity) * 10_000 < s.peak * lim.reduce_bps
    above = s.equity * 10_000 > s.capital * lim.floor_bps
    return (
        (R.STOP_MISSING, "", p.Or(out, p.And(o.stop > 0, distance > 0))),
        (R.STOP_TOO_FAR, "max_stop_distance_bps", p.Or(out, near)),
        (R.RISK_PER_TRADE, "max_risk_per_trade_bps", p.Or(out, one)),
        (R.RISK_OPEN_TOTAL, "max_open_risk_bps", p.Or(out, many)),
        (R.RISK_VAR, "max_var95_bps", p.Or(out, s.var * 10_000 <= s.equity * lim.var_bps)),
        (R.RISK_ES, "max_es975_bps", p.Or(out, s.es * 10_000 <= s.equity * lim.es_bps)),
        (R.RISK_STRESS, "max_stress_bps", p.Or(out, gap)),
        (R.LOSS_DAY, "max_daily_loss_bps", p.Or(out, day)),
        (R.LOSS_DAY, "max_daily_loss_quote", p.Or(out, left + lim.day_loss_quote > 0)),
        (R.LOSS_DRAWDOWN, "reduce_drawdown_bps", p.Or(out, fallen)),
        (R.LOSS_EQUITY_FLOOR, "equity_floor_bps", p.Or(out, above)),
    )


def exposure_rows(
    p: Logic,
    o: OrderInts,
    s: StateInts,
    lim: LimitInts,
    out: bool,
) -> tuple[Row, ...]:
    """What may be held, by symbol, strategy, cluster and in all, and what pays for it."""
    value = o.qty * o.price
    symbol, strategy, total = s.symbol + value, s.strategy + value, s.gross + value
    one = symbol * 10_000 <= s.equity * lim.symbol_bps
    idea = strategy * 10_000 <= s.equity * lim.strategy_bps
    like = (s.cluster + value) * 10_000 <= s.equity * lim.cluster_bps
    everything = total * 10_000 <= s.equity * lim.total_bps
    lent = total * 100 <= s.equity * lim.leverage_x100
    count = p.If(s.holds, s.count, s.count + 1)
    owned = s.pos - s.open_sell - o.qty >= 0
    return (
        (R.LIMIT_SYMBOL_EXPOSURE, "max_symbol_exposure_bps", p.Or(out, one)),
        (
            R.LIMIT_SYMBOL_EXPOSURE,
            "max_symbol_exposure_quote",
            p.Or(out, symbol <= lim.symbol_quote),
        ),
        (R.LIMIT_STRATEGY_EXPOSURE, "max_strategy_exposure_bps", p.Or(out, idea)),
        (
            R.LIMIT_STRATEGY_EXPOSURE,
            "max_strategy_exposure_quote",
            p.Or(out, strategy <= lim.strategy_quote),
        ),
        (R.LIMIT_CLUSTER_EXPOSURE, "max_cluster_exposure_bps", p.Or(out, like)),
        (R.LIMIT_TOTAL_EXPOSURE, "max_total_exposure_bps", p.Or(out, everything)),
        (R.LIMIT_TOTAL_EXPOSURE, "max_total_exposure_quote", p.Or(out, total <= lim.total_quote)),
        (R.LIMIT_LEVERAGE, "max_leverage_x100", p.Or(out, lent)),
        (R.LIMIT_OPEN_POSITIONS, "max_open_positions_count", p.Or(out, count <= lim.open_count)),
        (R.LIMIT_BALANCE, "free_cash", p.Or(p.Not(o.buy), value + o.fee <= s.cash)),
        (R.LIMIT_BALANCE, "free_units", p.Or(o.buy, s.shorts, owned)),
    )


def pace_rows(
    p: Logic,
    o: OrderInts,
    s: StateInts,
    lim: LimitInts,
    out: bool,
) -> tuple[Row, ...]:
    """How fast: messages, repeats, trades and turnover; exits have a reserve of their own."""
    turnover = (s.turnover + o.qty * o.price) * 10_000 <= s.equity * lim.turnover_bps
    mine = s.strategy_messages < lim.strategy_messages
    return (
        (R.RATE_MESSAGES, "max_messages_per_s_count", p.Or(out, s.messages < lim.messages)),
        (R.RATE_MESSAGES, "max_strategy_messages_per_min_count", p.Or(out, mine)),
        (R.RATE_MESSAGES, "exit_reserve_count", p.Or(p.Not(out), s.exits < lim.reserve)),
        (R.RATE_REPEATS, "max_repeats_count", p.Or(out, s.repeats < lim.repeats)),
        (R.RATE_DAY_TRADES, "max_trades_per_day_count", p.Or(out, s.trades < lim.trades)),
        (R.LIMIT_DAY_TURNOVER, "max_day_turnover_bps", p.Or(out, turnover)),
    )


def price_rows(
    p: Logic,
    o: OrderInts,
    m: MarketInts,
    lim: LimitInts,
    out: bool,
) -> tuple[Row, ...]:
    """Where the order stands to the market, and whether the market can be believed."""
    through = p.If(o.buy, 2 * o.price - m.twice_mid, m.twice_mid - 2 * o.price)
    width = m.twice_mid * p.If(out, lim.exit_bps, lim.collar_bps)
    behind = -through * 10_000 <= m.twice_mid * lim.passive_bps
    drift, room = (m.twice_mid - o.twice_reference) * 10_000, o.twice_reference * lim.drift_bps
    apart, near = (m.twice_mid - m.twice_other) * 10_000, m.twice_mid * lim.source_bps
    wide = m.spread * 20_000 <= m.twice_mid * lim.spread_bps
    moved = (m.high - m.low) * 10_000 <= m.low * lim.move_bps
    skew = p.And(m.skew_ms <= lim.skew_ms, -m.skew_ms <= lim.skew_ms)
    return (
        (R.PRICE_OUTSIDE_COLLAR, "price_collar_bps", through * 10_000 <= width),
        (R.PRICE_OUTSIDE_COLLAR, "passive_collar_bps", behind),
        (R.PRICE_STALE, "max_quote_age_ms", p.And(m.age_ms >= 0, m.age_ms <= lim.age_ms)),
        (R.PRICE_DRIFT, "max_drift_bps", p.And(drift <= room, -drift <= room)),
        (R.PRICE_SPREAD_WIDE, "max_spread_bps", p.Or(out, wide)),
        (R.PRICE_SOURCES_DISAGREE, "max_source_gap_bps", p.And(apart <= near, -apart <= near)),
        (R.CLOCK_SKEW, "max_clock_skew_ms", skew),
        (R.PRICE_MOVED_TOO_FAR, "max_move_5min_bps", p.Or(out, moved)),
    )

"""Use of every numeric limit before and after an order: the table on the page that is signed."""

from __future__ import annotations

from decimal import Decimal

from guardrails.rules.figures import UNIT_DIGITS, Figures
from guardrails.rules.wording import quote, share, use
from guardrails.tickets import LimitUse

_NONE = Decimal(0)
_UNIT = Decimal(10**UNIT_DIGITS)


def _risk(f: Figures) -> int:
    """What the order loses at its stop with costs; an order that only lowers loses nothing new."""
    o = f.order
    return 0 if f.out else o.qty * (o.price - o.stop if o.buy else o.stop - o.price) + o.cost


def _value(f: Figures) -> int:
    """New exposure; an order that only lowers gives room back."""
    return f.order.qty * f.order.price * (-1 if f.out else 1)


def size(f: Figures) -> tuple[LimitUse, ...]:
    """Use of the size limits; an order that only lowers a position uses none."""
    o, s, m, limits = f.order, f.state, f.market, f.limits
    value, qty = (0, 0) if f.out else (o.qty * o.price, o.qty)
    recent = s.recent + value
    volume = (
        use("max_volume_share_bps", "bps", limits.volume_bps, _NONE, share(qty, m.volume)),
    )  # fmt: skip
    depth = (use("max_depth_share_bps", "bps", limits.depth_bps, _NONE, share(qty, m.depth)),)
    return (
        use("max_quantity", "units", s.qty_max / _UNIT, _NONE, o.qty / _UNIT),
        *(volume if m.volume_known else ()),
        *(depth if m.depth_known else ()),
        use("max_order_notional_bps", "bps", limits.order_bps, _NONE, share(value, s.equity)),
        use("max_order_notional_quote", "quote", quote(limits.order_quote), _NONE, quote(value)),
        use(
            "recent_notional_bps", "bps", limits.order_bps,
            share(s.recent, s.equity), share(recent, s.equity),
        ),
        use(
            "recent_notional_quote", "quote", quote(limits.order_quote),
            quote(s.recent), quote(recent),
        ),
    )  # fmt: skip


def risk(f: Figures) -> tuple[LimitUse, ...]:
    """Use of what may be lost: at the stop, at all stops, in the tails, today and in all."""
    o, s, limits = f.order, f.state, f.limits
    loss, equity = _risk(f), s.equity
    distance = 0 if f.out else (o.price - o.stop if o.buy else o.stop - o.price)
    before, after = -s.stopped_pnl, loss - s.stopped_pnl
    gapped = s.stress + (0 if f.out else o.qty * o.price * s.gap_bps)
    fallen = share(max(s.peak - equity, 0), s.peak)
    lost = share(max(s.capital - equity, 0), s.capital)
    return (
        use("max_stop_distance_bps", "bps", limits.stop_bps, _NONE, share(distance, o.price)),
        use("max_risk_per_trade_bps", "bps", limits.risk_bps, _NONE, share(loss, equity)),
        use(
            "max_open_risk_bps", "bps", limits.open_risk_bps,
            share(s.open_risk, equity), share(s.open_risk + loss, equity),
        ),
        use("max_var95_bps", "bps", limits.var_bps, _NONE, share(s.var, equity)),
        use("max_es975_bps", "bps", limits.es_bps, _NONE, share(s.es, equity)),
        use(
            "max_stress_bps", "bps", limits.stress_bps,
            share(s.stress, equity * 10_000), share(gapped, equity * 10_000),
        ),
        use(
            "max_daily_loss_bps", "bps", limits.day_loss_bps,
            share(before, equity), share(after, equity),
        ),
        use(
            "max_daily_loss_quote", "quote", quote(limits.day_loss_quote),
            quote(before), quote(after),
        ),
        use("reduce_drawdown_bps", "bps", limits.reduce_bps, fallen, fallen),
        use("equity_floor_bps", "bps", 10_000 - limits.floor_bps, lost, lost),
    )  # fmt: skip


def exposure(f: Figures) -> tuple[LimitUse, ...]:
    """Use of the exposure limits, and what pays for the order."""
    o, s, limits, value = f.order, f.state, f.limits, _value(f)
    count = s.count if f.out or s.holds else s.count + 1
    needed = o.qty * o.price + o.fee if o.buy else 0
    shares = (
        ("max_symbol_exposure_bps", limits.symbol_bps, s.symbol),
        ("max_strategy_exposure_bps", limits.strategy_bps, s.strategy),
        ("max_cluster_exposure_bps", limits.cluster_bps, s.cluster),
        ("max_total_exposure_bps", limits.total_bps, s.gross),
    )
    amounts = (
        ("max_symbol_exposure_quote", limits.symbol_quote, s.symbol),
        ("max_strategy_exposure_quote", limits.strategy_quote, s.strategy),
        ("max_total_exposure_quote", limits.total_quote, s.gross),
    )
    return (
        *(
            use(key, "bps", limit, share(held, s.equity), share(held + value, s.equity))
            for key, limit, held in shares
        ),
        *(
            use(key, "quote", quote(limit), quote(held), quote(held + value))
            for key, limit, held in amounts
        ),
        use(
            "max_leverage_x100", "bps", limits.leverage_x100 * 100,
            share(s.gross, s.equity), share(s.gross + value, s.equity),
        ),
        use(
            "max_open_positions_count", "count", limits.open_count,
            Decimal(s.count), Decimal(count),
        ),
        use("free_cash", "quote", quote(s.cash), _NONE, quote(needed)),
        use(
            "free_units", "units", max(s.pos - s.open_sell, 0) / _UNIT,
            _NONE, (0 if o.buy else o.qty) / _UNIT,
        ),
    )  # fmt: skip


def pace(f: Figures) -> tuple[LimitUse, ...]:
    """Use of the limits on pace; an exit counts against its own reserve alone."""
    s, limits = f.state, f.limits
    if f.out:
        return (_next("exit_reserve_count", limits.reserve, s.exits),)
    turnover = s.turnover + f.order.qty * f.order.price
    return (
        _next("max_messages_per_s_count", limits.messages, s.messages),
        _next(
            "max_strategy_messages_per_min_count", limits.strategy_messages, s.strategy_messages
        ),
        _next("max_repeats_count", limits.repeats, s.repeats),
        _next("max_trades_per_day_count", limits.trades, s.trades),
        use(
            "max_day_turnover_bps", "bps", limits.turnover_bps,
            share(s.turnover, s.equity), share(turnover, s.equity),
        ),
    )  # fmt: skip


def _next(key: str, limit: int, done: int) -> LimitUse:
    """A count that this order adds one to."""
    return use(key, "count", limit, Decimal(done), Decimal(done + 1))


def market(f: Figures) -> tuple[LimitUse, ...]:
    """Distance from the reference, drift, and whether the market can be believed."""
    o, m, limits = f.order, f.market, f.limits
    through = 2 * o.price - m.twice_mid if o.buy else m.twice_mid - 2 * o.price
    drift, apart = abs(m.twice_mid - o.twice_reference), abs(m.twice_mid - m.twice_other)
    age, skew = Decimal(m.age_ms), Decimal(abs(m.skew_ms))
    rows = (
        ("price_collar_bps", limits.exit_bps if f.out else limits.collar_bps,
         share(max(through, 0), m.twice_mid)),
        ("passive_collar_bps", limits.passive_bps, share(max(-through, 0), m.twice_mid)),
        ("max_drift_bps", limits.drift_bps, share(drift, o.twice_reference)),
        ("max_spread_bps", limits.spread_bps, share(m.spread * 2, m.twice_mid)),
        ("max_source_gap_bps", limits.source_bps, share(apart, m.twice_mid)),
        ("max_move_5min_bps", limits.move_bps, share(m.high - m.low, m.low)),
    )  # fmt: skip
    return (
        *(use(key, "bps", limit, _NONE, after) for key, limit, after in rows),
        use("max_quote_age_ms", "ms", limits.age_ms, age, age),
        use("max_clock_skew_ms", "ms", limits.skew_ms, skew, skew),
    )

"""What every numeric limit promises, written apart from the code.

Each condition speaks of the account after the order has filled at its worst price, of headroom
that must not be negative, and of rates. It shares no line with `guardrails/rules/bounds.py`; it is
handed connectives, so that the same text is read by Python and by the prover.
"""

# ruff: noqa: ANN401 - what is compared is a number for Python and a term for the prover

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from guardrails.reasons import Reason

BPS = 10_000
Key = tuple[Reason, str]
Conditions = dict[Key, Any]


class Words(NamedTuple):
    """Connectives of the one who reads."""

    all_of: Callable[..., Any]
    any_of: Callable[..., Any]
    no: Callable[[Any], Any]
    case: Callable[[Any, Any, Any], Any]


class After(NamedTuple):
    """The account once everything on the order's side has filled."""

    only_less: Any
    notional: Any
    lost: Any
    per_unit: Any


def after(w: Words, o: Any, s: Any) -> After:
    """The worst case after the order: nothing of the other side fills, all of this side does."""
    bought = s.pos + s.open_buy + o.qty
    sold = s.pos - s.open_sell - o.qty
    paid, saved = o.qty * o.price, o.qty * o.stop
    return After(
        only_less=w.case(o.buy, bought <= 0, sold >= 0),
        notional=paid,
        lost=w.case(o.buy, paid - saved + o.cost, saved - paid + o.cost),
        per_unit=w.case(o.buy, o.price - o.stop, o.stop - o.price),
    )


def room(part: Any, whole: Any, share: Any) -> Any:
    """Headroom of a share in basis points: not negative while the part keeps within it."""
    return whole * share - part * BPS


def conditions(w: Words, o: Any, s: Any, m: Any, lim: Any) -> Conditions:
    """Every limit by code and key; True where the account keeps it after the order."""
    a = after(w, o, s)
    new_risk = {
        **_order(w, a, o, s, m, lim),
        **_losses(w, a, o, s, lim),
        **_holdings(w, a, s, lim),
        **_pace(a, s, lim),
        **_market(m, lim),
    }
    return {
        **{key: w.any_of(a.only_less, kept) for key, kept in new_risk.items()},
        **_always(w, a, o, s, m, lim),
    }


def _order(  # noqa: PLR0913, PLR0917 - four groups of numbers
    w: Words, a: After, o: Any, s: Any, m: Any, lim: Any
) -> Conditions:
    together = s.recent + a.notional
    return {
        (Reason.ORDER_QTY_MAX, "max_volume_share_bps"): w.any_of(
            w.no(m.volume_known), room(o.qty, m.volume, lim.volume_bps) >= 0
        ),
        (Reason.ORDER_QTY_MAX, "max_depth_share_bps"): w.any_of(
            w.no(m.depth_known), room(o.qty, m.depth, lim.depth_bps) >= 0
        ),
        (Reason.ORDER_NOT_REDUCING, ""): w.no(o.reduce_only),
        (Reason.STATE_REDUCING, ""): w.no(s.reducing),
        (Reason.ORDER_NOTIONAL_MAX, "max_order_notional_bps"):
            room(a.notional, s.equity, lim.order_bps) >= 0,
        (Reason.ORDER_NOTIONAL_MAX, "max_order_notional_quote"): lim.order_quote - a.notional >= 0,
        (Reason.ORDER_AGGREGATE_MAX, "recent_notional_bps"):
            room(together, s.equity, lim.order_bps) >= 0,
        (Reason.ORDER_AGGREGATE_MAX, "recent_notional_quote"): lim.order_quote - together >= 0,
    }  # fmt: skip


def _losses(w: Words, a: After, o: Any, s: Any, lim: Any) -> Conditions:
    worst_day = s.stopped_pnl - a.lost
    return {
        (Reason.STOP_MISSING, ""): w.all_of(o.stop >= 1, a.per_unit >= 1),
        (Reason.STOP_TOO_FAR, "max_stop_distance_bps"):
            room(a.per_unit, o.price, lim.stop_bps) >= 0,
        (Reason.RISK_PER_TRADE, "max_risk_per_trade_bps"):
            room(a.lost, s.equity, lim.risk_bps) >= 0,
        (Reason.RISK_OPEN_TOTAL, "max_open_risk_bps"):
            room(s.open_risk + a.lost, s.equity, lim.open_risk_bps) >= 0,
        (Reason.RISK_VAR, "max_var95_bps"): room(s.var, s.equity, lim.var_bps) >= 0,
        (Reason.RISK_ES, "max_es975_bps"): room(s.es, s.equity, lim.es_bps) >= 0,
        (Reason.RISK_STRESS, "max_stress_bps"):
            s.equity * lim.stress_bps - s.stress - a.notional * s.gap_bps >= 0,
        (Reason.LOSS_DAY, "max_daily_loss_bps"): room(-worst_day, s.equity, lim.day_loss_bps) >= 1,
        (Reason.LOSS_DAY, "max_daily_loss_quote"): lim.day_loss_quote + worst_day >= 1,
        (Reason.LOSS_DRAWDOWN, "reduce_drawdown_bps"):
            room(s.peak - s.equity, s.peak, lim.reduce_bps) >= 1,
        (Reason.LOSS_EQUITY_FLOOR, "equity_floor_bps"):
            room(s.equity, s.capital, lim.floor_bps) <= -1,
    }  # fmt: skip


def _holdings(w: Words, a: After, s: Any, lim: Any) -> Conditions:
    symbol, strategy = s.symbol + a.notional, s.strategy + a.notional
    gross, symbols = s.gross + a.notional, w.case(s.holds, s.count, s.count + 1)
    return {
        (Reason.LIMIT_SYMBOL_EXPOSURE, "max_symbol_exposure_bps"):
            room(symbol, s.equity, lim.symbol_bps) >= 0,
        (Reason.LIMIT_SYMBOL_EXPOSURE, "max_symbol_exposure_quote"): lim.symbol_quote - symbol >= 0,
        (Reason.LIMIT_STRATEGY_EXPOSURE, "max_strategy_exposure_bps"):
            room(strategy, s.equity, lim.strategy_bps) >= 0,
        (Reason.LIMIT_STRATEGY_EXPOSURE, "max_strategy_exposure_quote"):
            lim.strategy_quote - strategy >= 0,
        (Reason.LIMIT_CLUSTER_EXPOSURE, "max_cluster_exposure_bps"):
            room(s.cluster + a.notional, s.equity, lim.cluster_bps) >= 0,
        (Reason.LIMIT_TOTAL_EXPOSURE, "max_total_exposure_bps"):
            room(gross, s.equity, lim.total_bps) >= 0,
        (Reason.LIMIT_TOTAL_EXPOSURE, "max_total_exposure_quote"): lim.total_quote - gross >= 0,
        (Reason.LIMIT_LEVERAGE, "max_leverage_x100"):
            s.equity * lim.leverage_x100 - gross * 100 >= 0,
        (Reason.LIMIT_OPEN_POSITIONS, "max_open_positions_count"): lim.open_count - symbols >= 0,
    }  # fmt: skip


def _pace(a: After, s: Any, lim: Any) -> Conditions:
    """Counts with this order included."""
    return {
        (Reason.RATE_MESSAGES, "max_messages_per_s_count"): s.messages + 1 <= lim.messages,
        (Reason.RATE_MESSAGES, "max_strategy_messages_per_min_count"):
            s.strategy_messages + 1 <= lim.strategy_messages,
        (Reason.RATE_REPEATS, "max_repeats_count"): s.repeats + 1 <= lim.repeats,
        (Reason.RATE_DAY_TRADES, "max_trades_per_day_count"): s.trades + 1 <= lim.trades,
        (Reason.LIMIT_DAY_TURNOVER, "max_day_turnover_bps"):
            room(s.turnover + a.notional, s.equity, lim.turnover_bps) >= 0,
    }  # fmt: skip


def _market(m: Any, lim: Any) -> Conditions:
    """What an entry asks of the market."""
    return {
        (Reason.PRICE_SPREAD_WIDE, "max_spread_bps"):
            room(2 * m.spread, m.twice_mid, lim.spread_bps) >= 0,
        (Reason.PRICE_MOVED_TOO_FAR, "max_move_5min_bps"):
            room(m.high - m.low, m.low, lim.move_bps) >= 0,
    }  # fmt: skip


def _always(  # noqa: PLR0913, PLR0917 - four groups of numbers
    w: Words, a: After, o: Any, s: Any, m: Any, lim: Any
) -> Conditions:
    """What an exit keeps too."""
    worse = w.case(o.buy, 2 * o.price - m.twice_mid, m.twice_mid - 2 * o.price)
    moved, apart = m.twice_mid - o.twice_reference, m.twice_other - m.twice_mid
    width = w.case(a.only_less, lim.exit_bps, lim.collar_bps)

    def within(size: Any, bound: Any) -> Any:
        return w.all_of(bound - size >= 0, bound + size >= 0)

    return {
        (Reason.ORDER_QTY_MAX, "max_quantity"): s.qty_max - o.qty >= 0,
        (Reason.LIMIT_BALANCE, "free_cash"): w.any_of(
            w.no(o.buy), s.cash - a.notional - o.fee >= 0
        ),
        (Reason.LIMIT_BALANCE, "free_units"): w.any_of(
            o.buy, s.shorts, s.pos - s.open_sell >= o.qty
        ),
        (Reason.RATE_MESSAGES, "exit_reserve_count"): w.any_of(
            w.no(a.only_less), s.exits + 1 <= lim.reserve
        ),
        (Reason.PRICE_OUTSIDE_COLLAR, "price_collar_bps"): room(worse, m.twice_mid, width) >= 0,
        (Reason.PRICE_OUTSIDE_COLLAR, "passive_collar_bps"):
            room(-worse, m.twice_mid, lim.passive_bps) >= 0,
        (Reason.PRICE_STALE, "max_quote_age_ms"): w.all_of(m.age_ms >= 0, lim.age_ms >= m.age_ms),
        (Reason.PRICE_DRIFT, "max_drift_bps"):
            within(moved * BPS, o.twice_reference * lim.drift_bps),
        (Reason.PRICE_SOURCES_DISAGREE, "max_source_gap_bps"):
            within(apart * BPS, m.twice_mid * lim.source_bps),
        (Reason.CLOCK_SKEW, "max_clock_skew_ms"): within(m.skew_ms, lim.skew_ms),
    }  # fmt: skip

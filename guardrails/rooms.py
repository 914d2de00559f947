"""How many units each limit still allows: what a size is the smallest of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine.backtest.costs import CostModel
from guardrails.limits import BPS, Limits
from guardrails.reasons import Reason
from guardrails.rounding import CENT_OF_CENT
from guardrails.rules.costs import rate
from guardrails.rules.figures import MONEY, UNIT_DIGITS
from guardrails.rules.integers import MarketInts, StateInts

_SLACK: Final = 4 * CENT_OF_CENT
"""Fees and losses are rounded up at 1e-8 in four places; the budget gives way by as much."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the strategy asks for: bound price, stop, and shares of equity (risk, position)."""

    price: Decimal
    stop: Decimal
    risk_share: Decimal
    position_share: Decimal


@dataclass(frozen=True, slots=True)
class Room:
    """Units that one limit still allows; below zero when it is used up."""

    code: Reason
    key: str
    quantity: Decimal


def entry_rooms(
    wish: Wish, limits: Limits, state: StateInts, market: MarketInts, costs: CostModel
) -> tuple[Room, ...]:
    """The room of every limit for one entry, in units of base, not yet on the lot.

    The tails are not among them: they are not a share of the price (see `sizing.py`).
    """
    unit_risk = wish.price - wish.stop + wish.price * rate(costs.taker_fee_bps)
    unit_risk += wish.stop * rate(costs.taker_fee_bps, costs.spread_bps / 2, costs.slippage_bps)
    cash = (_money(state.cash) - _SLACK) / (1 + rate(costs.taker_fee_bps))
    return (
        *(
            Room(code, key, (budget - _SLACK) / unit_risk)
            for code, key, budget in _loss_budgets(wish, limits, state)
        ),
        *(
            Room(code, key, budget / wish.price)
            for code, key, budget in _notional_budgets(wish, limits, state)
        ),
        Room(Reason.LIMIT_BALANCE, "free_cash", cash / wish.price),
        *_market_rooms(limits, market),
    )


def _market_rooms(limits: Limits, market: MarketInts) -> Iterator[Room]:
    """What the market bears, as far as it was measured."""
    shares = (
        ("max_volume_share_bps", limits.max_volume_share_bps, market.volume_known, market.volume),
        ("max_depth_share_bps", limits.max_depth_share_bps, market.depth_known, market.depth),
    )
    for key, share_bps, known, units in shares:
        if known:
            quantity = Decimal(units * share_bps).scaleb(-UNIT_DIGITS) / BPS
            yield Room(Reason.ORDER_QTY_MAX, key, quantity)


def _money(value: int) -> Decimal:
    return Decimal(value) / MONEY


Budget = tuple[Reason, str, Decimal]


def _loss_budgets(wish: Wish, limits: Limits, state: StateInts) -> Iterator[Budget]:
    """What may be lost at the stop, quote currency."""
    equity, stopped = _money(state.equity), _money(state.stopped_pnl)
    yield (
        Reason.RISK_PER_TRADE,
        "max_risk_per_trade_bps",
        equity * limits.max_risk_per_trade_bps / BPS,
    )
    yield Reason.RISK_PER_TRADE, "risk_fraction", equity * wish.risk_share
    yield (
        Reason.RISK_OPEN_TOTAL,
        "max_open_risk_bps",
        equity * limits.max_open_risk_bps / BPS - _money(state.open_risk),
    )
    yield (
        Reason.LOSS_DAY,
        "max_daily_loss_bps",
        equity * limits.max_daily_loss_bps / BPS + stopped,
    )
    yield Reason.LOSS_DAY, "max_daily_loss_quote", limits.max_daily_loss_quote + stopped


def _notional_budgets(wish: Wish, limits: Limits, state: StateInts) -> Iterator[Budget]:
    """What may be bought at the bound price, quote currency."""
    equity, symbol, gross = _money(state.equity), _money(state.symbol), _money(state.gross)
    order, one, total = (
        Reason.ORDER_NOTIONAL_MAX, Reason.LIMIT_SYMBOL_EXPOSURE, Reason.LIMIT_TOTAL_EXPOSURE,
    )  # fmt: skip
    per_share = equity / BPS
    yield order, "max_order_notional_bps", per_share * limits.max_order_notional_bps
    yield order, "max_order_notional_quote", Decimal(limits.max_order_notional_quote)
    yield one, "max_symbol_exposure_bps", per_share * limits.max_symbol_exposure_bps - symbol
    yield one, "max_symbol_exposure_quote", limits.max_symbol_exposure_quote - symbol
    yield one, "max_position_fraction", equity * wish.position_share - symbol
    yield total, "max_total_exposure_bps", per_share * limits.max_total_exposure_bps - gross
    yield total, "max_total_exposure_quote", limits.max_total_exposure_quote - gross
    yield (
        Reason.LIMIT_LEVERAGE,
        "max_leverage_x100",
        equity * limits.max_leverage_x100 / 100 - gross,
    )
    yield from _shared_budgets(limits, state, per_share)


def _shared_budgets(limits: Limits, state: StateInts, per_share: Decimal) -> Iterator[Budget]:
    """What is shared with other orders: of the strategy, the cluster, the day, the same idea."""
    strategy, idea = Reason.LIMIT_STRATEGY_EXPOSURE, Reason.ORDER_AGGREGATE_MAX
    mine, recent = _money(state.strategy), _money(state.recent)
    yield strategy, "max_strategy_exposure_bps", per_share * limits.max_strategy_exposure_bps - mine
    yield strategy, "max_strategy_exposure_quote", limits.max_strategy_exposure_quote - mine
    yield (
        Reason.LIMIT_CLUSTER_EXPOSURE,
        "max_cluster_exposure_bps",
        per_share * limits.max_cluster_exposure_bps - _money(state.cluster),
    )
    yield idea, "recent_notional_bps", per_share * limits.max_order_notional_bps - recent
    yield idea, "recent_notional_quote", limits.max_order_notional_quote - recent
    yield (
        Reason.LIMIT_DAY_TURNOVER,
        "max_day_turnover_bps",
        per_share * limits.max_day_turnover_bps - _money(state.turnover),
    )
    yield (
        Reason.RISK_STRESS,
        "max_stress_bps",
        (per_share * limits.max_stress_bps - _money(state.stress) / BPS) * BPS / state.gap_bps,
    )

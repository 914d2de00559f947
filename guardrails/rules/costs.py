"""What trading costs, as Decimal: the cost model's basis points on the worst prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from engine.backtest.costs import CostModel
from guardrails.positions import Position
from guardrails.rounding import loss

_BPS: Final = Decimal(10_000)


def rate(*bps: float) -> Decimal:
    """The sum of basis points as a share of one."""
    return sum((Decimal(repr(value)) for value in bps), Decimal(0)) / _BPS


def fee(value: Decimal, costs: CostModel) -> Decimal:
    """Taker fee on a notional, quote currency, rounded up."""
    return loss(value * rate(costs.taker_fee_bps))


def exit_cost(value: Decimal, costs: CostModel) -> Decimal:
    """Fee, half the spread and slippage of leaving `value` at a stop, rounded up."""
    impact = rate(costs.taker_fee_bps, costs.spread_bps / 2, costs.slippage_bps)
    return loss(value * impact)


def round_trip(quantity: Decimal, price: Decimal, stop: Decimal, costs: CostModel) -> Decimal:
    """All costs of entering at the bound price and being stopped out at the trigger."""
    return fee(quantity * price, costs) + exit_cost(quantity * stop, costs)


def stopped_result(position: Position, costs: CostModel) -> Decimal:
    """Result of one position if its stop filled now at the trigger, after costs."""
    return position.stop_value - position.cost - exit_cost(abs(position.stop_value), costs)

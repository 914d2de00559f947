"""Loss rules: what a day, a fall from the peak and the tails may cost, and what halts trading."""

from __future__ import annotations

from typing import Final

from guardrails.limits import BPS, Limits
from guardrails.positions import BookValue
from guardrails.reasons import Denial, Reason
from guardrails.rules.facts import History
from guardrails.trading_state import TradingState

SENTENCES: Final = {
    Reason.LOSS_DAY: "the day's loss could reach its limit at the stops: no new risk today",
    Reason.LOSS_DRAWDOWN: "the account is too far below its peak: nothing new is opened",
    Reason.LOSS_EQUITY_FLOOR: "too much of the paid-in capital is lost: nothing new is opened",
    Reason.RISK_VAR: "the book's value at risk would be too high: make the order smaller",
    Reason.RISK_ES: "the book's expected shortfall would be too high: make the order smaller",
    Reason.RISK_STRESS: "too much is lost if everything gaps at once: make the order smaller",
}


def day_loss_reached(value: BookValue, limits: Limits) -> Denial | None:
    """The day's loss has reached its limit: whoever sees this trips the latch.

    The result counts at stops or at marks, whichever is worse. Basis points are of equity.
    """
    loss = -min(value.stopped_pnl, value.day_pnl)
    within_share = loss * BPS < value.equity * limits.max_daily_loss_bps
    if within_share and loss < limits.max_daily_loss_quote:
        return None
    return Denial.of(
        Reason.LOSS_DAY,
        "the day's loss has reached its limit: trading halts until people re-arm it",
        loss=loss,
        limit_bps=limits.max_daily_loss_bps,
        limit_quote=limits.max_daily_loss_quote,
    )


def drawdown_reached(
    value: BookValue, history: History, limits: Limits
) -> tuple[TradingState, Denial] | None:
    """The state that the fall from the peak asks for, and why; None while it asks for none.

    The brake is REDUCING, the limit and the equity floor are HALTED. Whoever sees this trips the
    latch; only people re-arm it.
    """
    peak = max(history.peak, history.capital, value.equity)
    fallen = (peak - value.equity) * BPS
    if value.equity * BPS <= history.capital * limits.equity_floor_bps:
        return TradingState.HALTED, Denial.of(
            Reason.LOSS_EQUITY_FLOOR,
            "equity has reached its floor: trading halts until people re-arm it",
            equity=value.equity,
            capital=history.capital,
            floor_bps=limits.equity_floor_bps,
        )
    if fallen < peak * limits.reduce_drawdown_bps:
        return None
    halted = fallen >= peak * limits.max_drawdown_bps
    state = TradingState.HALTED if halted else TradingState.REDUCING
    return state, Denial.of(
        Reason.LOSS_DRAWDOWN,
        f"equity has fallen too far from its peak: trading is {state} until people re-arm it",
        equity=value.equity,
        peak=peak,
        limit_bps=limits.max_drawdown_bps if halted else limits.reduce_drawdown_bps,
    )

"""Loss rules: the day's result with every stop filled, after this order, stays above the limit."""

from __future__ import annotations

from typing import Final

from guardrails.limits import BPS, Limits
from guardrails.positions import BookValue
from guardrails.reasons import Denial, Reason
from guardrails.rules.figures import Figures
from guardrails.rules.wording import quote, share, use
from guardrails.tickets import LimitUse

SENTENCES: Final = {
    Reason.LOSS_DAY: "the day's loss could reach its limit at the stops: no new risk today",
}


def uses(f: Figures) -> tuple[LimitUse, ...]:
    """Use of the daily loss limits, stops counted as filled."""
    o, s, limits = f.order, f.state, f.limits
    distance = o.price - o.stop if o.buy else o.stop - o.price
    risk = 0 if f.out else o.qty * distance + o.cost
    before, after = -s.stopped_pnl, risk - s.stopped_pnl
    return (
        use(
            "max_daily_loss_bps", "bps", limits.day_loss_bps,
            share(before, s.equity), share(after, s.equity),
        ),
        use(
            "max_daily_loss_quote", "quote", quote(limits.day_loss_quote),
            quote(before), quote(after),
        ),
    )  # fmt: skip


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

"""The published baseline: 21 orders that must be refused, all refused here with their codes.

The same kind of orders was put to the risk engine of NautilusTrader 1.221.0, set as strictly as it
allows: 16 of 21 reached the exchange client. Both controls passed there; here each case has its
own twin.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from config.modes import Mode
from config.settings import LimitSettings
from engine.market import Side
from guardrails.limits import effective
from guardrails.positions import Book
from guardrails.reasons import Reason
from guardrails.rules.amend import amendment
from guardrails.rules.facts import Resting
from guardrails.trading_state import TradingState
from tests.desk_world import NOW, ticket
from tests.refusing import refuses
from tests.risk_world import (
    FRESH,
    HELD,
    Case,
    act,
    history,
    instrument,
    market,
    other,
)

D = Decimal
HUGE = {"quantity": D(15), "notional_quote": D(900_000), "worst_loss_quote": D(20_000)}

CASES: dict[str, Case] = {
    "an order of ninety times the account": Case(
        Reason.ORDER_NOTIONAL_MAX, order=HUGE),
    "a quantity meant as an amount": Case(
        Reason.ORDER_QTY_MAX, order={"quantity": D(500), "notional_quote": D(30_000_000)}
    ),
    "more than the account can pay": Case(
        Reason.LIMIT_BALANCE,
        world={"working": (other("AAA", "97"),)},
        twin_world={"working": (other("AAA", "5"),)},
    ),
    "an account that nobody knows": Case(Reason.APPROVAL_SCOPE, order={"account_id": "paper-9"}),
    "no price at all": Case(Reason.PRICE_REFERENCE_MISSING, world={"quote": None}),
    "a quote that is three days old": Case(
        Reason.PRICE_STALE,
        world={"market_now": NOW + timedelta(days=3)},
        twin_world={"market_now": NOW + timedelta(seconds=3)},
    ),
    "a price far through the market": Case(
        Reason.PRICE_OUTSIDE_COLLAR,
        order={"limit_price": D(66_000), "notional_quote": D(330), "worst_loss_quote": D(40)},
    ),
    "a market order without a bound": Case(
        Reason.PRICE_OUTSIDE_COLLAR, order={"order_type": "market", "limit_price": None}
    ),
    "the same order twice": Case(
        Reason.ORDER_DUPLICATE,
        world=history(act(1, lineage_id="lineage-1", quantity=D("0.005"), at=NOW)),
        twin_world=history(act(1, lineage_id="lineage-3", quantity=D("0.005"), at=NOW)),
    ),
    "one big order cut into small ones": Case(
        Reason.ORDER_AGGREGATE_MAX,
        world=history(act(1, **FRESH, notional=D(790))),
        twin_world=history(act(1, **FRESH, notional=D(390))),
    ),
    "a strategy in a loop": Case(
        Reason.RATE_REPEATS,
        world=history(*(act(n, **FRESH) for n in range(40))),
        twin_world=history(act(1, **FRESH)),
    ),
    "a burst of orders": Case(
        Reason.RATE_MESSAGES,
        world=history(*(act(n, at=NOW, notional=D(0)) for n in range(50))),
        twin_world=history(act(1, at=NOW, notional=D(0))),
    ),
    "a reducing order that turns the position": Case(
        Reason.ORDER_NOT_REDUCING,
        selling="0.015", world={"book": HELD},
        twin_order={"quantity": "0.005"}, twin_world={"book": HELD},
    ),
    "an entry without a stop": Case(Reason.STOP_MISSING, order={"stop_price": None}),
    "a day that has lost enough": Case(
        Reason.LOSS_DAY,
        world={"book": Book(cash=D(9_800), day="2026-01-15", realised_day=D(-200), fills=2)},
        twin_world={"book": Book(cash=D(9_900), day="2026-01-15", realised_day=D(-100), fills=2)},
    ),
    "an entry while trading is halted": Case(
        Reason.STATE_HALTED, world={"state": TradingState.HALTED}
    ),
    "an instrument that is not listed": Case(
        Reason.INSTRUMENT_NOT_ALLOWED, world={"instrument": instrument(symbol="DOGE/USDT")}
    ),
    "an order against our own": Case(
        Reason.ORDER_SELF_CROSS,
        world=history(resting=(Resting("BTC/USDT", Side.SELL, D(59_900)),)),
        twin_world=history(resting=(Resting("BTC/USDT", Side.SELL, D(63_000)),)),
    ),
    "sources far apart": Case(
        Reason.PRICE_SOURCES_DISAGREE,
        world=market(others=(D(50_000),)),
        twin_world=market(others=(D(60_010),)),
    ),
}  # fmt: skip
"""Nineteen orders; the two attempts to change what was agreed stand below."""


@pytest.mark.parametrize("name", CASES)
def test_the_baseline_is_refused(name: str) -> None:
    """The case is denied with its code, and its twin has no denial at all."""
    case = CASES[name]
    refuses(case.refused, case.code, twin=case.passed)


def test_the_baseline_has_twenty_one_cases() -> None:
    """Nineteen orders, the change of a sent one, and the limit that strategy code takes away."""
    assert len(CASES) + 2 == 21


def test_a_small_order_does_not_become_a_large_one() -> None:
    """Baseline: 300 changed to 900,000 after it was sent."""
    refuses(
        lambda: amendment(ticket(), ticket(**HUGE)),
        Reason.ORDER_AMEND_FORBIDDEN,
        twin=lambda: amendment(ticket(), ticket(stop_price=D(58_900))),
    )


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"max_order_notional_quote": 1_000_000}, Reason.CONFIG_CEILING),
        ({"max_drawdown_bps": 9_000}, Reason.CONFIG_CEILING),
        ({"max_daily_loss_bps": 201}, Reason.CONFIG_CEILING),
        ({"equity_floor_bps": 100}, Reason.CONFIG_CEILING),
        ({"block_on_violation": 0}, Reason.CONFIG_UNKNOWN_KEY),
        ({"bypass": 1}, Reason.CONFIG_UNKNOWN_KEY),
    ],
)
def test_nobody_takes_a_limit_away(overrides: dict[str, int], code: Reason) -> None:
    """Baseline: a limit removed or raised by whoever writes the settings, and a bypass flag."""
    refuses(
        lambda: effective(LimitSettings(overrides=overrides)),
        code,
        twin=lambda: effective(LimitSettings(overrides={"max_order_notional_quote": 999})),
    )


def test_no_mode_is_reached_by_a_ticket_that_says_so() -> None:
    """A live ticket in a paper installation is refused; the same in paper passes."""
    live = Case(Reason.MODE_FORBIDDEN, order={"mode": Mode.LIVE})
    refuses(live.refused, Reason.MODE_FORBIDDEN, twin=live.passed)

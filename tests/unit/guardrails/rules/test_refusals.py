"""Each rule refuses with its own code, and its twin, which differs in one thing, passes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from config.modes import Mode
from engine.market import Side
from guardrails.book import fold
from guardrails.positions import Book
from guardrails.reasons import Reason
from guardrails.risk import assess
from guardrails.signing import Signer
from guardrails.tickets import SignedCertificate
from guardrails.trading_state import TradingState
from tests.desk_world import (
    CERTIFICATE,
    NOW,
    codes,
    context,
    fill,
    quote,
    sale,
    ticket,
)
from tests.refusing import refuses
from tests.risk_world import HELD, Case, instrument, limits, other, working

BIG = {
    "quantity": Decimal("0.02"),
    "notional_quote": Decimal(1_200),
    "worst_loss_quote": Decimal(30),
}
FAR_STOP = {"stop_price": Decimal(57_000), "worst_loss_quote": Decimal(16)}
NO_TRAIL = {"trail_kind": None, "trail_value": None, "exit_rule_digest": "e5" * 32}


def lost(amount: str) -> Book:
    """A flat account that lost so much today."""
    result = -Decimal(amount)
    return Book(
        cash=10_000 + result, day="2026-01-15", realised_day=result, realised=result, fills=2
    )


LATE = {
    "created_at": NOW + timedelta(days=89),
    "expires_at": NOW + timedelta(days=91),
    "valid_until": NOW + timedelta(days=91),
}
ALIEN = SignedCertificate(
    certificate=CERTIFICATE, signature=Signer("33" * 32).sign(CERTIFICATE.digest)
)

CASES: dict[str, Case] = {
    "notional above the share of equity": Case(
        Reason.ORDER_NOTIONAL_MAX,
        order=BIG,
        twin_order={**BIG, "quantity": Decimal("0.01666"), "notional_quote": Decimal(1_000)},
    ),
    "notional above the quote amount": Case(
        Reason.ORDER_NOTIONAL_MAX,
        world={"limits": limits(max_order_notional_quote=299)},
        order={"limits_version": limits(max_order_notional_quote=299).version},
        twin_world={"limits": limits(max_order_notional_quote=300)},
        twin_order={"limits_version": limits(max_order_notional_quote=300).version},
    ),
    "quantity above the instrument's maximum": Case(
        Reason.ORDER_QTY_MAX,
        order={"quantity": Decimal(500), "notional_quote": Decimal(30_000_000)},
    ),
    "risk at the stop too large": Case(
        Reason.RISK_PER_TRADE,
        order={"quantity": Decimal("0.0166"), "notional_quote": Decimal(996), **FAR_STOP,
               "worst_loss_quote": Decimal(60)},
        twin_order={"quantity": Decimal("0.015"), "notional_quote": Decimal(996), **FAR_STOP,
                    "worst_loss_quote": Decimal(50)},
    ),
    "the ticket's own worst loss counts": Case(
        Reason.RISK_PER_TRADE,
        order={"worst_loss_quote": Decimal("50.01")},
        twin_order={"worst_loss_quote": Decimal(50)},
    ),
    "stop too far": Case(
        Reason.STOP_TOO_FAR,
        order={**FAR_STOP, "stop_price": Decimal("56999.99")},
        twin_order=FAR_STOP,
    ),
    "no stop": Case(Reason.STOP_MISSING, order={"stop_price": None}),
    "stop on the wrong side": Case(
        Reason.STOP_MISSING,
        order={**NO_TRAIL, "stop_price": Decimal("60000.01")},
        twin_order={**NO_TRAIL, "stop_price": Decimal("59999.99")},
    ),
    "no exit beside the stop": Case(
        Reason.STOP_EXIT_MISSING,
        order={"trail_kind": None, "trail_value": None},
        twin_order={"trail_kind": None, "trail_value": None, "exit_rule_digest": "e5" * 32},
    ),
    "symbol exposure with what is held": Case(
        Reason.LIMIT_SYMBOL_EXPOSURE,
        order={"quantity": Decimal("0.012"), "notional_quote": Decimal(720),
               "worst_loss_quote": Decimal(20)},
        world={"book": HELD},
        twin_order={"quantity": Decimal("0.011"), "notional_quote": Decimal(720),
                    "worst_loss_quote": Decimal(20)},
        twin_world={"book": HELD},
    ),
    "symbol exposure with what is on its way": Case(
        Reason.LIMIT_SYMBOL_EXPOSURE,
        world={"working": (working(quantity=Decimal("0.012")),)},
        twin_world={"working": (working(quantity=Decimal("0.011")),)},
    ),
    "total exposure": Case(
        Reason.LIMIT_TOTAL_EXPOSURE,
        world={"working": (other("AAA", "14"), other("BBB", "14"))},
        twin_world={"working": (other("AAA", "13"), other("BBB", "14"))},
    ),
    "one position too many": Case(
        Reason.LIMIT_OPEN_POSITIONS,
        world={"working": (other("AAA"), other("BBB"), other("CCC"))},
        twin_world={"working": (other("AAA"), other("BBB"))},
    ),
    "daily loss at the stops": Case(
        Reason.LOSS_DAY,
        world={"book": lost("189.50")},
        twin_world={"book": lost("189.40")},
    ),
    "not enough cash": Case(
        Reason.LIMIT_BALANCE,
        world={"working": (other("AAA", "97"),)},
        twin_world={"working": (other("AAA", "5"),)},
    ),
    "selling more than is held": Case(
        Reason.LIMIT_BALANCE, selling="0.006", world={"book": HELD}, twin_world={"book": HELD},
        twin_order={"quantity": "0.005"},
    ),
    "a reducing order that flips": Case(
        Reason.ORDER_NOT_REDUCING, selling="0.015", world={"book": HELD}, twin_world={"book": HELD},
        twin_order={"quantity": "0.005"},
    ),
    "an exit on top of a working exit": Case(
        Reason.ORDER_NOT_REDUCING,
        selling="0.003",
        world={"book": HELD, "working": (working(side=Side.SELL, reduce_only=True,
                                                 quantity=Decimal("0.003")),)},
        twin_world={"book": HELD, "working": (working(side=Side.SELL, reduce_only=True,
                                                      quantity=Decimal("0.002")),)},
    ),
    "an entry while reducing": Case(
        Reason.STATE_REDUCING, world={"state": TradingState.REDUCING}
    ),
    "anything while halted": Case(
        Reason.STATE_HALTED,
        selling="0.005",
        world={"book": HELD, "state": TradingState.HALTED},
        twin_world={"book": HELD, "state": TradingState.REDUCING},
    ),
    "no quote": Case(Reason.PRICE_REFERENCE_MISSING, world={"quote": None}),
    "no market clock": Case(Reason.PRICE_REFERENCE_MISSING, world={"market_now": None}),
    "another symbol's quote": Case(
        Reason.PRICE_REFERENCE_MISSING,
        world={"quote": type(quote()).model_validate({**dict(quote()), "symbol": "ETH/USDT"})},
    ),
    "crossed quote": Case(
        Reason.PRICE_REFERENCE_MISSING,
        world={"quote": type(quote()).model_validate({**dict(quote()), "bid": Decimal(60_004)})},
    ),
    "old quote": Case(
        Reason.PRICE_STALE,
        world={"market_now": NOW + timedelta(milliseconds=5_001)},
        twin_world={"market_now": NOW + timedelta(milliseconds=5_000)},
    ),
    "quote from the future": Case(
        Reason.PRICE_STALE,
        world={"market_now": NOW - timedelta(milliseconds=1)},
        twin_world={"market_now": NOW},
    ),
    "limit through the collar": Case(
        Reason.PRICE_OUTSIDE_COLLAR,
        order={"limit_price": Decimal("60300.01"), "notional_quote": Decimal(302),
               "worst_loss_quote": Decimal(9)},
        twin_order={"limit_price": Decimal("60300.00"), "notional_quote": Decimal(302),
                    "worst_loss_quote": Decimal(9)},
    ),
    "limit far behind the market": Case(
        Reason.PRICE_OUTSIDE_COLLAR,
        order={**NO_TRAIL, "limit_price": Decimal("53999.99"), "stop_price": Decimal(53_000)},
        twin_order={**NO_TRAIL, "limit_price": Decimal("54000.00"), "stop_price": Decimal(53_000)},
    ),
    "an exit has a wider collar of its own": Case(
        Reason.PRICE_OUTSIDE_COLLAR,
        selling="0.005",
        world={"book": HELD},
        order={"limit_price": Decimal("58799.99")},
        twin_world={"book": HELD},
        twin_order={"limit_price": Decimal("58800.00")},
    ),
    "an order without a limit": Case(
        Reason.PRICE_OUTSIDE_COLLAR, order={"order_type": "market", "limit_price": None}
    ),
    "the market has moved": Case(
        Reason.PRICE_DRIFT,
        world={"quote": quote("60300.01")},
        twin_world={"quote": quote("60300.00")},
    ),
    "the market has moved the other way": Case(
        Reason.PRICE_DRIFT,
        world={"quote": quote("59699.99")},
        order={**NO_TRAIL, "limit_price": Decimal(59_700)},
        twin_world={"quote": quote("59700.00")},
        twin_order={**NO_TRAIL, "limit_price": Decimal(59_700)},
    ),
    "below the least quantity": Case(
        Reason.ORDER_QTY_INVALID,
        order={"quantity": Decimal("0.00001"), "notional_quote": Decimal(300)},
        twin_order={"quantity": Decimal("0.0002"), "notional_quote": Decimal(300)},
    ),
    "a stop that could not be sold": Case(
        Reason.ORDER_QTY_INVALID,
        order={"quantity": Decimal("0.00017")},
        twin_order={"quantity": Decimal("0.00018")},
    ),
    "a notional that is shown too small": Case(
        Reason.ORDER_QTY_INVALID,
        order={"notional_quote": Decimal("299.99")},
        twin_order={"notional_quote": Decimal(300)},
    ),
    "a loss that is shown too small": Case(
        Reason.ORDER_QTY_INVALID,
        order={"worst_loss_quote": Decimal("6.00")},
        twin_order={"worst_loss_quote": Decimal("6.80")},
    ),
    "quantity off its step": Case(
        Reason.ORDER_STEP_INVALID, order={"quantity": Decimal("0.004999")}
    ),
    "limit off its step": Case(
        Reason.ORDER_STEP_INVALID, order={"limit_price": Decimal("59999.999")}
    ),
    "stop off its step": Case(
        Reason.ORDER_STEP_INVALID, order={"stop_price": Decimal("58800.001")}
    ),
    "a symbol that is not allowed": Case(
        Reason.INSTRUMENT_NOT_ALLOWED, world={"instrument": None}
    ),
    "another venue": Case(
        Reason.INSTRUMENT_NOT_ALLOWED, world={"instrument": instrument(venue="other")}
    ),
    "steps that have changed": Case(
        Reason.INSTRUMENT_NOT_ALLOWED, world={"instrument": instrument(min_notional=Decimal(11))}
    ),
    "another mode": Case(Reason.MODE_FORBIDDEN, order={"mode": Mode.LIVE}),
    "a mode that is not built": Case(
        Reason.MODE_FORBIDDEN, order={"mode": Mode.LIVE}, world={"mode": Mode.LIVE}
    ),
    "another account": Case(Reason.APPROVAL_SCOPE, order={"account_id": "paper-2"}),
    "another deployment": Case(Reason.APPROVAL_SCOPE, order={"deployment_id": "elsewhere"}),
    "no certificate": Case(Reason.CERT_MISSING, world={"certificate": None}),
    "another spec": Case(Reason.CERT_MISSING, order={"spec_digest": "ff" * 32}),
    "another report": Case(Reason.CERT_MISSING, order={"report_digest": "ff" * 32}),
    "signed by somebody else": Case(Reason.CERT_MISSING, world={"certificate": ALIEN}),
    "expired certificate": Case(
        Reason.CERT_EXPIRED,
        world={"now": CERTIFICATE.expires_at},
        order=LATE,
        twin_world={"now": CERTIFICATE.expires_at - timedelta(milliseconds=1)},
        twin_order=LATE,
    ),
    "revoked certificate": Case(
        Reason.CERT_REVOKED,
        world={"certificate_revoked": True},
    ),
    "other limits": Case(Reason.APPROVAL_LIMITS_CHANGED, order={"limits_version": "ff" * 32}),
    "an expired ticket": Case(
        Reason.APPROVAL_EXPIRED,
        world={"now": NOW + timedelta(seconds=120, milliseconds=1)},
        twin_world={"now": NOW + timedelta(seconds=120)},
    ),
    "a ticket from the future": Case(
        Reason.APPROVAL_EXPIRED,
        world={"now": NOW - timedelta(milliseconds=1)},
        twin_world={"now": NOW},
    ),
    "an unknown book": Case(Reason.LIMIT_UNKNOWN, world={"value": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_rule_refuses_with_its_own_code(name: str) -> None:
    """The case is denied with its code, and its twin has no denial at all."""
    case = CASES[name]
    refuses(case.refused, case.code, twin=case.passed)


@pytest.mark.parametrize(
    ("code", "world"),
    [
        (Reason.CERT_REVOKED, {"certificate_revoked": True}),
        (Reason.STATE_REDUCING, {"state": TradingState.REDUCING}),
        (Reason.LIMIT_UNKNOWN, {"unmarked": True}),
    ],
)
def test_what_refuses_an_entry_lets_an_exit_pass(code: Reason, world: dict[str, object]) -> None:
    """A revoked certificate, REDUCING or a missing mark elsewhere never locks a position in."""
    changed = {"book": HELD, **world}
    if changed.pop("unmarked", False):
        known = context(book=HELD).value
        assert known is not None
        changed["value"] = type(known).model_validate({**dict(known), "unmarked": ("ETH/USDT",)})
        changed.pop("book")
    refuses(
        lambda: assess(ticket(), context(**changed)),
        code,
        twin=lambda: assess(sale("0.005"), context(**changed)),
    )


def test_a_big_exit_is_allowed_because_it_is_bounded_by_what_is_held() -> None:
    """After a rise the whole position may be sold at once; an entry of that size may not."""
    held = fold([fill(quantity=Decimal("0.03"))], Decimal(10_000), {})
    entry = ticket(quantity=Decimal("0.03"), notional_quote=Decimal(1_800))
    refuses(
        lambda: assess(entry, context()),
        Reason.ORDER_NOTIONAL_MAX,
        twin=lambda: assess(sale("0.03"), context(book=held)),
    )


def test_a_working_order_of_the_ticket_itself_does_not_count_twice() -> None:
    """The gateway asks about a ticket that is already on its way."""
    own = working(ticket_digest=ticket().digest, quantity=Decimal("0.012"))
    foreign = working(quantity=Decimal("0.012"))
    assert assess(ticket(), context(working=(own,))).denials == ()
    assert not assess(ticket(), context(working=(foreign,))).allowed


def test_all_denials_are_listed() -> None:
    """A verdict names everything that is wrong, not only the first thing."""
    bad = ticket(**{**BIG, "stop_price": None, "mode": Mode.LIVE})
    found = codes(assess(bad, context(quote=None)).denials)
    assert found >= {
        Reason.ORDER_NOTIONAL_MAX,
        Reason.STOP_MISSING,
        Reason.MODE_FORBIDDEN,
        Reason.PRICE_REFERENCE_MISSING,
    }


def test_a_denial_says_the_numbers() -> None:
    """The values name the limit's key, the limit and what the order would make of it."""
    verdict = assess(ticket(**BIG), context())
    found = next(d for d in verdict.denials if d.code is Reason.ORDER_NOTIONAL_MAX)
    assert dict(found.values) == {
        "key": "max_order_notional_bps", "limit": "1000", "before": "0", "after": "1200.00",
        "unit": "bps",
    }  # fmt: skip
    assert "at most 1000" in found.message


def test_the_table_of_limits_shows_before_and_after() -> None:
    """A second purchase adds to what is held already."""
    uses = {row.key: row for row in assess(ticket(), context(book=HELD)).uses}
    row = uses["max_symbol_exposure_quote"]
    assert (row.before, row.after, row.limit) == (Decimal("299.99"), Decimal("599.99"), 2_500)
    assert uses["max_open_positions_count"].after == 1
    assert uses["max_daily_loss_quote"].before == Decimal("6.72")

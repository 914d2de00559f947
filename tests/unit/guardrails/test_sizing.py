"""Sizing: the quantity follows from the stop and from the free room; the rules then agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from config.modes import Mode
from engine.market import Instrument, Side
from engine.signals import Signal
from guardrails.book import fold
from guardrails.positions import Book, Working
from guardrails.reasons import Denial, Reason
from guardrails.risk import assess
from guardrails.rules.context import RiskContext
from guardrails.sizing import Frame, size
from guardrails.tickets import OrderTicket
from tests.desk_world import (
    BTC,
    CERTIFICATE,
    NOW,
    context,
    exit_signal,
    fill,
    quote,
    signal,
    ticket,
)

D = Decimal
FRAME = Frame(
    deployment_id="local",
    mode=Mode.PAPER,
    account_id="paper-1",
    proposer_id="trader-1",
    lineage_id="lineage-1",
    candidate_id=CERTIFICATE.candidate_digest,
    report_digest=CERTIFICATE.report_digest,
    nonce="0" * 32,
    created_at=NOW,
)
WIDE = Instrument.model_validate({**dict(BTC), "max_quantity": Decimal(10)})


def sized(wanted: Signal, world: RiskContext | None = None, frame: Frame = FRAME) -> OrderTicket:
    """The ticket, which the rules allow."""
    found = size(wanted, frame, world or context())
    assert isinstance(found, OrderTicket), found
    assert assess(found, world or context()).denials == ()
    return found


def denied(wanted: Signal, world: RiskContext) -> Denial:
    """Why there is no ticket."""
    found = size(wanted, FRAME, world)
    assert isinstance(found, Denial)
    return found


def test_an_entry_is_a_marketable_limit_at_the_edge_of_the_collar() -> None:
    """Immediate or cancel, 50 basis points through the mid, so that what is signed is a bound."""
    made = sized(signal())
    assert (made.side, made.order_type, made.time_in_force) == (Side.BUY, "limit", "ioc")
    assert (made.limit_price, made.max_slippage_bps) == (D("60300.00"), 50)
    assert (made.reference_price, made.reference_time) == (D(60_000), NOW)
    assert (made.stop_price, made.target_price, made.reduce_only) == (58_800, 63_000, False)
    assert made.notional_quote == made.quantity * D(60_300)


def test_the_position_cap_binds_when_the_stop_is_near() -> None:
    """Ten percent of equity at the bound price, floored to the lot."""
    assert sized(signal()).quantity == D("0.01658")


def test_the_risk_binds_when_the_stop_is_far() -> None:
    """Half a percent of equity is lost at the stop with costs; one more lot would not fit."""
    made = sized(signal(stop_price=D("57290")))
    lot = D("0.00001")
    unit = D(60_300) - 57_290 + D(60_300) * D("0.001") + D(57_290) * D("0.0014")
    assert made.quantity * unit <= 50 < (made.quantity + lot) * unit
    assert made.worst_loss_quote == pytest.approx(made.quantity * unit, abs=D("0.0000001"))


def test_the_strategys_own_risk_can_only_be_smaller() -> None:
    """A spec that asks for a tenth of the allowed risk gets a tenth; for ten times, no more."""
    allowed = sized(signal(stop_price=D("57290")))
    smaller = sized(signal(stop_price=D("57290"), risk_fraction=0.0005))
    larger = sized(signal(stop_price=D("57290"), risk_fraction=0.05))
    assert smaller.quantity * 9 < allowed.quantity
    assert larger.quantity == allowed.quantity


def test_a_restless_symbol_gets_a_smaller_position() -> None:
    """At twice the target volatility half of the cap."""
    restless = sized(signal(), frame=replace(FRAME, realised_vol_bps=1_600))
    assert restless.quantity == D("0.00829")
    assert sized(signal(), frame=replace(FRAME, realised_vol_bps=400)).quantity == D("0.01658")


def test_numbers_are_rounded_to_the_safe_side() -> None:
    """Limit of a buy down, stop of a long up, target of a sell up."""
    made = sized(
        signal(stop_price=D("58800.001"), target_price=D("62999.991")),
        context(quote=quote("60000.03")),
    )
    assert made.limit_price == D("60300.03")
    assert made.stop_price == D("58800.01")
    assert made.target_price == D("63000.00")


@pytest.mark.parametrize("stop", [None, D("60300.00"), D(70_000)])
def test_a_size_without_a_stop_is_refused(stop: Decimal | None) -> None:
    """No stop, or one that is not below the price: SIZING_UNBOUNDED, never the whole account."""
    assert denied(signal(stop_price=stop), context()).code is Reason.SIZING_UNBOUNDED
    assert sized(signal(stop_price=D("60299.99")))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"instrument": None}, Reason.INSTRUMENT_NOT_ALLOWED),
        ({"quote": None}, Reason.PRICE_REFERENCE_MISSING),
        ({"value": None}, Reason.LIMIT_UNKNOWN),
        ({"book": Book(cash=D("0.5"))}, Reason.ORDER_NOTIONAL_MAX),
        ({"book": Book(cash=D(-5))}, Reason.LIMIT_LEVERAGE),
        ({"book": fold([fill(quantity=D("0.017"))], D(10_000), {})}, Reason.RISK_OPEN_TOTAL),
    ],
)
def test_without_room_there_is_no_ticket(changes: dict[str, object], code: Reason) -> None:
    """What is unknown denies, and a used-up limit names itself; with room there is a ticket."""
    assert denied(signal(), context(**changes)).code is code
    assert sized(signal())


def test_the_instruments_maximum_binds() -> None:
    """No order is larger than the record allows."""
    tiny = Instrument.model_validate({**dict(BTC), "max_quantity": D("0.001")})
    assert sized(signal(), context(instrument=tiny)).quantity == D("0.001")


def test_what_is_held_and_what_works_takes_room() -> None:
    """A second entry fills the symbol's limit up and no further."""
    stops = {ticket().digest: D(58_800)}
    held = context(book=fold([fill()], D(10_000), stops))
    second = sized(signal(), held)
    on_the_way = Working(
        ticket_digest="e0" * 32, symbol="BTC/USDT", side=Side.BUY, quantity=D("0.005"),
        price=D(60_300), stop_price=D(58_800), reduce_only=False,
    )  # fmt: skip
    third = sized(signal(), replace(held, working=(on_the_way,)))
    assert D("0.01658") > second.quantity > third.quantity > 0


def test_an_exit_sells_the_whole_position_and_nothing_more() -> None:
    """Reduce-only, at the exit collar, the limit of a sell rounded up."""
    held = context(book=fold([fill()], D(10_000), {}), quote=quote("60000.03"))
    made = size(exit_signal(), FRAME, held)
    assert isinstance(made, OrderTicket)
    assert (made.side, made.quantity, made.reduce_only) == (Side.SELL, D("0.005"), True)
    assert (made.limit_price, made.stop_price) == (D("58800.03"), None)
    assert assess(made, held).denials == ()


def test_an_exit_leaves_out_what_works_already() -> None:
    """A second exit sells only the rest; with all of it on its way there is nothing to sell."""
    held = context(book=fold([fill()], D(10_000), {}))
    selling = Working(
        ticket_digest="e0" * 32, symbol="BTC/USDT", side=Side.SELL, quantity=D("0.002"),
        price=D(59_000), stop_price=None, reduce_only=True,
    )  # fmt: skip
    made = size(exit_signal(), FRAME, replace(held, working=(selling,)))
    assert isinstance(made, OrderTicket)
    assert made.quantity == D("0.003")
    everything = Working.model_validate({**dict(selling), "quantity": D("0.005")})
    nothing = size(exit_signal(), FRAME, replace(held, working=(everything,)))
    assert isinstance(nothing, Denial)
    assert nothing.code is Reason.ORDER_NOT_REDUCING


def test_an_exit_without_a_position_is_refused() -> None:
    """There is nothing to reduce."""
    assert denied(exit_signal(), context()).code is Reason.ORDER_NOT_REDUCING


def test_the_ticket_says_where_it_comes_from() -> None:
    """Signal, certificate, candidate, report, book, limits and proposer are named."""
    made = sized(signal())
    assert made.signal_digest == signal().digest
    assert made.certificate_digest == CERTIFICATE.digest
    assert (made.candidate_id, made.report_digest) == (
        CERTIFICATE.candidate_digest, CERTIFICATE.report_digest,
    )  # fmt: skip
    assert made.book_digest == Book(cash=D(10_000)).digest
    assert made.limits_version == context().limits.version
    assert (made.proposer_id, made.lineage_id) == ("trader-1", "lineage-1")


def test_a_near_ticket_lives_two_minutes() -> None:
    """Its limit lies inside the collar, so the short time applies; milliseconds only."""
    frame = replace(FRAME, created_at=NOW + timedelta(microseconds=1_999))
    made = sized(signal(), frame=frame, world=context(now=NOW + timedelta(seconds=2)))
    assert made.created_at == NOW + timedelta(milliseconds=1)
    assert made.expires_at - made.created_at == timedelta(seconds=120)
    assert made.valid_until == made.expires_at


def test_a_trail_and_an_exit_rule_count_as_exits() -> None:
    """Each is written into the ticket, and an entry with neither is denied by the rules."""
    trailed = sized(signal(target_price=None, trail_fraction=D("0.02")))
    assert (trailed.trail_kind, trailed.trail_value) == ("percent", D("0.02"))
    ruled = sized(signal(target_price=None), frame=replace(FRAME, exit_rule_digest="e5" * 32))
    assert ruled.exit_rule_digest == "e5" * 32
    bare = size(signal(target_price=None), FRAME, context())
    assert isinstance(bare, OrderTicket)
    codes = {denial.code for denial in assess(bare, context()).denials}
    assert codes == {Reason.STOP_EXIT_MISSING}

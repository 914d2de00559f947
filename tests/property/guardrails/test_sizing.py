"""Sizing over random markets and books: the rules agree, and nothing is left on the table."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import event, given
from hypothesis import strategies as st

from config.modes import Mode
from engine.market import Instrument, Side
from engine.signals import Signal
from guardrails.book import at_quotes, fold
from guardrails.limits import BPS
from guardrails.ports import FixedMarket
from guardrails.positions import BookValue, Working
from guardrails.risk import assess
from guardrails.rounding import down
from guardrails.rules.context import RiskContext
from guardrails.rules.facts import History
from guardrails.sizing import Frame, size
from guardrails.tickets import OrderTicket
from tests.desk_world import (
    BTC,
    CERTIFICATE,
    NOW,
    codes,
    context,
    exit_signal,
    fill,
    quote,
    signal,
    ticket,
)

WIDE = Instrument.model_validate({**dict(BTC), "max_quantity": Decimal(1_000)})
FRAME = Frame(
    deployment_id="local", mode=Mode.PAPER, account_id="paper-1", proposer_id="trader-1",
    lineage_id="lineage-1", candidate_id=CERTIFICATE.candidate_digest,
    report_digest=CERTIFICATE.report_digest, nonce="0" * 32, created_at=NOW,
)  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> RiskContext:
    """Some cash, perhaps a position, perhaps an order on its way, a quote near 60,000."""
    held = Decimal(draw(st.integers(0, 1_500))) / 10**5
    mid = str(draw(st.integers(5_500_000, 6_500_000)) / Decimal(100))
    stops = {ticket().digest: Decimal(draw(st.integers(50_000, 59_000)))}
    fills = [fill(quantity=held)] if held else []
    book = fold(fills, Decimal(draw(st.integers(10**5, 5 * 10**7))) / 100, stops)
    moving = Decimal(draw(st.integers(0, 500))) / 10**5
    working = () if not moving else (
        Working(
            ticket_digest="e0" * 32, symbol="BTC/USDT", side=Side.BUY, quantity=moving,
            price=Decimal(mid), stop_price=Decimal(mid) - 3_000, reduce_only=False,
        ),
    )  # fmt: skip
    made = context(book=book, quote=quote(mid), working=working, instrument=WIDE)
    value = _valued(made)
    return replace(made, value=value, history=History(capital=value.equity, peak=value.equity))


def _valued(made: RiskContext) -> BookValue:
    assert made.quote is not None
    assert made.value is not None
    return at_quotes(made.value.book, FixedMarket([made.quote]), made.costs)


@st.composite
def entries(draw: st.DrawFn, world: RiskContext) -> Signal:
    """An entry with a stop one to nine percent away."""
    assert world.quote is not None
    away = draw(st.integers(100, 600))
    return signal(
        stop_price=down(world.quote.mid * (BPS - away) / BPS, Decimal("0.01")),
        target_price=world.quote.mid + 5_000,
        risk_fraction=draw(st.sampled_from([0.0005, 0.003, 0.005, 0.02])),
        max_position_fraction=draw(st.sampled_from([0.03, 0.1, 1.0])),
    )


EXPECTED = {"STOP_TOO_FAR", "ORDER_QTY_INVALID", "LIMIT_OPEN_POSITIONS"}
"""What sizing leaves to the rules: distance of the stop, the venue's minimum, counts."""


@given(st.data())
def test_a_sized_entry_breaks_no_limit_on_money(data: st.DataObject) -> None:
    """Whatever the book and the market: size, exposure, loss, cash and collar are kept."""
    world = data.draw(worlds())
    made = size(data.draw(entries(world)), FRAME, world)
    event(type(made).__name__)
    if isinstance(made, OrderTicket):
        assert {code.value for code in codes(assess(made, world).denials)} <= EXPECTED
        assert made.quantity % WIDE.quantity_step == 0
        assert made.limit_price is not None
        assert made.limit_price % WIDE.price_step == 0


@given(st.data())
def test_one_lot_more_would_not_fit(data: st.DataObject) -> None:
    """The size is the largest that the limits and the strategy's own wishes allow."""
    world = data.draw(worlds())
    wanted = data.draw(entries(world))
    made = size(wanted, FRAME, world)
    if not isinstance(made, OrderTicket):
        return
    assert made.limit_price is not None
    assert world.value is not None
    more = made.quantity + WIDE.quantity_step
    bigger = OrderTicket.model_validate(
        {
            **dict(made),
            "quantity": more,
            "notional_quote": more * made.limit_price,
            "worst_loss_quote": made.worst_loss_quote * more / made.quantity + Decimal("0.000001"),
        }
    )
    risk_cap = world.value.equity * Decimal(repr(wanted.risk_fraction))
    position_cap = world.value.equity * Decimal(repr(wanted.max_position_fraction))
    held = world.value.exposure_of("BTC/USDT") + sum(
        one.quantity * one.price for one in world.working
    )
    over_wish = bigger.worst_loss_quote >= risk_cap or held + bigger.notional_quote >= position_cap
    assert over_wish or not assess(bigger, world).allowed


@given(st.data())
def test_an_exit_sells_what_is_held_and_is_allowed(data: st.DataObject) -> None:
    """Never more than the holding, in any state of the rest of the account."""
    world = data.draw(worlds())
    made = size(exit_signal(), FRAME, world)
    assert world.value is not None
    held = world.value.book.position("BTC/USDT")
    if held is None:
        assert not isinstance(made, OrderTicket)
        return
    assert isinstance(made, OrderTicket)
    assert made.quantity == held.quantity
    assert {code.value for code in codes(assess(made, world).denials)} <= EXPECTED

"""The book: a fold of fills, exact to the last digit, unknown prices never counted as known."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.market import Side
from guardrails.book import after, at_quotes, fold, stops_of, working_orders
from guardrails.ports import FixedMarket
from guardrails.positions import Book
from guardrails.tickets import Order, OrderState
from tests.desk_world import COSTS, NOW, fill, quote, sale, ticket

D = Decimal
STOPS = stops_of([ticket()])
CASH = D(10_000)


def sold(number: int, quantity: str, price: str, **changes: object) -> object:
    """A sale with a fee of 0.10."""
    return fill(
        number,
        side=Side.SELL, quantity=D(quantity), price=D(price), fee=D("0.10"), **changes,
    )  # fmt: skip


def test_nothing_bought_is_all_cash() -> None:
    """Without fills the book is its starting cash, at any quote."""
    value = at_quotes(fold([], CASH, STOPS), FixedMarket(), COSTS)
    assert (value.equity, value.gross, value.stopped_pnl, value.unmarked) == (CASH, 0, 0, ())


def test_a_purchase_costs_cash_and_fee() -> None:
    """Position, average entry, stop and cash follow from one fill."""
    book = fold([fill()], CASH, STOPS)
    held = book.position("BTC/USDT")
    assert held is not None
    assert (held.quantity, held.average_entry, held.stop_price) == (D("0.005"), 60_000, 58_800)
    assert (book.cash, book.realised_day, book.fees) == (D("9699.70"), D("-0.30"), D("0.30"))


def test_adding_averages_entry_and_stop() -> None:
    """Two purchases at two prices with two stops weigh by amount."""
    second = fill(2, price=D(63_000), quantity=D("0.0025"), ticket_digest="ff" * 32)
    book = fold([fill(), second], CASH, {**STOPS, "ff" * 32: D(61_800)})
    held = book.position("BTC/USDT")
    assert held is not None
    assert (held.quantity, held.average_entry, held.stop_price) == (D("0.0075"), 61_000, 59_800)


def test_a_partial_sale_takes_its_share_of_the_cost() -> None:
    """The rest keeps its average entry and stop; the gain is realised net of fees."""
    book = fold([fill(), sold(2, "0.002", "61000")], CASH, STOPS)
    held = book.position("BTC/USDT")
    assert held is not None
    assert (held.quantity, held.average_entry, held.stop_price) == (D("0.003"), 60_000, 58_800)
    assert book.realised == D("2.00") - D("0.40")


def test_a_full_sale_leaves_nothing() -> None:
    """Flat again, and the result is the change of cash."""
    book = fold([fill(), sold(2, "0.005", "58800")], CASH, STOPS)
    assert book.positions == ()
    assert book.realised == book.cash - CASH == D("-6.40")


def test_selling_through_zero_opens_the_other_side() -> None:
    """The rest of a sale beyond the holding is a short at the sale's price, without a stop."""
    book = fold([fill(), sold(2, "0.008", "61000")], CASH, STOPS)
    held = book.position("BTC/USDT")
    assert held is not None
    assert (held.quantity, held.average_entry, held.protected) == (D("-0.003"), 61_000, True)
    assert book.realised == D("5.00") - D("0.40")


@pytest.mark.parametrize("stop", [None, "missing"])
def test_a_position_without_a_stop_counts_as_lost_in_full(stop: str | None) -> None:
    """No stop in the ticket, or no ticket: the whole value is at risk; with one it is not."""
    stops = {} if stop else {ticket().digest: None}
    bare = at_quotes(fold([fill()], CASH, stops), FixedMarket([quote()]), COSTS)
    held = bare.book.position("BTC/USDT")
    assert held is not None
    assert held.stop_price is None
    assert bare.stopped_pnl == D("-300.30")
    stopped = at_quotes(fold([fill()], CASH, STOPS), FixedMarket([quote()]), COSTS)
    assert stopped.stopped_pnl == D("-0.30") - D(6) - D("0.4116")


def test_a_short_without_a_stop_counts_double() -> None:
    """There is no price at which a short is lost in full, so twice its entry stands in."""
    short = fill(side=Side.SELL, fee=D(0))
    value = at_quotes(fold([short], CASH, {}), FixedMarket([quote()]), COSTS)
    assert value.stopped_pnl == D(-300) - D(600) * D("0.0014")


def test_a_fee_in_the_base_asset_reduces_what_is_held() -> None:
    """The venue keeps a little of what was bought; cash is untouched by it."""
    book = fold([fill(fee=D("0.000005"), fee_asset="BTC")], CASH, STOPS)
    held = book.position("BTC/USDT")
    assert held is not None
    assert (held.quantity, book.cash, book.fees) == (D("0.004995"), D(9_700), D("0.30"))


def test_a_fee_that_takes_everything_leaves_no_position() -> None:
    """A fee as large as the purchase is a loss, not a position of nothing."""
    book = fold([fill(fee=D("0.005"), fee_asset="BTC")], CASH, STOPS)
    assert book.positions == ()
    assert book.realised == book.cash - CASH == D(-300)


def test_the_same_trade_counts_once() -> None:
    """A fill that is reported twice is booked once; another trade id is another fill."""
    assert fold([fill(), fill()], CASH, STOPS) == fold([fill()], CASH, STOPS)
    assert fold([fill(), fill(2)], CASH, STOPS).fills == 2


def test_the_days_result_starts_at_midnight() -> None:
    """Yesterday's loss is in the total and not in the day."""
    tomorrow = NOW + timedelta(days=1)
    book = fold([fill(), sold(2, "0.005", "58800", venue_time=tomorrow)], CASH, STOPS)
    assert (book.day, book.realised_day, book.realised) == (
        "2026-01-16", D("-6.10"), D("-6.40"),
    )  # fmt: skip
    market = FixedMarket([quote(time=tomorrow)])
    assert at_quotes(book, market, COSTS).day_pnl == D("-6.10")
    market.advance_to(tomorrow + timedelta(days=1))
    assert at_quotes(book, market, COSTS).day_pnl == 0


def test_a_long_is_marked_at_the_bid() -> None:
    """What could be had for it now, not the mid price."""
    value = at_quotes(fold([fill()], CASH, STOPS), FixedMarket([quote("61000")]), COSTS)
    assert value.open_pnl == D("0.005") * (D("60996.95") - 60_000)
    assert value.equity == D("9699.70") + D("0.005") * D("60996.95")
    assert value.exposure_of("BTC/USDT") == value.gross == D("0.005") * D("60996.95")
    assert value.exposure_of("ETH/USDT") == 0


def test_the_stopped_result_does_not_move_with_the_price() -> None:
    """Only accepted entries, ratchets and slippage change it."""
    book = fold([fill()], CASH, STOPS)
    results = {
        at_quotes(book, FixedMarket([quote(mid)]), COSTS).stopped_pnl
        for mid in ("59000", "60000", "90000")
    }
    assert len(results) == 1


def test_a_position_without_a_quote_is_named() -> None:
    """It counts at its entry and is listed, so that the rules can deny."""
    value = at_quotes(fold([fill()], CASH, STOPS), FixedMarket(), COSTS)
    assert value.unmarked == ("BTC/USDT",)
    assert (value.open_pnl, value.gross) == (0, D(300))


def test_the_digest_tells_books_apart() -> None:
    """Equal books have equal digests, another fill another one."""
    first = fold([fill()], CASH, STOPS)
    assert first.digest == after(Book(cash=CASH), fill(), D(58_800)).digest
    assert first.digest != fold([fill(), fill(2)], CASH, STOPS).digest


def order(state: OrderState, side: Side = Side.BUY, leg: str = "entry") -> Order:
    """The gateway's order of `ticket()`."""
    return Order(
        client_order_id="00000000-0000-4000-8000-000000000000",
        ticket_digest=ticket().digest, leg=leg, account_id="paper-1", venue="paper",
        symbol="BTC/USDT", side=side, quantity=D("0.005"), limit_price=D(60_000), state=state,
        updated_at=NOW,
    )  # fmt: skip


ENDED = {
    OrderState.DENIED, OrderState.REJECTED, OrderState.NOT_PLACED, OrderState.FILLED,
    OrderState.CANCELED, OrderState.EXPIRED,
}  # fmt: skip


@pytest.mark.parametrize("state", OrderState)
def test_an_order_works_until_the_gateway_says_that_it_ended(state: OrderState) -> None:
    """Every state that is not final, UNKNOWN too, still counts in full."""
    found = working_orders([ticket()], [order(state)], [])
    assert (found == ()) == (state in ENDED)


def test_a_release_that_the_gateway_has_not_taken_counts() -> None:
    """Between release and send nothing is forgotten; what has filled is not counted twice."""
    (waiting,) = working_orders([ticket()], [], [])
    assert (waiting.quantity, waiting.price) == (D("0.005"), D(60_000))
    (rest,) = working_orders([ticket()], [], [fill(quantity=D("0.002"))])
    assert rest.quantity == D("0.003")
    assert working_orders([ticket()], [], [fill()]) == ()


def test_the_tickets_stop_is_not_its_entry() -> None:
    """A working stop, or its fill, neither reopens nor reduces what the entry may still fill."""
    orders = [order(OrderState.FILLED), order(OrderState.OPEN, Side.SELL, "stop-1")]
    assert working_orders([ticket()], orders, [fill()]) == ()
    open_entry = [order(OrderState.OPEN), order(OrderState.FILLED, Side.SELL, "stop-1")]
    stopped = fill(2, side=Side.SELL, quantity=D("0.002"))
    (rest,) = working_orders([ticket()], open_entry, [fill(quantity=D("0.002")), stopped])
    assert rest.quantity == D("0.003")


def test_a_working_exit_is_reduce_only() -> None:
    """A released exit is known as one, with its own price."""
    (found,) = working_orders([sale("0.005")], [], [])
    assert (found.reduce_only, found.side, found.stop_price) == (True, Side.SELL, None)

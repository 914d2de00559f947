"""The book over random fills: folding is adding one by one, and nothing appears or disappears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from engine.market import Side
from guardrails.book import after, at_quotes, fold
from guardrails.ports import FixedMarket, Quote
from guardrails.positions import Book
from guardrails.rounding import EXACT
from guardrails.tickets import Fill
from tests.desk_world import COSTS, NOW, fill

CASH = Decimal(10_000)
SYMBOLS = ("BTC/USDT", "ETH/USDT")
TICKETS = ("01" * 32, "02" * 32, "03" * 32)
STOPS = {TICKETS[0]: Decimal("55.5"), TICKETS[1]: Decimal(900), TICKETS[2]: None}


@st.composite
def histories(draw: st.DrawFn) -> list[Fill]:
    """Fills of two symbols, both sides, over three days, with odd fees."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        symbol = draw(st.sampled_from(SYMBOLS))
        quantity = Decimal(draw(st.integers(1, 10**6))) / 10**5
        in_base = draw(st.booleans())
        fee = Decimal(draw(st.integers(0, 900))) / 10**5
        found.append(
            fill(
                number,
                symbol=symbol,
                side=draw(st.sampled_from(Side)),
                quantity=quantity,
                price=Decimal(draw(st.integers(1, 10**9))) / 10**4,
                fee=min(fee, quantity) if in_base else fee,
                fee_asset=symbol.split("/")[0] if in_base else "USDT",
                ticket_digest=draw(st.sampled_from(TICKETS)),
                venue_time=NOW + timedelta(hours=6 * number),
            )
        )
    return found


def market(price: int) -> FixedMarket:
    """The same bid and ask for both symbols."""
    middle = Decimal(price)
    return FixedMarket([Quote(symbol=one, bid=middle, ask=middle, time=NOW) for one in SYMBOLS])


def summed(values: Sequence[Decimal]) -> Decimal:
    """An exact sum."""
    with localcontext(EXACT):
        return sum(values, Decimal(0))


@given(histories(), st.integers(0, 12))
def test_a_fold_is_what_adding_one_by_one_gives(history: list[Fill], cut: int) -> None:
    """Folding everything equals folding a part and adding the rest."""
    book = fold(history[:cut], CASH, STOPS)
    for one in history[cut:]:
        book = after(book, one, STOPS[one.ticket_digest])
    assert book == fold(history, CASH, STOPS)
    assert book.digest == fold(history, CASH, STOPS).digest


@given(histories())
def test_reported_twice_is_booked_once(history: list[Fill]) -> None:
    """Doubled and late repetitions change nothing."""
    assert fold([*history, *history], CASH, STOPS) == fold(history, CASH, STOPS)


@given(histories(), st.integers(1, 10**5))
def test_result_and_equity_agree_to_the_last_digit(history: list[Fill], price: int) -> None:
    """Equity at any price is the starting cash plus realised plus open result."""
    book = fold(history, CASH, STOPS)
    value = at_quotes(book, market(price), COSTS)
    assert value.equity == summed([CASH, book.realised, value.open_pnl])
    worth = [summed([item.quantity * price]) for item in book.positions]
    assert value.equity == summed([book.cash, *worth])


@given(histories())
def test_what_is_held_is_what_was_bought_less_sold(history: list[Fill]) -> None:
    """Amounts add up, with fees that were taken from the base asset."""
    book = fold(history, CASH, STOPS)
    for symbol in SYMBOLS:
        mine = [one for one in history if one.symbol == symbol]
        amount = summed([one.quantity if one.side is Side.BUY else -one.quantity for one in mine])
        base_fees = summed([one.fee for one in mine if one.fee_asset == symbol.split("/")[0]])
        held = book.position(symbol)
        assert (held.quantity if held else 0) == amount - base_fees


@given(histories(), st.integers(1, 10**5), st.integers(1, 10**5))
def test_the_stopped_result_ignores_the_price(history: list[Fill], one: int, two: int) -> None:
    """Two markets, one result at the stops; gross is never negative."""
    book = fold(history, CASH, STOPS)
    first, second = (at_quotes(book, market(price), COSTS) for price in (one, two))
    assert first.stopped_pnl == second.stopped_pnl
    assert first.gross >= 0


@given(histories(), st.integers(1, 30))
def test_the_threads_own_arithmetic_does_not_matter(history: list[Fill], precision: int) -> None:
    """A caller with a sloppy decimal context gets the same book."""
    wanted = fold(history, CASH, STOPS)
    with localcontext() as sloppy:
        sloppy.prec = precision
        found = fold(history, CASH, STOPS)
    assert found == wanted
    assert isinstance(found, Book)

"""The paper venue as an exchange: ids, checks, balances, phases; nothing is ever filled twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.errors import IntegrityError, UnavailableError
from engine.market import Side
from guardrails.execution.feed import pending_bars
from guardrails.execution.paper import PaperVenue
from guardrails.execution.venue import BarDriven, VenueRefusalError, VenueSilentError
from guardrails.store.paper_venue import PaperFile
from guardrails.wire import PHASES, MarketBar, WireOrder
from tests.gateway_world import ACME, COSTS, market
from tests.gateway_world import Row as PriceRow

ID = "00000000-0000-4000-8000-00000000000{}"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[PaperFile]:
    """An account of 10,000 on a fresh file."""
    found = PaperFile(tmp_path / "venue.db")
    found.open_account("paper-1", Decimal(10_000))
    yield found
    found.close()


@pytest.fixture
def venue(file: PaperFile) -> PaperVenue:
    """A venue that lists ACME."""
    found = PaperVenue(file, COSTS)
    found.list_instrument(ACME)
    return found


def buy(number: int = 1, **fields: object) -> WireOrder:
    """A marketable buy of 5 ACME up to 101."""
    wire: dict[str, object] = {
        "client_order_id": ID.format(number),
        "symbol": "ACME",
        "side": Side.BUY,
        "kind": "limit",
        "quantity": Decimal(5),
        "limit_price": Decimal(101),
        "time_in_force": "ioc",
    }
    return WireOrder.model_validate({**wire, **fields})


def sell(number: int, **fields: object) -> WireOrder:
    """A reduce-only sale of 5 ACME."""
    sale = {"side": Side.SELL, "limit_price": Decimal(99), "reduce_only": True}
    return buy(number, **{**sale, **fields})


def stop(number: int, trigger: str = "97", group: str = "g") -> WireOrder:
    """A resting stop for 5 ACME."""
    return sell(
        number, kind="stop", limit_price=None, trigger_price=Decimal(trigger),
        time_in_force="gtc", oco_group=group,
    )  # fmt: skip


def target(number: int, limit: str = "103", group: str = "g") -> WireOrder:
    """A resting target for 5 ACME."""
    return sell(number, limit_price=Decimal(limit), time_in_force="gtc", oco_group=group)


def bars(*rows: PriceRow) -> list[MarketBar]:
    """Rows as consecutive bars."""
    return list(pending_bars(market(rows)))


def play(venue: PaperVenue, bar: MarketBar) -> None:
    """All phases of a bar."""
    for phase in PHASES:
        venue.play(bar, phase)


def filled(venue: PaperVenue) -> list[tuple[str, Decimal]]:
    """Side and price of all trades."""
    return [(trade.side.value, trade.price) for trade in venue.trades_since(0)]


CALM = (100.0, 101.0, 99.0, 100.0)


def test_it_is_a_bar_driven_venue(venue: PaperVenue) -> None:
    """The paper venue offers the bar-driven side."""
    assert isinstance(venue, BarDriven)


def test_an_order_waits_for_the_next_open(venue: PaperVenue) -> None:
    """Accepted now, filled at the next bar's open, at the venue's own ids."""
    ack = venue.send(buy())
    assert (ack.venue_order_id, ack.duplicate) == ("paper-1", False)
    assert venue.trades_since(0) == ()
    play(venue, bars(CALM)[0])
    (trade,) = venue.trades_since(0)
    assert (trade.sequence, trade.venue_trade_id) == (1, "paper-t1")
    assert (trade.quantity, trade.price) == (Decimal(5), Decimal("100.04"))
    found = venue.find(ID.format(1))
    assert found is not None
    assert found.status == "filled"


def test_a_repeated_id_is_answered_and_never_filled_twice(venue: PaperVenue) -> None:
    """The same send before and after the fill answers the first order and changes nothing."""
    venue.send(buy())
    assert venue.send(buy()).duplicate
    first, second = bars(CALM, CALM)
    play(venue, first)
    again = venue.send(buy())
    assert again.duplicate
    assert again.venue_order_id == "paper-1"
    play(venue, second)
    assert len(venue.trades_since(0)) == 1


def test_an_id_is_not_lent_to_another_order(venue: PaperVenue) -> None:
    """The same id with other fields is refused; the same order is not."""
    venue.send(buy())
    with pytest.raises(VenueRefusalError, match="taken") as caught:
        venue.send(buy(quantity=Decimal(6)))
    assert caught.value.code == "DUPLICATE_ID"
    assert venue.send(buy()).duplicate


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"symbol": "OTHER"}, "BAD_SYMBOL"),
        ({"quantity": Decimal("5.001")}, "BAD_STEP"),
        ({"limit_price": Decimal("100.001")}, "BAD_STEP"),
        ({"quantity": Decimal(2000000000)}, "BAD_AMOUNT"),
        ({"limit_price": None}, "BAD_AMOUNT"),
        ({"quantity": Decimal(99)}, "INSUFFICIENT_FUNDS"),
        ({"side": Side.SELL}, "INSUFFICIENT_HOLDING"),
        ({"reduce_only": True}, "INSUFFICIENT_HOLDING"),
    ],
)
def test_what_a_venue_would_reject_is_refused(
    venue: PaperVenue, wrong: dict[str, object], code: str
) -> None:
    """Unknown symbol, off the step, outside bounds, not paid for, not held; the twin passes."""
    with pytest.raises(VenueRefusalError) as caught:
        venue.send(buy(2, **wrong))
    assert caught.value.code == code
    assert venue.find(ID.format(2)) is None
    assert venue.send(buy(2)).venue_order_id == "paper-1"


def test_working_buys_reserve_their_cash(venue: PaperVenue) -> None:
    """Two orders that are each affordable are not both, until the first one is gone."""
    venue.send(buy(1, quantity=Decimal(60)))
    with pytest.raises(VenueRefusalError) as caught:
        venue.send(buy(2, quantity=Decimal(60)))
    assert caught.value.code == "INSUFFICIENT_FUNDS"
    venue.cancel(ID.format(1))
    assert venue.send(buy(2, quantity=Decimal(60))).venue_order_id == "paper-2"


def test_balances_follow_the_trades(venue: PaperVenue, file: PaperFile) -> None:
    """Cash falls by price times quantity plus fee; the holding rises."""
    venue.send(buy())
    play(venue, bars(CALM)[0])
    with file.request() as book:
        held = book.market("ACME")
        assert book.cash() == Decimal(10_000) - Decimal("500.2") - Decimal("0.5002")
    assert held is not None
    assert held.held == Decimal(5)


def test_an_order_that_the_open_does_not_fill_expires(venue: PaperVenue) -> None:
    """Immediate or cancel: the rest of the bar does not count."""
    venue.send(buy(limit_price=Decimal("99.5")))
    play(venue, bars(CALM)[0])
    found = venue.find(ID.format(1))
    assert found is not None
    assert (found.status, found.reason) == ("expired", "TIME_IN_FORCE")
    assert venue.trades_since(0) == ()


def test_an_order_whose_bar_is_absent_is_dropped(venue: PaperVenue) -> None:
    """A market order is never carried over a bar without trades."""
    (bar,) = pending_bars(market([CALM], [0.0]))
    venue.send(buy())
    play(venue, bar)
    found = venue.find(ID.format(1))
    assert found is not None
    assert found.status == "expired"


def test_a_stop_placed_after_the_open_works_in_the_same_bar(venue: PaperVenue) -> None:
    """In and out in one bar, as in the backtest: entry at the open, stop inside."""
    (bar,) = bars((100.0, 101.0, 96.0, 97.0))
    venue.send(buy())
    venue.play(bar, "open")
    venue.send(stop(2))
    venue.play(bar, "inside")
    assert filled(venue) == [("buy", Decimal("100.04")), ("sell", Decimal("96.96"))]


def test_one_of_a_pair_withdraws_the_other(venue: PaperVenue) -> None:
    """A filled target takes its stop with it; a stop of another pair stays."""
    first, second = bars(CALM, (100.0, 104.0, 99.0, 103.0))
    venue.send(buy(1, quantity=Decimal(10)))
    play(venue, first)
    for order in (stop(2), target(3), stop(4, "95", "other")):
        venue.send(order)
    play(venue, second)
    states = {number: venue.find(ID.format(number)) for number in (2, 3, 4)}
    assert [found.status for found in states.values() if found] == ["canceled", "filled", "open"]
    assert states[2] is not None
    assert states[2].reason == "OCO"


def test_what_is_not_held_any_more_is_not_sold(venue: PaperVenue) -> None:
    """Two stops over one holding: the second one finds nothing and is withdrawn."""
    first, second = bars(CALM, (98.0, 98.0, 96.0, 97.0))
    venue.send(buy())
    play(venue, first)
    venue.send(stop(2, "97", "g1"))
    venue.send(stop(3, "97", "g2"))
    play(venue, second)
    assert [side for side, _ in filled(venue)] == ["buy", "sell"]
    found = venue.find(ID.format(3))
    assert found is not None
    assert (found.status, found.reason) == ("canceled", "NOTHING_HELD")


def test_a_phase_is_played_once(venue: PaperVenue) -> None:
    """The same phase again, or an older bar, does nothing."""
    first, second = bars(CALM, CALM)
    play(venue, second)
    venue.send(buy())
    play(venue, second)
    play(venue, first)
    assert venue.trades_since(0) == ()
    assert venue.has_working("ACME")


def test_a_cancel_of_what_does_not_work_proves_nothing(venue: PaperVenue) -> None:
    """An unknown order is an error of the question, not an answer; a working one is withdrawn."""
    with pytest.raises(VenueSilentError) as caught:
        venue.cancel(ID.format(7))
    assert caught.value.code == "UNKNOWN_ORDER"
    venue.send(buy())
    venue.cancel(ID.format(1))
    assert venue.open_orders() == ()


def test_open_orders_are_listed_oldest_first(venue: PaperVenue) -> None:
    """What works, in the order of arrival."""
    for number in (1, 2, 3):
        venue.send(buy(number))
    venue.cancel(ID.format(2))
    assert [found.client_order_id[-1] for found in venue.open_orders()] == ["1", "3"]


def test_trades_are_read_from_a_cursor(venue: PaperVenue) -> None:
    """Only what came after the cursor."""
    venue.send(buy(1))
    venue.send(buy(2))
    play(venue, bars(CALM)[0])
    assert [trade.sequence for trade in venue.trades_since(1)] == [2]


def test_an_account_is_found_again(tmp_path: Path, venue: PaperVenue) -> None:
    """Opening the file again keeps orders and cash; another account's file is refused."""
    venue.send(buy())
    again = PaperFile(tmp_path / "venue.db")
    again.open_account("paper-1", Decimal(5))
    assert len(PaperVenue(again, COSTS).open_orders()) == 1
    with again.request() as book:
        assert book.cash() == Decimal(10_000)
    with pytest.raises(IntegrityError) as caught:
        again.open_account("paper-2", Decimal(5))
    assert caught.value.code == "PAPER_ACCOUNT_FOREIGN"
    again.close()


def test_a_missing_file_is_silence_not_an_empty_account(tmp_path: Path) -> None:
    """A request never creates the file."""
    venue = PaperVenue(PaperFile(tmp_path / "none.db"), COSTS)
    with pytest.raises(UnavailableError) as caught:
        venue.open_orders()
    assert caught.value.code == "PAPER_VENUE_SILENT"
    assert not (tmp_path / "none.db").exists()


def test_a_failed_request_changes_nothing(venue: PaperVenue, file: PaperFile) -> None:
    """All of a request or nothing."""

    def half_done() -> None:
        with file.request() as book:
            book.set_cash(Decimal(1))
            raise KeyError

    with pytest.raises(KeyError):
        half_done()
    with file.request() as book:
        assert book.cash() == Decimal(10_000)
    assert venue.open_orders() == ()

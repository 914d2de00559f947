"""The gateway's writer and its tables: one commit each, journalled, nothing rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError as SqlIntegrityError

from config.modes import Mode
from engine.clock import FixedClock
from engine.errors import IntegrityError, UnavailableError
from engine.market import Side
from guardrails.lifecycle import Step
from guardrails.ports import Quote
from guardrails.reasons import Denial, Reason
from guardrails.store.database import Database, open_database
from guardrails.store.gateway import GatewayStore, Reached
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.gateway_view import OUTBOX, VENUE_TRADES, GatewayView, OrderRow
from guardrails.tickets import Fill, Order, OrderState
from guardrails.wire import GatewayIdentity, MarketBar, WireOrder
from tests.gateway_world import FIRST_BAR, NOW, release, ticket

ID = "9cb3b79e-0d30-4cc2-a432-89981823400{}"
WHO = GatewayIdentity(deployment_id="test", mode=Mode.PAPER, account_id="paper-1")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh gateway.db."""
    found = open_database(tmp_path / "gateway.db", gateway_metadata, "gateway", FixedClock(NOW))
    yield found
    found.close()


@pytest.fixture
def store(database: Database) -> GatewayStore:
    """The writer."""
    return GatewayStore(database)


@pytest.fixture
def view(database: Database) -> GatewayView:
    """The reader."""
    return GatewayView(database)


def row(number: int = 1, leg: str = "entry", **changes: object) -> OrderRow:
    """An order in state INTENT."""
    fields: dict[str, object] = {
        "client_order_id": ID.format(number),
        "ticket_digest": ticket().digest,
        "leg": leg,
        "account_id": "paper-1",
        "venue": "paper",
        "symbol": "ACME",
        "side": Side.BUY,
        "quantity": Decimal("5.10"),
        "limit_price": Decimal("100.50"),
        "state": OrderState.INTENT,
        "updated_at": NOW,
    }
    wire = WireOrder(
        client_order_id=ID.format(number), symbol="ACME", side=Side.BUY, kind="limit",
        quantity=Decimal("5.10"), limit_price=Decimal("100.50"), time_in_force="ioc",
    )  # fmt: skip
    return OrderRow(Order.model_validate({**fields, **changes}), wire)


def fill(trade: str = "t1") -> Fill:
    """A fill of 2 ACME."""
    return Fill(
        venue="paper", account_id="paper-1", symbol="ACME", venue_trade_id=trade,
        client_order_id=ID.format(1), ticket_digest=ticket().digest, side=Side.BUY,
        quantity=Decimal(2), price=Decimal("100.15"), fee=Decimal("0.2003"), fee_asset="USD",
        venue_time=FIRST_BAR, received_at=NOW,
    )  # fmt: skip


def kinds(database: Database) -> list[str]:
    """Kinds of all journal rows, oldest first."""
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT kind FROM journal ORDER BY n").scalars()
        return [str(kind) for kind in found]


def test_a_claim_is_read_back_as_it_was(store: GatewayStore, view: GatewayView) -> None:
    """Order, wire fields, our copy of the release and the cursor: one commit."""
    store.claim(7, release(ticket()), row())
    assert view.row(ID.format(1)) == row()
    assert view.legs(ticket().digest) == (row(),)
    assert view.release(ticket().digest) == release(ticket())
    assert view.releases() == (release(ticket()),)
    assert view.cursor(OUTBOX) == 7


def test_a_denied_claim_keeps_its_codes_and_no_release(
    store: GatewayStore, view: GatewayView, database: Database
) -> None:
    """Nothing to carry out is kept, the reasons are."""
    denial = Denial.of(Reason.STATE_HALTED, "halted", at="now")
    denied = OrderRow(row(state=OrderState.DENIED, denials=(denial,)).order, None)
    store.claim(1, release(ticket()), denied)
    assert view.rows() == (denied,)
    assert view.releases() == ()
    assert kinds(database) == ["order.denied"]


def test_a_leg_of_a_ticket_exists_once(store: GatewayStore, view: GatewayView) -> None:
    """The same leg or the same id again is refused by the file itself; another leg is not."""
    store.claim(1, release(ticket()), row())
    with pytest.raises(SqlIntegrityError):
        store.add_legs(row(2))
    with pytest.raises(SqlIntegrityError):
        store.add_legs(row(1, "stop-1"))
    store.add_legs(row(2, "stop-1"), row(3, "target-1"))
    assert [found.order.leg for found in view.rows()] == ["entry", "stop-1", "target-1"]


def test_legs_are_recorded_together(store: GatewayStore, view: GatewayView) -> None:
    """When the second one cannot be written, the first one is not either."""
    store.claim(1, release(ticket()), row())
    with pytest.raises(SqlIntegrityError):
        store.add_legs(row(2, "stop-1"), row(1, "target-1"))
    assert [found.order.leg for found in view.rows()] == ["entry"]


def test_a_move_changes_state_and_nothing_that_was_ordered(
    store: GatewayStore, view: GatewayView
) -> None:
    """State, venue id and send time move; the ordered amounts stay."""
    store.claim(1, release(ticket()), row())
    moved = replace(row().moved(OrderState.OPEN, NOW), venue_order_id="paper-1", sent_at=NOW)
    store.move(moved, Step(OrderState.OPEN))
    assert view.rows([OrderState.OPEN]) == (moved,)
    assert view.rows([OrderState.INTENT]) == ()


def test_a_fill_and_its_order_move_in_one_commit(
    store: GatewayStore, view: GatewayView, database: Database
) -> None:
    """Fill, filled amount, state, cursor and two journal rows."""
    store.claim(1, release(ticket()), row())
    part = replace(row().moved(OrderState.PARTIAL, NOW), filled=Decimal(2))
    store.book(fill(), part, Step(OrderState.PARTIAL), 4)
    assert view.fills() == (fill(),)
    assert view.rows()[0].remaining == Decimal("3.10")
    assert view.cursor(VENUE_TRADES) == 4
    assert view.has_fill("paper", "ACME", "t1")
    assert not view.has_fill("paper", "ACME", "t2")
    assert kinds(database)[-2:] == ["fill.booked", "order.partial"]


def test_a_trade_is_booked_once(store: GatewayStore, view: GatewayView) -> None:
    """The same trade id again is refused by the file and changes nothing; the next one is not."""
    store.claim(1, release(ticket()), row())
    part = replace(row().moved(OrderState.PARTIAL, NOW), filled=Decimal(2))
    store.book(fill(), part, Step(OrderState.PARTIAL), 1)
    with pytest.raises(SqlIntegrityError):
        store.book(fill(), replace(part, filled=Decimal(4)), Step(OrderState.PARTIAL), 2)
    assert view.rows()[0].filled == Decimal(2)
    assert view.cursor(VENUE_TRADES) == 1
    store.book(fill("t2"), replace(part, filled=Decimal(4)), Step(OrderState.PARTIAL), 2)
    assert len(view.fills()) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fills SET quantity = '9'",
        "DELETE FROM fills",
        "UPDATE releases SET payload = '{}'",
        "DELETE FROM releases",
        "DELETE FROM orders",
        "UPDATE orders SET quantity = '9'",
        "UPDATE orders SET wire = NULL",
        "UPDATE orders SET ticket_digest = 'x'",
        "UPDATE identity SET mode = 'live'",
        "DELETE FROM journal",
    ],
)
def test_facts_cannot_be_rewritten(store: GatewayStore, database: Database, statement: str) -> None:
    """Triggers refuse it, whoever asks; the state of an order may move."""
    store.bind(WHO)
    store.claim(1, release(ticket()), row())
    part = replace(row().moved(OrderState.PARTIAL, NOW), filled=Decimal(2))
    store.book(fill(), part, Step(OrderState.PARTIAL), 1)
    with pytest.raises(SqlIntegrityError), database._engine.begin() as insider:
        insider.exec_driver_sql(statement)
    with database._engine.begin() as insider:
        insider.exec_driver_sql("UPDATE orders SET state = 'filled'")


def test_a_store_is_tied_to_one_gateway(store: GatewayStore) -> None:
    """The same gateway comes back, another one does not."""
    store.bind(WHO)
    store.bind(WHO)
    other = GatewayIdentity(deployment_id="test", mode=Mode.SHADOW, account_id="paper-1")
    with pytest.raises(IntegrityError) as caught:
        store.bind(other)
    assert caught.value.code == "GATEWAY_STORE_FOREIGN"


def test_money_is_kept_to_the_last_digit(store: GatewayStore, view: GatewayView) -> None:
    """Decimals come back as they went in, not through a float."""
    exact = Decimal("12345678901.123456789012345678")
    store.claim(1, release(ticket()), row(limit_price=exact))
    assert view.orders()[0].limit_price == exact


def test_quotes_and_the_clock(store: GatewayStore, view: GatewayView) -> None:
    """The newest quote is kept; the clock is the furthest time reached and never runs back."""
    assert view.quote("ACME") is None
    assert view.market_now() is None
    bar = MarketBar(
        symbol="ACME", opened_at=FIRST_BAR, closed_at=FIRST_BAR + timedelta(days=1),
        open=1.0, high=1.0, low=1.0, close=1.0,
    )  # fmt: skip
    quote = Quote(symbol="ACME", bid=Decimal(99), ask=Decimal(101), time=bar.closed_at)
    store.quote(quote, bar, "d" * 64)
    assert view.quote("ACME") == quote
    assert view.played_to("ACME") == FIRST_BAR
    later = bar.closed_at + timedelta(hours=3)
    store.replayed(1, Reached("ACME", "d" * 64, later, 1))
    store.replayed(2, Reached("ACME", "d" * 64, bar.closed_at, 0))
    assert view.market_now() == later
    assert view.played_to("ACME") == FIRST_BAR
    assert view.cursor(OUTBOX) == 2


def test_a_sign_of_life_is_no_state(store: GatewayStore, view: GatewayView) -> None:
    """Heartbeats overwrite each other and leave the journal as it is."""
    assert view.heartbeat() is None
    store.note("drill", {})
    store.beat(NOW)
    store.beat(NOW + timedelta(seconds=1))
    assert view.heartbeat() == NOW + timedelta(seconds=1)
    assert view._database.verify().rows == 1


def test_a_reader_of_a_missing_file_gets_no_answer(tmp_path: Path) -> None:
    """The desk's handle on a gateway that never ran: unavailable, and nothing is created."""
    path = tmp_path / "none.db"
    peer = GatewayView(
        open_database(path, gateway_metadata, "gateway", FixedClock(NOW), read_only=True)
    )
    with pytest.raises(UnavailableError):
        peer.heartbeat()
    assert not path.exists()

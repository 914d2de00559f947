"""What the gateway knows, read-only: for the gateway itself and, through its own handle, the desk.

`GatewayView` answers the market questions of `guardrails.ports.MarketView`: a quote and the
replay clock. It never writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, func, select

from engine.market import Side
from engine.records import Digest, parse_record
from guardrails.ports import Quote
from guardrails.reasons import Denial
from guardrails.store.database import Database
from guardrails.store.gateway_schema import (
    cursors,
    feeds,
    fills,
    heartbeats,
    orders,
    quotes,
    releases,
)
from guardrails.tickets import Fill, Order, OrderState, Release
from guardrails.wire import WireOrder

VENUE_TRADES = "venue_trades"
OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """The gateway's whole knowledge of one order; `wire` is None when it was never to be sent."""

    order: Order
    wire: WireOrder | None
    filled: Decimal = Decimal(0)
    venue_order_id: str | None = None
    sent_at: datetime | None = None

    @property
    def remaining(self) -> Decimal:
        """Base units that are not filled yet."""
        return self.order.quantity - self.filled

    def moved(self, state: OrderState, now: datetime, denials: tuple[Denial, ...] = ()) -> OrderRow:
        """The same order in another state, with the denials that led there."""
        changed = {"state": state, "updated_at": now, "denials": denials or self.order.denials}
        order = Order.model_validate({**dict(self.order), **changed})
        return replace(self, order=order)


def _denials(text: str) -> tuple[Denial, ...]:
    return tuple(parse_record(Denial, json.dumps(each)) for each in json.loads(text))


def _order(row: Row[Any]) -> OrderRow:
    return OrderRow(
        order=Order(
            client_order_id=row.client_order_id,
            ticket_digest=row.ticket_digest,
            leg=row.leg,
            account_id=row.account_id,
            venue=row.venue,
            symbol=row.symbol,
            side=Side(row.side),
            quantity=row.quantity,
            limit_price=row.limit_price,
            state=OrderState(row.state),
            denials=_denials(row.denials),
            updated_at=row.updated_at,
        ),
        wire=parse_record(WireOrder, row.wire) if row.wire else None,
        filled=row.filled,
        venue_order_id=row.venue_order_id,
        sent_at=row.sent_at,
    )


def _fill(row: Row[Any]) -> Fill:
    return Fill(
        venue=row.venue,
        account_id=row.account_id,
        symbol=row.symbol,
        venue_trade_id=row.venue_trade_id,
        client_order_id=row.client_order_id,
        ticket_digest=row.ticket_digest,
        side=Side(row.side),
        quantity=row.quantity,
        price=row.price,
        fee=row.fee,
        fee_asset=row.fee_asset,
        venue_time=row.venue_time,
        received_at=row.received_at,
    )


class GatewayView:
    """Reads of `gateway.db`; UnavailableError STORE_UNAVAILABLE while it does not answer."""

    def __init__(self, database: Database) -> None:
        """Use the gateway's database, opened read-only by everybody but the gateway."""
        self._database = database

    def _rows(self, query: Select[Any]) -> tuple[OrderRow, ...]:
        with self._database.read() as connection:
            return tuple(_order(row) for row in connection.execute(query.order_by(orders.c.n)))

    def rows(self, states: Iterable[OrderState] | None = None) -> tuple[OrderRow, ...]:
        """Orders with what only the gateway knows, oldest first, all or those in these states."""
        query = select(orders)
        if states is not None:
            query = query.where(orders.c.state.in_([state.value for state in states]))
        return self._rows(query)

    def legs(self, ticket_digest: Digest) -> tuple[OrderRow, ...]:
        """All orders of one ticket, oldest first."""
        return self._rows(select(orders).where(orders.c.ticket_digest == ticket_digest))

    def row(self, client_order_id: str) -> OrderRow | None:
        """One order by its id."""
        found = self._rows(select(orders).where(orders.c.client_order_id == client_order_id))
        return found[0] if found else None

    def orders(self) -> tuple[Order, ...]:
        """All orders, oldest first."""
        return tuple(row.order for row in self.rows())

    def fills(self) -> tuple[Fill, ...]:
        """All fills in the order in which they were booked."""
        with self._database.read() as connection:
            return tuple(
                _fill(row) for row in connection.execute(select(fills).order_by(fills.c.n))
            )

    def has_fill(self, venue: str, symbol: str, venue_trade_id: str) -> bool:
        """True when this trade of the account is booked already."""
        query = select(fills.c.n).where(
            fills.c.venue == venue,
            fills.c.symbol == symbol,
            fills.c.venue_trade_id == venue_trade_id,
        )
        with self._database.read() as connection:
            return connection.scalar(query) is not None

    def release(self, ticket_digest: Digest) -> Release | None:
        """The gateway's own copy of a release that it took."""
        query = select(releases.c.payload).where(releases.c.ticket_digest == ticket_digest)
        with self._database.read() as connection:
            text = connection.scalar(query)
        return None if text is None else parse_record(Release, text)

    def releases(self) -> tuple[Release, ...]:
        """All releases that were taken, the gateway's own copy, oldest first."""
        query = select(releases.c.payload).order_by(releases.c.outbox_n)
        with self._database.read() as connection:
            return tuple(parse_record(Release, text) for text in connection.scalars(query))

    def quote(self, symbol: str) -> Quote | None:
        """The newest quote of a symbol; None when the market was never seen."""
        with self._database.read() as connection:
            row = connection.execute(select(quotes).where(quotes.c.symbol == symbol)).first()
        if row is None:
            return None
        return Quote(symbol=row.symbol, bid=row.bid, ask=row.ask, time=row.time)

    def market_now(self) -> datetime | None:
        """The replay clock: how far the market was played; None before the first replay."""
        with self._database.read() as connection:
            reached = connection.scalar(select(func.max(feeds.c.until)))
            quoted = connection.scalar(select(func.max(quotes.c.time)))
        known = [time for time in (reached, quoted) if time is not None]
        return max(known, default=None)

    def played_to(self, symbol: str) -> datetime | None:
        """Open time of the last bar of this symbol that was played to its end."""
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(
                select(feeds.c.bar_opened_at).where(feeds.c.symbol == symbol)
            )
        return found

    def heartbeat(self) -> datetime | None:
        """When the gateway last gave a sign of life."""
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(select(heartbeats.c.at))
        return found

    def cursor(self, name: str) -> int:
        """How far the outbox or the venue's trades were read; 0 at first."""
        with self._database.read() as connection:
            return connection.scalar(select(cursors.c.value).where(cursors.c.name == name)) or 0

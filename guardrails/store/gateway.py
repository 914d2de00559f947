"""The gateway's one writer: each method is one commit, state rows and journal rows together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Table, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from engine.errors import IntegrityError
from engine.records import Digest, canonical
from guardrails.lifecycle import Step
from guardrails.ports import Quote
from guardrails.store.database import Database, UnitOfWork
from guardrails.store.gateway_schema import (
    cursors,
    feeds,
    fills,
    heartbeats,
    identity,
    orders,
    quotes,
    releases,
)
from guardrails.store.gateway_view import OUTBOX, VENUE_TRADES, OrderRow
from guardrails.tickets import Fill, Release
from guardrails.wire import GatewayIdentity, MarketBar

ACTOR = "gateway"
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a market was played: the replay clock's new time, and how many bars that took."""

    symbol: str
    dataset_id: Digest
    until: datetime
    bars: int


class GatewayStore:
    """Writes of `gateway.db`; the only instance lives in the gateway process."""

    def __init__(self, database: Database) -> None:
        """Use the gateway's own database, opened for writing."""
        self._database = database

    def bind(self, who: GatewayIdentity) -> None:
        """Tie the file to this gateway, for ever.

        Raises:
            IntegrityError: GATEWAY_STORE_FOREIGN when it belongs to another gateway.
        """
        wanted = (who.deployment_id, who.mode.value, who.account_id)
        with self._database.write() as work:
            row = work.connection.execute(select(identity)).first()
            if row is None:
                work.connection.execute(
                    insert(identity).values(
                        id=1, deployment_id=wanted[0], mode=wanted[1], account_id=wanted[2]
                    )
                )
            elif (row.deployment_id, row.mode, row.account_id) != wanted:
                raise IntegrityError(
                    "GATEWAY_STORE_FOREIGN",
                    "this store belongs to another deployment, mode or account",
                    value=f"{row.deployment_id}/{row.mode}/{row.account_id}",
                    hint="start the gateway with the settings it was created with",
                )
            work.journal(ACTOR, "gateway.started", {"gateway": who})

    def claim(self, n: int, release: Release, row: OrderRow) -> None:
        """Take a release: our own copy of it and its first order, INTENT or DENIED."""
        with self._database.write() as work:
            if row.wire is not None:
                work.connection.execute(
                    insert(releases).values(
                        ticket_digest=release.ticket_digest,
                        outbox_n=n,
                        payload=canonical(release).decode(),
                        taken_at=work.now,
                    )
                )
            _insert_order(work, row, {"outbox": n})
            _set_cursor(work, OUTBOX, n)

    def pass_over(self, n: int, kind: str, facts: Facts) -> None:
        """Move past an outbox row that leads to no order: unreadable, repeated, not playable."""
        with self._database.write() as work:
            _set_cursor(work, OUTBOX, n)
            work.journal(ACTOR, kind, {"outbox": n, **facts})

    def add_legs(self, *rows: OrderRow) -> None:
        """Record legs of a plan before they are sent, all of them or none."""
        with self._database.write() as work:
            for row in rows:
                _insert_order(work, row, {})

    def move(self, row: OrderRow, step: Step, facts: Facts | None = None) -> None:
        """Write an order's new state, its denials, venue id and send time."""
        with self._database.write() as work:
            _update_order(work, row, step, dict(facts or {}))

    def book(self, fill: Fill, row: OrderRow, step: Step, sequence: int) -> None:
        """Append a fill; the order's state and the trade cursor move in the same commit."""
        with self._database.write() as work:
            work.connection.execute(
                insert(fills).values(
                    **{name: getattr(fill, name) for name in type(fill).model_fields}
                )
            )
            work.journal(ACTOR, "fill.booked", {"fill": fill})
            _update_order(work, row, step, {})
            _set_cursor(work, VENUE_TRADES, sequence)

    def skip_trade(self, sequence: int, kind: str, facts: Facts) -> None:
        """Move past a trade that is not ours; the halt it causes is written before."""
        with self._database.write() as work:
            _set_cursor(work, VENUE_TRADES, sequence)
            work.journal(ACTOR, kind, {"sequence": sequence, **facts})

    def quote(self, quote: Quote, bar: MarketBar, dataset_id: Digest) -> None:
        """Publish the quote of a bar that was played to its end."""
        with self._database.write() as work:
            _set_quote(work, quote)
            _set_feed(
                work,
                {
                    "symbol": bar.symbol,
                    "dataset_id": dataset_id,
                    "bar_opened_at": bar.opened_at,
                    "until": quote.time,
                },
            )
            work.journal(ACTOR, "market.bar", {"quote": quote, "opened_at": bar.opened_at})

    def replayed(self, n: int, reached: Reached) -> None:
        """Close a replay row: the replay clock stands at its `until`."""
        facts = asdict(reached)
        feed = {name: value for name, value in facts.items() if name != "bars"}
        with self._database.write() as work:
            _set_feed(work, feed)
            _set_cursor(work, OUTBOX, n)
            work.journal(ACTOR, "market.replayed", {"outbox": n, **facts})

    def note(self, kind: str, facts: Facts) -> None:
        """Journal something that changes no row."""
        with self._database.write() as work:
            work.journal(ACTOR, kind, dict(facts))

    def beat(self, at: datetime) -> None:
        """Give a sign of life; not journalled."""
        statement = upsert(heartbeats).values(id=1, at=at)
        self._database.pulse(statement.on_conflict_do_update(["id"], set_={"at": at}))


def _insert_order(work: UnitOfWork, row: OrderRow, facts: dict[str, object]) -> None:
    order = row.order
    work.connection.execute(
        insert(orders).values(
            client_order_id=order.client_order_id,
            ticket_digest=order.ticket_digest,
            leg=order.leg,
            account_id=order.account_id,
            venue=order.venue,
            symbol=order.symbol,
            side=order.side.value,
            quantity=order.quantity,
            limit_price=order.limit_price,
            state=order.state.value,
            filled=Decimal(0),
            denials=canonical(order.denials).decode(),
            wire=None if row.wire is None else canonical(row.wire).decode(),
            updated_at=work.now,
        )
    )
    work.journal(ACTOR, f"order.{order.state.value}", _order_facts(row) | facts)


def _update_order(work: UnitOfWork, row: OrderRow, step: Step, facts: dict[str, object]) -> None:
    order = row.order
    work.connection.execute(
        update(orders)
        .where(orders.c.client_order_id == order.client_order_id)
        .values(
            state=order.state.value,
            filled=row.filled,
            denials=canonical(order.denials).decode(),
            venue_order_id=row.venue_order_id,
            sent_at=row.sent_at,
            updated_at=work.now,
        )
    )
    if step.halt is not None:
        facts["halt"] = step.halt.value
    work.journal(ACTOR, f"order.{order.state.value}", _order_facts(row) | facts)


def _order_facts(row: OrderRow) -> dict[str, object]:
    order = row.order
    facts: dict[str, object] = {
        "order": order.client_order_id,
        "ticket_digest": order.ticket_digest,
        "leg": order.leg,
        "filled": row.filled,
    }
    if order.denials:
        facts["codes"] = [denial.code.value for denial in order.denials]
    return facts


def _put(work: UnitOfWork, table: Table, key: str, values: dict[str, object]) -> None:
    """Insert a row, or replace the given columns of the row with this key."""
    others = {name: value for name, value in values.items() if name != key}
    work.connection.execute(
        upsert(table).values(**values).on_conflict_do_update([key], set_=others)
    )


def _set_cursor(work: UnitOfWork, name: str, value: int) -> None:
    _put(work, cursors, "name", {"name": name, "value": value})


def _set_quote(work: UnitOfWork, quote: Quote) -> None:
    values = {name: getattr(quote, name) for name in type(quote).model_fields}
    _put(work, quotes, "symbol", values)


def _set_feed(work: UnitOfWork, values: dict[str, object]) -> None:
    """Move a feed on; its clock never runs backwards."""
    known = work.connection.scalar(select(feeds.c.until).where(feeds.c.symbol == values["symbol"]))
    asked = values["until"]
    if known is not None and isinstance(asked, datetime):
        values = {**values, "until": max(known, asked)}
    _put(work, feeds, "symbol", values)

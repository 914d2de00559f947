"""Rows of tickets: the intent's bytes never change, only the state moves, by compare-and-swap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.records import canonical, parse_record
from guardrails.store.database import UnitOfWork
from guardrails.store.desk_schema import tickets
from guardrails.tickets import OrderTicket, RiskVerdict, TicketState, ticket_of


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket as stored: the digest it was filed under, its bytes, verdict and state."""

    digest: str
    intent: str
    verdict: RiskVerdict
    state: TicketState
    updated_at: datetime

    @property
    def ticket(self) -> OrderTicket:
        """The ticket read from its bytes; InputError INTENT_NOT_CANONICAL when they changed."""
        return ticket_of(self.intent)


def _stored(row: Row[Any]) -> StoredTicket:
    return StoredTicket(
        digest=row.digest,
        intent=row.intent,
        verdict=parse_record(RiskVerdict, row.verdict),
        state=TicketState(row.state),
        updated_at=row.updated_at,
    )


def add(work: UnitOfWork, ticket: OrderTicket, verdict: RiskVerdict, state: TicketState) -> None:
    """File a ticket under its digest."""
    work.connection.execute(
        insert(tickets).values(
            digest=ticket.digest,
            intent=ticket.intent.decode(),
            verdict=canonical(verdict).decode(),
            state=state.value,
            proposer_id=ticket.proposer_id,
            lineage_id=ticket.lineage_id,
            signal_digest=ticket.signal_digest,
            symbol=ticket.symbol,
            side=ticket.side.value,
            quantity=ticket.quantity,
            created_at=ticket.created_at,
            expires_at=ticket.expires_at,
            updated_at=work.now,
        )
    )


def find(connection: Connection, digest: str) -> StoredTicket | None:
    """One ticket by the digest that it was filed under."""
    row = connection.execute(select(tickets).where(tickets.c.digest == digest)).first()
    return None if row is None else _stored(row)


def newest(connection: Connection, limit: int = 100) -> tuple[StoredTicket, ...]:
    """Tickets of every state, newest first."""
    rows = connection.execute(
        select(tickets).order_by(tickets.c.created_at.desc(), tickets.c.digest).limit(limit)
    )
    return tuple(_stored(row) for row in rows)


def in_state(connection: Connection, state: TicketState) -> tuple[StoredTicket, ...]:
    """All tickets in one state, oldest first."""
    rows = connection.execute(
        select(tickets)
        .where(tickets.c.state == state.value)
        .order_by(tickets.c.created_at, tickets.c.digest)
    )
    return tuple(_stored(row) for row in rows)


def move(work: UnitOfWork, digest: str, before: TicketState, after: TicketState) -> bool:
    """Compare and swap: True when the ticket was in `before` and is in `after` now."""
    done = work.connection.execute(
        update(tickets)
        .where(tickets.c.digest == digest, tickets.c.state == before.value)
        .values(state=after.value, updated_at=work.now)
        .returning(tickets.c.digest)
    )
    return done.first() is not None


def rejected_since(connection: Connection, ticket: OrderTicket, since: datetime) -> bool:
    """True when a person rejected the same lineage, symbol and side after `since`."""
    query = select(func.count()).where(
        tickets.c.state == TicketState.REJECTED.value,
        tickets.c.lineage_id == ticket.lineage_id,
        tickets.c.symbol == ticket.symbol,
        tickets.c.side == ticket.side.value,
        tickets.c.updated_at > since,
    )
    return bool(connection.scalar(query))


def live_twin(connection: Connection, ticket: OrderTicket, since: datetime) -> str | None:
    """Digest of a ticket that says the same and is pending, or was released after `since`.

    The same: made from the same signal, or same lineage, symbol, side and quantity.
    """
    alive = (tickets.c.state == TicketState.PENDING.value) | (
        (tickets.c.state == TicketState.RELEASED.value) & (tickets.c.created_at > since)
    )
    for row in connection.execute(select(tickets).where(alive).order_by(tickets.c.created_at)):
        act = (row.lineage_id, row.symbol, row.side, row.quantity)
        same = act == (ticket.lineage_id, ticket.symbol, ticket.side.value, ticket.quantity)
        if same or row.signal_digest == ticket.signal_digest:
            return str(row.digest)
    return None

"""Rows of shown pages (nonces) and of signed decisions; each is used once, by compare-and-swap."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.records import canonical, parse_record
from guardrails.approvals import ShownPage, StoredApproval
from guardrails.store.database import UnitOfWork
from guardrails.store.desk_schema import approvals, nonces
from guardrails.tickets import Approval, SignedApproval


def show(work: UnitOfWork, page: ShownPage) -> None:
    """Issue a nonce."""
    work.connection.execute(
        insert(nonces).values(
            nonce=page.nonce,
            ticket_digest=page.ticket_digest,
            person_id=page.person_id,
            auth_session_id=page.auth_session_id,
            shown_at=page.shown_at,
            used=False,
        )
    )


def page_of(connection: Connection, nonce: str) -> ShownPage | None:
    """The page that a nonce was issued for."""
    row = connection.execute(select(nonces).where(nonces.c.nonce == nonce)).first()
    if row is None:
        return None
    return ShownPage(
        nonce=row.nonce,
        ticket_digest=row.ticket_digest,
        person_id=row.person_id,
        auth_session_id=row.auth_session_id,
        shown_at=row.shown_at,
        used=row.used,
    )


def burn(work: UnitOfWork, nonce: str) -> bool:
    """Use a nonce up; False when it was used already."""
    done = work.connection.execute(
        update(nonces)
        .where(nonces.c.nonce == nonce, nonces.c.used.is_(False))
        .values(used=True)
        .returning(nonces.c.nonce)
    )
    return done.first() is not None


def record(work: UnitOfWork, signed: SignedApproval) -> None:
    """File a signed decision."""
    approval = signed.approval
    work.connection.execute(
        insert(approvals).values(
            digest=approval.digest,
            ticket_digest=approval.ticket_digest,
            person_id=approval.person_id,
            decision=approval.decision,
            payload=canonical(approval).decode(),
            signature=signed.signature,
            decided_at=approval.decided_at,
            used=False,
        )
    )


def _stored(row: Row[Any]) -> StoredApproval:
    approval = parse_record(Approval, row.payload)
    return StoredApproval(SignedApproval(approval=approval, signature=row.signature), row.used)


def of_ticket(connection: Connection, ticket_digest: str) -> tuple[StoredApproval, ...]:
    """All decisions on one ticket, oldest first."""
    rows = connection.execute(
        select(approvals)
        .where(approvals.c.ticket_digest == ticket_digest)
        .order_by(approvals.c.decided_at, approvals.c.digest)
    )
    return tuple(_stored(row) for row in rows)


def use(work: UnitOfWork, approval_digest: str, ticket_digest: str) -> bool:
    """Compare and swap: True when exactly this unused approval of this ticket is used now."""
    done = work.connection.execute(
        update(approvals)
        .where(
            approvals.c.digest == approval_digest,
            approvals.c.ticket_digest == ticket_digest,
            approvals.c.used.is_(False),
        )
        .values(used=True)
        .returning(approvals.c.digest)
    )
    return done.first() is not None


def decisions_since(connection: Connection, person_id: str, since: datetime) -> int:
    """How many decisions a person has made since a moment."""
    query = select(func.count()).where(
        approvals.c.person_id == person_id, approvals.c.decided_at >= since
    )
    return connection.scalar(query) or 0

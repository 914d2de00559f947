"""Strategies that are latched off since they repeated themselves, until a person lets them on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import MetaData, select

from guardrails.reasons import Reason
from guardrails.store.database import Reading, UnitOfWork
from guardrails.store.desk_schema import tickets
from guardrails.store.journal import journal_table
from guardrails.tickets import TicketState

ENABLED: Final = "strategy.enabled"
_JOURNAL: Final = journal_table(MetaData())


def latched(connection: Reading) -> frozenset[str]:
    """Lineages with a ticket denied for repeating itself after they were last let on."""
    denied = select(tickets.c.lineage_id, tickets.c.updated_at).where(
        tickets.c.state == TicketState.DENIED.value,
        tickets.c.verdict.contains(f'"{Reason.RATE_REPEATS.value}"'),
    )
    since = _enabled(connection)
    return frozenset(
        row.lineage_id
        for row in connection.execute(denied)
        if row.lineage_id not in since or row.updated_at > since[row.lineage_id]
    )


def enable(work: UnitOfWork, actor: str, lineage_id: str, reason: str) -> None:
    """Let a strategy on again; the caller has checked that this person may."""
    work.journal(actor, ENABLED, {"lineage_id": lineage_id, "reason": reason})


def _enabled(connection: Reading) -> dict[str, datetime]:
    """When each lineage was last let on."""
    rows = connection.execute(
        select(_JOURNAL.c.time, _JOURNAL.c.payload)
        .where(_JOURNAL.c.kind == ENABLED)
        .order_by(_JOURNAL.c.n)
    )
    return {
        json.loads(row.payload)["lineage_id"]: datetime.fromisoformat(row.time).astimezone(UTC)
        for row in rows
    }

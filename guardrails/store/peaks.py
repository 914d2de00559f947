"""The highest equity ever, as journal rows: what a drawdown is measured from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

from sqlalchemy import MetaData, select

from guardrails.store.database import Reading, UnitOfWork
from guardrails.store.journal import journal_table

PEAK: Final = "equity.peak"
_JOURNAL: Final = journal_table(MetaData())


def peak(connection: Reading) -> Decimal | None:
    """The highest equity that was journalled; None before the first."""
    query = (
        select(_JOURNAL.c.payload)
        .where(_JOURNAL.c.kind == PEAK)
        .order_by(_JOURNAL.c.n.desc())
        .limit(1)
    )
    found = connection.scalar(query)
    return None if found is None else Decimal(json.loads(found)["equity"])


def raise_to(work: UnitOfWork, equity: Decimal) -> bool:
    """Journal a new peak; False when the one before is as high."""
    before = peak(work.connection)
    if before is not None and equity <= before:
        return False
    work.journal("desk", PEAK, {"equity": equity})
    return True

"""Heads of the desk's journal that the gateway has seen, kept in the gateway's own journal.

A hash chain shows a changed row, but not that its last rows are gone. The gateway notes number and
hash of the desk's newest row while it works; a desk's journal that lacks one of them was cut.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, MetaData, select

from guardrails.store.journal import journal_table, of_kind

DESK_SEEN = "desk.seen"
"""Kind of the gateway's journal row; its payload is `{"n": row number, "h": hash}`."""

_JOURNAL = journal_table(MetaData())
Head = tuple[int, str]


def seen_heads(gateway: Connection) -> tuple[Head, ...]:
    """Every head of the desk that the gateway noted, oldest first."""
    noted = (json.loads(row.payload) for row in of_kind(gateway, DESK_SEEN))
    return tuple((int(one["n"]), str(one["h"])) for one in noted)


def first_missing(desk: Connection, heads: Iterable[Head]) -> int | None:
    """Number of the first seen row that the desk's journal does not hold; None when it has all."""
    for n, wanted in heads:
        if desk.scalar(select(_JOURNAL.c.h).where(_JOURNAL.c.n == n)) != wanted:
            return n
    return None

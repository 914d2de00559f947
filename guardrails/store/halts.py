"""Rows of trading states and re-arm requests: the database's half of the latch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from guardrails.store.database import UnitOfWork
from guardrails.store.desk_schema import rearm_requests, trading_states
from guardrails.trading_state import TradingState

RearmStatus = Literal["open", "done", "void"]


def state(connection: Connection) -> TradingState:
    """The newest state in the database; ACTIVE before the first change."""
    query = select(trading_states.c.state).order_by(trading_states.c.n.desc()).limit(1)
    found = connection.scalar(query)
    return TradingState.ACTIVE if found is None else TradingState(found)


def set_state(work: UnitOfWork, new: TradingState, actor: str, reason: str) -> None:
    """Append a state."""
    work.connection.execute(
        insert(trading_states).values(state=new.value, actor=actor, reason=reason, at=work.now)
    )


@dataclass(frozen=True, slots=True)
class RearmRequest:
    """Somebody's wish to trade again; `known_halts` are the latch files that were there then."""

    n: int
    person_id: str
    reason: str
    known_halts: frozenset[str]
    requested_at: datetime
    last_signer: str
    status: RearmStatus


def _request(row: Row[Any]) -> RearmRequest:
    return RearmRequest(
        n=row.n,
        person_id=row.person_id,
        reason=row.reason,
        known_halts=frozenset(json.loads(row.known_halts)),
        requested_at=row.requested_at,
        last_signer=row.last_signer,
        status=row.status,
    )


def open_request(connection: Connection) -> RearmRequest | None:
    """The request that waits for a confirmation; there is one at most."""
    query = select(rearm_requests).where(rearm_requests.c.status == "open")
    row = connection.execute(query.order_by(rearm_requests.c.n.desc())).first()
    return None if row is None else _request(row)


def add_request(work: UnitOfWork, person_id: str, reason: str, known: frozenset[str]) -> int:
    """File a request; an open one before it is void."""
    close_requests(work, "void")
    done = work.connection.execute(
        insert(rearm_requests).values(
            person_id=person_id,
            reason=reason,
            known_halts=json.dumps(sorted(known)),
            requested_at=work.now,
            last_signer=person_id,
            status="open",
        )
    )
    key = done.inserted_primary_key
    return 0 if key is None else int(key[0])


def sign_request(
    work: UnitOfWork, n: int, person_id: str, known: frozenset[str], status: RearmStatus
) -> None:
    """Note who confirmed last and which latch files are known now."""
    work.connection.execute(
        update(rearm_requests)
        .where(rearm_requests.c.n == n)
        .values(last_signer=person_id, known_halts=json.dumps(sorted(known)), status=status)
    )


def close_requests(work: UnitOfWork, status: RearmStatus) -> int:
    """Close all open requests; returns how many there were."""
    done = work.connection.execute(
        update(rearm_requests).where(rearm_requests.c.status == "open").values(status=status)
    )
    return done.rowcount

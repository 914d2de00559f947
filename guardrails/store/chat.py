"""Chat history of the desk: what a person said and what was answered, as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from engine.records import canonical
from guardrails.store.candidate_schema import messages
from guardrails.store.database import Database


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `role` is user or copilot, payload the JSON object that was shown."""

    n: int
    thread_id: str
    person_id: str
    role: str
    payload: dict[str, object]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation of a person: its first words and when it was last used."""

    thread_id: str
    title: str
    last: datetime


class ChatStore:
    """Append and read conversations; a person sees only their own."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def add(self, thread_id: str, person_id: str, role: str, payload: dict[str, object]) -> None:
        """Append one message (its digest-free payload is not journalled, only that it came)."""
        with self._database.write() as work:
            work.connection.execute(
                insert(messages).values(
                    thread_id=thread_id,
                    person_id=person_id,
                    role=role,
                    payload=canonical(payload).decode(),
                    created_at=work.now,
                )
            )
            work.journal(person_id, "chat.message", {"thread": thread_id, "role": role})

    def thread(self, thread_id: str, person_id: str) -> tuple[Message, ...]:
        """All messages of one conversation in order."""
        query = (
            select(messages)
            .where(messages.c.thread_id == thread_id, messages.c.person_id == person_id)
            .order_by(messages.c.n)
        )
        with self._database.read() as connection:
            return tuple(
                Message(
                    n=row.n,
                    thread_id=row.thread_id,
                    person_id=row.person_id,
                    role=row.role,
                    payload=json.loads(row.payload),
                    created_at=row.created_at,
                )
                for row in connection.execute(query)
            )

    def threads(self, person_id: str, limit: int = 30) -> tuple[Thread, ...]:
        """A person's conversations, the last used first."""
        edges = (
            select(
                messages.c.thread_id,
                func.min(messages.c.n).label("first"),
                func.max(messages.c.n).label("last"),
            )
            .where(messages.c.person_id == person_id)
            .group_by(messages.c.thread_id)
            .subquery()
        )
        first, last = messages.alias("first_message"), messages.alias("last_message")
        query = (
            select(edges.c.thread_id, first.c.payload, last.c.created_at)
            .join(first, first.c.n == edges.c.first)
            .join(last, last.c.n == edges.c.last)
            .order_by(edges.c.last.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(
                Thread(
                    row.thread_id, str(json.loads(row.payload).get("text", ""))[:80], row.created_at
                )
                for row in connection.execute(query)
            )

"""What the gateway reads in the desk's store, read-only: releases, their journal rows, revocations.

The outbox row alone is not believed: the gateway also wants the journal row that the desk wrote in
the same commit, in a chain that still verifies.
"""

from __future__ import annotations

import json

from sqlalchemy import MetaData, select

from engine.records import Digest
from guardrails.store import halts
from guardrails.store.candidates import CertificateStore
from guardrails.store.database import Database
from guardrails.store.journal import journal_table
from guardrails.store.outbox import OutboxReader, OutboxRow
from guardrails.trading_state import TradingState

RELEASED = "ticket.released"
_JOURNAL = journal_table(MetaData())


class DeskView:
    """Reads of `desk.db`; UnavailableError STORE_UNAVAILABLE while it does not answer."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database, opened read-only."""
        self._database = database
        self._outbox = OutboxReader(database)
        self._certificates = CertificateStore(database)

    def after(self, n: int) -> tuple[OutboxRow, ...]:
        """Outbox rows after the cursor, in order."""
        return self._outbox.after(n)

    def released(self, ticket_digest: Digest) -> bool:
        """True when the desk's journal says that this very ticket was released."""
        query = select(_JOURNAL.c.payload).where(
            _JOURNAL.c.kind == RELEASED, _JOURNAL.c.payload.contains(ticket_digest)
        )
        with self._database.read() as connection:
            found = [json.loads(text) for text in connection.scalars(query)]
        return any(payload.get("ticket_digest") == ticket_digest for payload in found)

    def revoked(self, certificate_digest: Digest) -> bool:
        """True when the desk withdrew this certificate."""
        return self._certificates.revoked(certificate_digest)

    def trading_state(self) -> TradingState:
        """The desk's half of the trading state; the latch is the other one."""
        with self._database.read() as connection:
            return halts.state(connection)

    def intact(self) -> bool:
        """True when the desk's whole journal still verifies."""
        return self._database.verify().ok

"""Signals that certified specs have given, by digest; append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from engine.errors import InputError
from engine.records import canonical, parse_record
from engine.signals import Signal
from guardrails.store.candidate_schema import signals
from guardrails.store.database import Database


class SignalStore:
    """Keeps each signal once; every sighting is journalled."""

    def __init__(self, database: Database) -> None:
        """Use the desk's database."""
        self._database = database

    def keep(self, signal: Signal, actor: str) -> None:
        """Store a signal unless it is known."""
        with self._database.write() as work:
            known = select(signals.c.digest).where(signals.c.digest == signal.digest)
            if work.connection.scalar(known) is None:
                work.connection.execute(
                    insert(signals).values(
                        digest=signal.digest,
                        certificate_digest=signal.certificate_digest,
                        payload=canonical(signal).decode(),
                        made_at=work.now,
                    )
                )
            work.journal(
                actor, "signal.generated", {"signal": signal.digest, "action": signal.action}
            )

    def list(self) -> tuple[tuple[datetime, Signal], ...]:
        """Every signal ever kept with the time it was made, oldest first."""
        query = select(signals.c.made_at, signals.c.payload).order_by(signals.c.made_at)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(signals.c.digest)).all()
        return tuple((row.made_at, parse_record(Signal, row.payload)) for row in found)

    def get(self, digest: str) -> Signal:
        """One signal; InputError SIGNAL_UNKNOWN otherwise."""
        with self._database.read() as connection:
            found = connection.scalar(select(signals.c.payload).where(signals.c.digest == digest))
        if found is None:
            raise InputError(
                "SIGNAL_UNKNOWN", "there is no such signal", value=digest,
                hint="look for a signal of a certificate first",
            )  # fmt: skip
        return parse_record(Signal, str(found))

"""Tables of people and of the way from ticket to release, in the desk's own database.

What has been written stays: tickets, nonces and approvals may change only the columns named
here, a used flag only from 0 to 1, and everything else is append-only. Triggers hold that, also
against us.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from guardrails.store.database import DecimalText, UtcText, append_only, mutable_only, once

desk_metadata = MetaData()

people = mutable_only(
    Table(
        "people",
        desk_metadata,
        Column("person_id", String, primary_key=True),
        Column("roles", String, nullable=False),
        Column("password_hash", String, nullable=False),
        Column("credential_version", Integer, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("created_at", UtcText, nullable=False),
    ),
    "roles", "password_hash", "credential_version", "active",
)  # fmt: skip

auth_sessions = mutable_only(
    Table(
        "auth_sessions",
        desk_metadata,
        Column("id", String, primary_key=True),
        Column("person_id", String, ForeignKey("people.person_id"), nullable=False, index=True),
        Column("credential_version", Integer, nullable=False),
        Column("created_at", UtcText, nullable=False),
        Column("proved_at", UtcText, nullable=False),
        Column("ends_at", UtcText, nullable=False),
        Column("revoked_at", UtcText),
        Column("label", String, nullable=False, default=""),
    ),
    "revoked_at",
)  # fmt: skip

tickets = mutable_only(
    Table(
        "tickets",
        desk_metadata,
        Column("digest", String, primary_key=True),
        Column("intent", String, nullable=False),
        Column("verdict", String, nullable=False),
        Column("state", String, nullable=False, index=True),
        Column("proposer_id", String, nullable=False),
        Column("lineage_id", String, nullable=False),
        Column("signal_digest", String, nullable=False, index=True),
        Column("symbol", String, nullable=False),
        Column("side", String, nullable=False),
        Column("quantity", DecimalText, nullable=False),
        Column("created_at", UtcText, nullable=False, index=True),
        Column("expires_at", UtcText, nullable=False),
        Column("updated_at", UtcText, nullable=False),
    ),
    "state", "updated_at",
)  # fmt: skip

nonces = once(
    Table(
        "nonces",
        desk_metadata,
        Column("nonce", String, primary_key=True),
        Column("ticket_digest", String, ForeignKey("tickets.digest"), nullable=False),
        Column("person_id", String, ForeignKey("people.person_id"), nullable=False),
        Column("auth_session_id", String, nullable=False),
        Column("shown_at", UtcText, nullable=False),
        Column("used", Boolean, nullable=False, default=False),
    ),
    "used",
)

approvals = once(
    Table(
        "approvals",
        desk_metadata,
        Column("digest", String, primary_key=True),
        Column("ticket_digest", String, ForeignKey("tickets.digest"), nullable=False),
        Column("person_id", String, ForeignKey("people.person_id"), nullable=False),
        Column("decision", String, nullable=False),
        Column("payload", String, nullable=False),
        Column("signature", String, nullable=False),
        Column("decided_at", UtcText, nullable=False),
        Column("used", Boolean, nullable=False, default=False),
        UniqueConstraint("ticket_digest", "person_id", "decision"),
        Index("approvals_of_a_day", "person_id", "decided_at"),
    ),
    "used",
)

outbox = append_only(
    Table(
        "outbox",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("kind", String, nullable=False),
        Column("payload", String, nullable=False),
        Column("created_at", UtcText, nullable=False),
        sqlite_autoincrement=True,
    )
)

trading_states = append_only(
    Table(
        "trading_states",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("state", String, nullable=False),
        Column("actor", String, nullable=False),
        Column("reason", String, nullable=False),
        Column("at", UtcText, nullable=False),
        sqlite_autoincrement=True,
    )
)

rearm_requests = mutable_only(
    Table(
        "rearm_requests",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("person_id", String, ForeignKey("people.person_id"), nullable=False),
        Column("reason", String, nullable=False),
        Column("known_halts", String, nullable=False),
        Column("requested_at", UtcText, nullable=False),
        Column("last_signer", String, nullable=False),
        Column("status", String, nullable=False),
        sqlite_autoincrement=True,
    ),
    "known_halts", "last_signer", "status",
)  # fmt: skip

limits_versions = append_only(
    Table(
        "limits_versions",
        desk_metadata,
        Column("version", String, primary_key=True),
        Column("payload", String, nullable=False),
        Column("actor", String, nullable=False),
        Column("recorded_at", UtcText, nullable=False),
    )
)

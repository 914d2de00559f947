"""Tables of what is judged: candidates, reports, certificates, trials, looks; and of the chat.

Trials, looks, certificates and their revocations are append-only. Candidates carry a status that
moves forward; each move has its journal row.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table

from guardrails.store.database import UtcText, append_only
from guardrails.store.desk_schema import desk_metadata

candidates = Table(
    "candidates",
    desk_metadata,
    Column("candidate_id", String, primary_key=True),
    Column("idempotency_key", String, unique=True),
    Column("payload", String, nullable=False),
    Column("submitted_by", String, nullable=False),
    Column("status", String, nullable=False),
    Column("stage", String, nullable=False, default=""),
    Column("share", Float, nullable=False, default=0.0),
    Column("error", String),
    Column("report", String),
    Column("report_digest", String),
    Column("certificate_digest", String),
    Column("created_at", UtcText, nullable=False, index=True),
)

certificates = append_only(
    Table(
        "certificates",
        desk_metadata,
        Column("digest", String, primary_key=True),
        Column("candidate_id", String, nullable=False, index=True),
        Column("payload", String, nullable=False),
        Column("signature", String, nullable=False),
        Column("issued_at", UtcText, nullable=False),
    )
)

revocations = append_only(
    Table(
        "revocations",
        desk_metadata,
        Column("digest", String, primary_key=True),
        Column("code", String, nullable=False),
        Column("actor", String, nullable=False),
        Column("revoked_at", UtcText, nullable=False),
    )
)

trials = append_only(
    Table(
        "trials",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("key_digest", String, nullable=False, unique=True),
        Column("payload", String, nullable=False),
        Column("opened_at", UtcText, nullable=False),
    )
)

trial_families = append_only(
    Table(
        "trial_families",
        desk_metadata,
        Column("family", String, primary_key=True),
        Column("n", Integer, ForeignKey("trials.n"), primary_key=True),
    )
)

trial_specs = append_only(
    Table(
        "trial_specs",
        desk_metadata,
        Column("digest", String, primary_key=True),
        Column("payload", String, nullable=False),
    )
)

trial_lineages = append_only(
    Table(
        "trial_lineages",
        desk_metadata,
        Column("row", Integer, primary_key=True),
        Column("n", Integer, ForeignKey("trials.n"), nullable=False, index=True),
        Column("payload", String, nullable=False),
    )
)

trial_outcomes = append_only(
    Table(
        "trial_outcomes",
        desk_metadata,
        Column("row", Integer, primary_key=True),
        Column("n", Integer, ForeignKey("trials.n"), nullable=False, index=True),
        Column("payload", String, nullable=False),
    )
)

looks = append_only(
    Table(
        "looks",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("look_id", String, nullable=False, unique=True),
        Column("payload", String, nullable=False),
    )
)

look_families = append_only(
    Table(
        "look_families",
        desk_metadata,
        Column("family", String, primary_key=True),
        Column("n", Integer, ForeignKey("looks.n"), primary_key=True),
    )
)

look_reveals = append_only(
    Table(
        "look_reveals",
        desk_metadata,
        Column("look_id", String, ForeignKey("looks.look_id"), primary_key=True),
        Column("payload", String, nullable=False),
    )
)

look_outcomes = append_only(
    Table(
        "look_outcomes",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("look_id", String, ForeignKey("looks.look_id"), nullable=False, index=True),
        Column("payload", String, nullable=False),
    )
)

signals = append_only(
    Table(
        "signals",
        desk_metadata,
        Column("digest", String, primary_key=True),
        Column("certificate_digest", String, nullable=False, index=True),
        Column("payload", String, nullable=False),
        Column("made_at", UtcText, nullable=False),
    )
)

messages = append_only(
    Table(
        "messages",
        desk_metadata,
        Column("n", Integer, primary_key=True),
        Column("thread_id", String, nullable=False, index=True),
        Column("person_id", String, nullable=False),
        Column("role", String, nullable=False),
        Column("payload", String, nullable=False),
        Column("created_at", UtcText, nullable=False),
    )
)

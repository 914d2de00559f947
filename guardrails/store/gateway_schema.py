"""Tables of the gateway's store: releases taken, orders, fills, market facts, cursors.

Releases and fills are append-only. An order row moves through the states of `lifecycle.py`; each
move has its journal row. `orders` can hold one row for a leg of a ticket, ever.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from guardrails.store.database import DecimalText, UtcText, append_only, mutable_only

gateway_metadata = MetaData()

identity = append_only(
    Table(
        "identity",
        gateway_metadata,
        Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
        Column("deployment_id", String, nullable=False),
        Column("mode", String, nullable=False),
        Column("account_id", String, nullable=False),
    )
)

releases = append_only(
    Table(
        "releases",
        gateway_metadata,
        Column("ticket_digest", String, primary_key=True),
        Column("outbox_n", Integer, nullable=False),
        Column("payload", String, nullable=False),
        Column("taken_at", UtcText, nullable=False),
    )
)

orders = mutable_only(
    Table(
        "orders",
        gateway_metadata,
        Column("n", Integer, primary_key=True),
        Column("client_order_id", String, nullable=False, unique=True),
        Column("ticket_digest", String, nullable=False),
        Column("leg", String, nullable=False),
        Column("account_id", String, nullable=False),
        Column("venue", String, nullable=False),
        Column("symbol", String, nullable=False, index=True),
        Column("side", String, nullable=False),
        Column("quantity", DecimalText, nullable=False),
        Column("limit_price", DecimalText),
        Column("state", String, nullable=False, index=True),
        Column("filled", DecimalText, nullable=False),
        Column("denials", String, nullable=False),
        Column("wire", String),
        Column("venue_order_id", String),
        Column("sent_at", UtcText),
        Column("updated_at", UtcText, nullable=False),
        UniqueConstraint("ticket_digest", "leg"),
    ),
    "state", "filled", "denials", "venue_order_id", "sent_at", "updated_at",
)  # fmt: skip

fills = append_only(
    Table(
        "fills",
        gateway_metadata,
        Column("n", Integer, primary_key=True),
        Column("venue", String, nullable=False),
        Column("account_id", String, nullable=False),
        Column("symbol", String, nullable=False),
        Column("venue_trade_id", String, nullable=False),
        Column(
            "client_order_id",
            String,
            ForeignKey("orders.client_order_id"),
            nullable=False,
            index=True,
        ),
        Column("ticket_digest", String, nullable=False),
        Column("side", String, nullable=False),
        Column("quantity", DecimalText, nullable=False),
        Column("price", DecimalText, nullable=False),
        Column("fee", DecimalText, nullable=False),
        Column("fee_asset", String, nullable=False),
        Column("venue_time", UtcText, nullable=False),
        Column("received_at", UtcText, nullable=False),
        UniqueConstraint("venue", "account_id", "symbol", "venue_trade_id"),
    )
)

quotes = Table(
    "quotes",
    gateway_metadata,
    Column("symbol", String, primary_key=True),
    Column("bid", DecimalText, nullable=False),
    Column("ask", DecimalText, nullable=False),
    Column("time", UtcText, nullable=False),
)

feeds = Table(
    "feeds",
    gateway_metadata,
    Column("symbol", String, primary_key=True),
    Column("dataset_id", String, nullable=False),
    Column("bar_opened_at", UtcText),
    Column("until", UtcText, nullable=False),
)

cursors = Table(
    "cursors",
    gateway_metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    gateway_metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("at", UtcText, nullable=False),
)

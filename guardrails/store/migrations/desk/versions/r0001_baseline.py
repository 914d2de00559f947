"""The first version: every table, index and trigger, as the files beside this one say."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from guardrails.store.migrations.scripts import statements

revision = "desk_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything in an empty store."""
    dialect = op.get_context().dialect.name
    for statement in statements(Path(__file__).with_name(f"r0001_baseline.{dialect}.sql")):
        op.execute(statement)

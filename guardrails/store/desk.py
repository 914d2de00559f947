"""The whole schema of the desk's database in one place: importing this registers every table."""

from __future__ import annotations

from guardrails.store import candidate_schema
from guardrails.store.desk_schema import desk_metadata

__all__ = ["candidate_schema", "desk_metadata"]

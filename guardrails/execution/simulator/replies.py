"""Replies: what goes back over the wire, and the words for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, extra headers and content type."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"


def json_reply(data: object, status: int = 200, **headers: str) -> Reply:
    """A JSON body; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(data, separators=(",", ":")).encode(), status, named)


def whole(query: Query, name: str) -> int | None:
    """A parameter as whole number, None without one."""
    text = query.get(name, "")
    return int(text) if text.lstrip("-").isdigit() else None

"""Events of a turn, as the desk relays them: a name and one JSON object."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

EVENTS: Final = frozenset(
    {"stage", "token", "draft", "candidate", "verdict", "answer", "error", "done"}
)
Emit = Callable[[str, dict[str, Any]], None]
_PIECE: Final = 48


def sse(name: str, data: dict[str, Any]) -> bytes:
    """One event in the wire format of server-sent events."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"event: {name}\ndata: {body}\n\n".encode()


def pieces(text: str) -> list[str]:
    """A text in pieces for a stream, cut at blanks and never inside a placeholder."""
    found: list[str] = []
    part = ""
    for word in text.split(" "):
        part = f"{part} {word}" if part else word
        if len(part) >= _PIECE and part.count("{{") == part.count("}}"):
            found.append(part + " ")
            part = ""
    if part:
        found.append(part)
    return found

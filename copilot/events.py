"""Events of a turn, as the desk relays them: a name and one JSON object."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

EVENTS: Final = frozenset(
    {"stage", "token", "draft", "candidate", "verdict", "answer", "error", "done"}
)
Emit = Callable[[str, dict[str, Any]], None]
_PIECE: Final = 48
_WORDS: Final = re.compile(r"\S+\s*|\s+")


def sse(name: str, data: dict[str, Any]) -> bytes:
    """One event in the wire format of server-sent events."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"event: {name}\ndata: {body}\n\n".encode()


def pieces(text: str) -> list[str]:
    """A text in pieces for a stream, cut at blanks and never inside a placeholder."""
    found: list[str] = []
    part = ""
    for word in _WORDS.findall(text):
        part += word
        if len(part) >= _PIECE and part.count("{{") == part.count("}}"):
            found.append(part)
            part = ""
    return [*found, part] if part else found

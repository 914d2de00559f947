"""How a node tells the person something while the graph runs."""

from __future__ import annotations

from typing import Any

from copilot.events import pieces


def emit(name: str, data: dict[str, Any]) -> None:
    """Send one event out."""
    from langgraph.config import get_stream_writer  # noqa: PLC0415 - opens a socket when loaded

    get_stream_writer()({"event": name, "data": data})


def say(
    text: str,
    *,
    citations: list[dict[str, Any]] | None = None,
    candidate_id: str | None = None,
    unverified: tuple[str, ...] = (),
) -> None:
    """Send an answer: its words as they would be typed, then the whole with its citations."""
    for piece in pieces(text):
        emit("token", {"text": piece})
    emit(
        "answer",
        {
            "text": text,
            "citations": citations or [],
            "candidate_id": candidate_id,
            "unverified": list(unverified),
        },
    )


def cited(passages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Passages as citations: id, title and section."""
    return [{key: row[key] for key in ("passage_id", "title", "section")} for row in passages]

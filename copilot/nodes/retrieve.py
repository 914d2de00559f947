"""Retrieval: passages for the last three things the user said."""

from __future__ import annotations

from copilot.nodes.emitting import emit
from copilot.parts import Parts
from copilot.state import Node, State
from engine.errors import PeakError

TURNS = 3
LIMIT = 3


def retrieve_with(parts: Parts) -> Node:
    """The node for these ports; a broken knowledge base costs citations, never the turn."""

    def retrieve(state: State) -> State:
        """Find passages."""
        emit("stage", {"name": "retrieve"})
        said = [row["text"] for row in state.get("history", []) if row.get("role") == "user"]
        query = " ".join(said[-TURNS:])[:1_000]
        try:
            found = parts.retriever.search(query, as_of=parts.clock.now().date(), limit=LIMIT)
        except PeakError:
            found = ()
        return {"passages": [passage.model_dump(mode="json") for passage in found]}

    return retrieve

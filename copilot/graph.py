"""The conversation as a graph: nodes and edges, nothing else.

intake -> understand -> retrieve -> draft (-> repair, twice at most) -> present -> submit ->
read_verdict -> narrate; questions go to answer, a bare "test it" goes straight to submit. A model
is asked at most twice between a message and a gated report, plus repairs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from config.private_files import private_file, private_folder
from copilot.nodes.answer import answer_with
from copilot.nodes.draft import draft_with, needs_repair, repair_with
from copilot.nodes.intake import intake, understand
from copilot.nodes.present import present_with, will_submit
from copilot.nodes.retrieve import retrieve_with
from copilot.nodes.submit import submit_with
from copilot.nodes.verdict import narrate_with, read_verdict_with
from copilot.parts import Parts
from copilot.state import State

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph.state import CompiledStateGraph

Graph: TypeAlias = "CompiledStateGraph[State, Any, State, State]"


def after_retrieve(state: State) -> Literal["draft", "answer", "submit"]:
    """What the message is about."""
    wanted = state.get("intent")
    if wanted == "answer":
        return "answer"
    return "submit" if wanted == "submit" else "draft"


def after_draft(state: State) -> Literal["repair", "present"]:
    """Correct a model's answer while rounds are left."""
    return "repair" if needs_repair(state) else "present"


def after_present(state: State) -> Literal["submit", "end"]:
    """Go on to the gate only when the user asked for it."""
    return "submit" if not state.get("stopped") and will_submit(state) else "end"


def unless_stopped(state: State) -> Literal["on", "end"]:
    """Go on unless the step before ended the turn."""
    return "end" if state.get("stopped") else "on"


def build(parts: Parts, checkpoints: BaseCheckpointSaver[str]) -> Graph:
    """The compiled graph with its ports and checkpoints."""
    from langgraph.graph import END, START, StateGraph  # noqa: PLC0415 - opens a socket when loaded

    graph = StateGraph(State)
    graph.add_node("intake", intake)
    graph.add_node("understand", understand)
    graph.add_node("retrieve", retrieve_with(parts))
    graph.add_node("draft", draft_with(parts))
    graph.add_node("repair", repair_with(parts))
    graph.add_node("present", present_with(parts))
    graph.add_node("submit", submit_with(parts))
    graph.add_node("read_verdict", read_verdict_with(parts))
    graph.add_node("narrate", narrate_with(parts))
    graph.add_node("answer", answer_with(parts))
    graph.add_edge(START, "intake")
    graph.add_edge("intake", "understand")
    graph.add_edge("understand", "retrieve")
    graph.add_conditional_edges("retrieve", after_retrieve, ["draft", "answer", "submit"])
    both: dict[Hashable, str] = {"repair": "repair", "present": "present"}
    graph.add_conditional_edges("draft", after_draft, both)
    graph.add_conditional_edges("repair", after_draft, both)
    graph.add_conditional_edges("present", after_present, {"submit": "submit", "end": END})
    graph.add_conditional_edges("submit", unless_stopped, {"on": "read_verdict", "end": END})
    graph.add_conditional_edges("read_verdict", unless_stopped, {"on": "narrate", "end": END})
    graph.add_edge("narrate", END)
    graph.add_edge("answer", END)
    return graph.compile(checkpointer=checkpoints)


def open_checkpoints(path: Path) -> SqliteSaver:
    """Checkpoints in the copilot's own folder; every step is on disk before the next begins."""
    from langgraph.checkpoint.sqlite import SqliteSaver  # noqa: PLC0415 - like the graph's library

    private_folder(path.parent)
    private_file(path, "-wal", "-shm", "-journal")
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    saver = SqliteSaver(connection)
    saver.setup()
    return saver

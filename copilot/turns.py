"""One turn of a conversation: runs the graph and answers its events, one turn a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import structlog
from pydantic import Field

from copilot.graph import Graph
from copilot.offline.redaction import redact
from copilot.parts import Parts
from copilot.state import State
from engine.errors import PeakError
from engine.market import Name
from engine.records import Record

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

MAX_TEXT: Final = 4_000
Event = tuple[str, dict[str, Any]]
_MOST_STEPS: Final = 40
_BUSY: Final = {
    "code": "TURN_BUSY",
    "message": "this conversation is still being answered",
    "hint": "wait for its answer",
}
_BROKEN: Final = {
    "code": "COPILOT_INTERNAL",
    "message": "the copilot could not finish this turn",
    "hint": "send the message again",
}


class Turn(Record):
    """One message of a person. `submit` asks for the gate as the words "test it" do."""

    thread_id: Name
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    language: Literal["en", "de"] | None = None
    submit: bool = False


@dataclass(slots=True)
class Turns:
    """Runs turns on a compiled graph."""

    graph: Graph
    parts: Parts
    _busy: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, turn: Turn) -> Iterator[Event]:
        """The events of a turn: a fault comes as `error`, and the last one is always `done`."""
        if not self._enter(turn.thread_id):
            yield "error", _BUSY
            yield "done", {}
            return
        try:
            yield from self._events(turn)
        except PeakError as error:
            yield "error", dict(error.as_dict())
        except Exception as error:  # noqa: BLE001 - the edge of the process: a turn must always end
            structlog.get_logger().error("turn_failed", kind=type(error).__name__)
            yield "error", _BROKEN
        finally:
            self._leave(turn.thread_id)
        yield "done", {}

    def _enter(self, thread_id: str) -> bool:
        with self._lock:
            if thread_id in self._busy:
                return False
            self._busy.add(thread_id)
            return True

    def _leave(self, thread_id: str) -> None:
        with self._lock:
            self._busy.discard(thread_id)

    def _events(self, turn: Turn) -> Iterator[Event]:
        given: State = {
            "thread_id": turn.thread_id,
            "text": redact(turn.text),
            "asked_language": turn.language,
            "submit": turn.submit,
        }
        config: RunnableConfig = {
            "configurable": {"thread_id": turn.thread_id},
            "recursion_limit": _MOST_STEPS,
        }
        for found in self.graph.stream(given, config, stream_mode="custom", durability="sync"):
            yield str(found["event"]), dict(found["data"])

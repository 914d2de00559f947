"""One turn of a conversation: runs the graph and answers its events, one turn per thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import structlog
from pydantic import Field

from copilot.graph import Graph
from copilot.offline.redaction import redact
from copilot.parts import Parts
from engine.errors import PeakError
from engine.market import Name
from engine.records import Record

MAX_TEXT: Final = 4_000
Event = tuple[str, dict[str, Any]]


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
        """The events of a turn; the last one is always `done`, a fault comes before it as `error`."""
        with self._lock:
            busy = turn.thread_id in self._busy
            self._busy.add(turn.thread_id)
        if busy:
            yield (
                "error",
                {
                    "code": "TURN_BUSY",
                    "message": "this conversation is still being answered",
                    "hint": "wait for its answer",
                },
            )
            yield ("done", {})
            return
        try:
            yield from self._events(turn)
        except PeakError as error:
            yield ("error", dict(error.as_dict()))
        except Exception as error:  # noqa: BLE001 - the edge of the process: a turn must always end
            structlog.get_logger().error("turn_failed", kind=type(error).__name__)
            yield (
                "error",
                {
                    "code": "COPILOT_INTERNAL",
                    "message": "the copilot could not finish this turn",
                    "hint": "send the message again",
                },
            )
        finally:
            with self._lock:
                self._busy.discard(turn.thread_id)
        yield ("done", {})

    def _events(self, turn: Turn) -> Iterator[Event]:
        given = {
            "thread_id": turn.thread_id,
            "text": redact(turn.text),
            "asked_language": turn.language,
            "submit": turn.submit,
        }
        config = {"configurable": {"thread_id": turn.thread_id}, "recursion_limit": 40}
        stream = self.graph.stream(
            given,  # type: ignore[arg-type]  # a part of the state, as the graph's input allows
            config,  # type: ignore[arg-type]  # a plain dictionary is what the library reads
            stream_mode="custom",
            durability="sync",
        )
        for found in stream:
            yield str(found["event"]), dict(found["data"])

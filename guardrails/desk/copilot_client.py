"""The desk's only way to the copilot: one turn out, a stream of events back.

What comes back is untrusted: event names are a closed list, sizes are capped, and nothing in it
is an instruction to the desk.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Protocol

import httpx2

from engine.errors import InputError, UnavailableError
from engine.records import read_json

EVENTS: Final = frozenset(
    {"stage", "token", "draft", "candidate", "verdict", "answer", "error", "done"}
)
MAX_EVENT_BYTES: Final = 400_000
MAX_EVENTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One event of a turn: a name of `EVENTS` and a JSON object."""

    name: str
    data: dict[str, object]


class Copilot(Protocol):
    """Somebody who answers a chat turn."""

    def turn(self, thread_id: str, text: str, language: str | None) -> AsyncIterator[TurnEvent]:
        """Answer one message as a stream of events."""
        ...


class CopilotClient:
    """The copilot process over HTTP on loopback, authenticated by the relay token."""

    def __init__(self, base_url: str, token: str, *, timeout_s: float = 180.0) -> None:
        """Point at the copilot; no connection is opened yet."""
        self._base_url = base_url
        self._headers = {"authorization": f"Bearer {token}"}
        self._timeout = httpx2.Timeout(timeout_s, connect=5.0)

    async def turn(
        self, thread_id: str, text: str, language: str | None
    ) -> AsyncIterator[TurnEvent]:
        """Relay one message.

        Raises:
            UnavailableError: COPILOT_UNAVAILABLE when the process does not answer;
                COPILOT_PROTOCOL when it answers what it must not.
        """
        body = {"thread_id": thread_id, "text": text, "language": language}
        try:
            async with (
                httpx2.AsyncClient(timeout=self._timeout, trust_env=False) as client,
                client.stream(
                    "POST", f"{self._base_url}/turn", json=body, headers=self._headers
                ) as reply,
            ):
                if reply.status_code != httpx2.codes.OK:
                    raise _refused(await reply.aread())
                async for event in _events(reply.aiter_lines()):
                    yield event
        except httpx2.HTTPError as error:
            raise UnavailableError(
                "COPILOT_UNAVAILABLE", "the copilot does not answer", value=type(error).__name__,
                hint="it is restarted by itself; send the message again in a moment",
            ) from error  # fmt: skip


def _refused(raw: bytes) -> UnavailableError:
    return UnavailableError("COPILOT_PROTOCOL", "the copilot refused the turn", value=raw[:200])


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[TurnEvent]:
    name, data, count = "", [], 0
    async for line in lines:
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].strip())
        elif not line and name:
            count += 1
            if count > MAX_EVENTS:
                raise UnavailableError("COPILOT_PROTOCOL", "the copilot does not stop talking")
            yield _event(name, "\n".join(data))
            name, data = "", []


def _event(name: str, data: str) -> TurnEvent:
    if name not in EVENTS:
        raise UnavailableError("COPILOT_PROTOCOL", "unknown event from the copilot", value=name)
    try:
        found = read_json(data or "{}", MAX_EVENT_BYTES)
    except InputError as error:
        raise UnavailableError("COPILOT_PROTOCOL", error.message, value=error.value) from error
    if not isinstance(found, dict):
        raise UnavailableError("COPILOT_PROTOCOL", "an event must be an object", value=data[:80])
    return TurnEvent(name, found)


def sse(event: TurnEvent) -> bytes:
    """One event as server-sent text."""
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event.name}\ndata: {data}\n\n".encode()


class ScriptedCopilot:
    """A copilot that answers what it was told to: for tests and drills without a process."""

    def __init__(self, *turns: tuple[TurnEvent, ...]) -> None:
        """One tuple of events per expected turn; later turns repeat the last one."""
        self._turns = turns
        self.asked: list[tuple[str, str]] = []

    async def turn(
        self, thread_id: str, text: str, language: str | None
    ) -> AsyncIterator[TurnEvent]:
        """The events of the next scripted turn."""
        del language
        events = self._turns[min(len(self.asked), len(self._turns) - 1)]
        self.asked.append((thread_id, text))
        for event in events:
            yield event

"""The HTTP door: token, strict bodies, a stream of events."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from copilot.api import MAX_BODY_BYTES, application
from tests.copilot_world import World, world

TOKEN = "relay-token"
GOOD = {"thread_id": "t1", "text": "20/50 EMA cross on GOOG daily", "language": "en"}


def post(
    here: World, body: bytes | dict[str, object], token: str | None = TOKEN
) -> httpx2.Response:
    """One turn over HTTP."""

    async def run() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=application(here.turns, TOKEN))
        headers = {"authorization": f"Bearer {token}"} if token is not None else {}
        async with httpx2.AsyncClient(transport=transport, base_url="http://copilot") as client:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            return await client.post("/turn", content=raw, headers=headers)

    return asyncio.run(run())


def test_a_turn_is_a_stream_of_events(tmp_path: Path) -> None:
    """Names in order, each with one JSON object, `done` at the end."""
    answer = post(world(tmp_path), GOOD)
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    names = [block[0].removeprefix("event: ") for block in blocks]
    assert names[0] == "stage"
    assert names[-1] == "done"
    assert {"draft", "answer"} <= set(names)
    assert all(isinstance(json.loads(block[1].removeprefix("data: ")), dict) for block in blocks)


@pytest.mark.parametrize(
    ("token", "code"), [(None, "AUTH_REQUIRED"), ("", "AUTH_REQUIRED"), ("wrong", "AUTH_FAILED")]
)
def test_without_the_relay_token_nobody_is_heard(
    tmp_path: Path, token: str | None, code: str
) -> None:
    """And the body is not looked at."""
    answer = post(world(tmp_path), b"not json", token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'{"thread_id": "t1"}', b'{"thread_id": "../x", "text": "hi"}',
        b'{"thread_id": "t1", "text": "hi", "approve": true}',
        b'{"thread_id": "t1", "text": "a", "text": "b"}', b'{"thread_id": "t1", "text": 5}',
        b'{"thread_id": "t1", "text": "hi", "language": "fr"}',
        b'{"thread_id": "t1", "text": "' + b"x" * 5_000 + b'"}',
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_with_a_code(tmp_path: Path, body: bytes) -> None:
    """Nothing is guessed, repeated keys and strange fields included."""
    answer = post(world(tmp_path), body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"].startswith(("JSON_", "RECORD_"))


def test_a_body_without_end_is_cut(tmp_path: Path) -> None:
    """The door reads so much and no more."""
    answer = post(world(tmp_path), b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BODY_TOO_LARGE")


def test_health_says_who_drafts(tmp_path: Path) -> None:
    """Without a token: the supervisor asks."""

    async def run() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=application(world(tmp_path).turns, TOKEN))
        async with httpx2.AsyncClient(transport=transport, base_url="http://copilot") as client:
            return await client.get("/healthz")

    assert asyncio.run(run()).json() == {"status": "ok", "drafter": "offline"}

"""The adapter on a mock transport: outcomes, retries, budget; the socket is tested elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from config.settings import CopilotSettings
from copilot import openai_model
from copilot.budget import DayBudget, TurnBudget
from copilot.model import Message, ModelOutcome, ModelRequest, Schema, Usage
from copilot.openai_model import OpenAIModel, believed
from copilot.retry import Patience
from engine.clock import FixedClock
from engine.errors import AccessError

ASK = (Message(role="user", content="hello there"),)


def whole(text: str = "hi", **message: object) -> dict[str, Any]:
    """A complete answer of the protocol."""
    body = {"role": "assistant", "content": text, **message}
    return {
        "id": "x", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "message": body, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6},
    }  # fmt: skip


def model(
    answer: Callable[[httpx2.Request], httpx2.Response],
    waits: list[float] | None = None,
    url: str = "http://127.0.0.1:9/v1",
) -> OpenAIModel:
    """An adapter whose network is a function."""
    settings = CopilotSettings(base_url=url, model="m")
    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    sleep = waits.append if waits is not None else lambda _seconds: None
    return OpenAIModel(settings, "key", client=client, patience=Patience(sleep=sleep))


def ok(_request: httpx2.Request) -> httpx2.Response:
    """The plainest answer."""
    return httpx2.Response(200, json=whole())


def test_a_plain_reply_comes_back_with_its_usage() -> None:
    """The commonest case."""
    outcome = model(ok).complete(ModelRequest(ASK, 20))
    assert (outcome.kind, outcome.text, outcome.usage) == (
        "reply",
        "hi",
        Usage(prompt=4, completion=2),
    )


def test_a_rate_limit_is_waited_for_as_long_as_it_says() -> None:
    """Retry-After is obeyed, each attempt counted."""
    answers = iter(
        [
            httpx2.Response(429, headers={"retry-after": "2"}, json={}),
            httpx2.Response(200, json=whole()),
        ]
    )
    waits: list[float] = []
    outcome = model(lambda _request: next(answers), waits).complete(ModelRequest(ASK, 20))
    assert (outcome.kind, outcome.attempts, waits) == ("reply", 2, [2.0])


def test_every_attempt_is_taken_from_the_budget() -> None:
    """The library's own retries are off: three tries cost three calls."""
    spend = TurnBudget(DayBudget(10_000, FixedClock(datetime(2026, 1, 1, tzinfo=UTC))), 2, 10_000)
    seen: list[int] = []

    def broken(_request: httpx2.Request) -> httpx2.Response:
        seen.append(1)
        return httpx2.Response(500, json={})

    outcome = model(broken).complete(ModelRequest(ASK, 20, spend=spend))
    assert (outcome.kind, len(seen), spend.calls_left) == ("budget", 2, 0)


def test_an_endpoint_that_refuses_schemas_is_asked_in_words_at_once() -> None:
    """The other form costs no second attempt."""

    def small(request: httpx2.Request) -> httpx2.Response:
        if "response_format" in json.loads(request.content):
            return httpx2.Response(
                400, json={"error": {"message": "unknown field: response_format"}}
            )
        return httpx2.Response(200, json=whole('{"a": 1}'))

    asked = model(small)
    request = ModelRequest(ASK, 20, schema=Schema("s", {"type": "object"}))
    assert (asked.complete(request).kind, asked.complete(request).attempts) == ("reply", 1)


def test_text_where_json_was_asked_is_invalid_and_kept() -> None:
    """A repair can show the model what it wrote."""
    outcome = model(ok).complete(ModelRequest(ASK, 20, schema=Schema("s", {"type": "object"})))
    assert (outcome.kind, outcome.text) == ("invalid", "hi")


def test_a_refusal_is_an_outcome_of_its_own() -> None:
    """Not an error, and not a reply."""
    answer = whole("", refusal="no")
    outcome = model(lambda _request: httpx2.Response(200, json=answer)).complete(
        ModelRequest(ASK, 20)
    )
    assert (outcome.kind, outcome.detail) == ("refusal", "no")


def test_a_lost_connection_is_unreachable() -> None:
    """Whatever the network raises, the caller gets an outcome."""

    def gone(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    assert model(gone).complete(ModelRequest(ASK, 20)).kind == "unreachable"


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'{"choices": []}', b'{"choices": [{"index": 0}]}']
)
def test_an_answer_of_any_form_ends_in_a_closed_outcome(body: bytes) -> None:
    """A stranger's server cannot raise out of the adapter."""
    answer = httpx2.Response(200, content=body, headers={"content-type": "application/json"})
    assert model(lambda _request: answer).complete(ModelRequest(ASK, 20)).kind == "invalid"


def test_a_test_cannot_ask_anybody_but_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the flag down only this machine is asked."""
    monkeypatch.setattr(openai_model, "ALLOW_REMOTE", False)
    with pytest.raises(AccessError) as caught:
        model(ok, url="https://models.example/v1").complete(ModelRequest(ASK, 20))
    assert caught.value.code == "MODEL_HOST_FORBIDDEN"
    assert model(ok).complete(ModelRequest(ASK, 20)).kind == "reply"


@pytest.mark.parametrize(
    ("said", "booked"),
    [(Usage(prompt=-1), 20), (Usage(completion=10**9), 100), (Usage(prompt=50), 50)],
)
def test_a_wrong_usage_neither_refills_nor_drains_the_budget(said: Usage, booked: int) -> None:
    """Between what went over the wire and what was set aside."""
    request = ModelRequest((Message(role="user", content="x" * 160),), 10)
    assert believed(ModelOutcome(kind="reply", usage=said), request, 100) == booked

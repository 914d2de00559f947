"""Requests as the protocol wants them, and what its errors mean."""

from __future__ import annotations

import httpx2
import openai
import pytest

from copilot.model import Message, ModelRequest, Schema, Tool, ToolCall
from copilot.wire import Abilities, faults_of, payload, retry_after_s

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
CALL = ToolCall(id="c1", name="read_context", arguments="{}")
MESSAGES = (
    Message(role="system", content="be brief"),
    Message(role="assistant", content="", tool_calls=(CALL,)),
    Message(role="tool", content="{}", tool_call_id="c1"),
)


def status_error(code: int, headers: dict[str, str] | None = None) -> openai.APIStatusError:
    """An error status as the library raises it."""
    answer = httpx2.Response(code, headers=headers, request=REQUEST)
    kind = openai.RateLimitError if code == 429 else openai.APIStatusError
    return kind("no", response=answer, body=None)


def test_tools_and_their_results_are_written_as_the_protocol_wants() -> None:
    """A tool call and its answer find each other by id."""
    body = payload(
        ModelRequest(MESSAGES, 50, tools=(Tool("read_context", "reads", {"type": "object"}),)),
        "m", Abilities(), stream=False,
    )  # fmt: skip
    assert body["messages"][1]["tool_calls"][0]["function"]["name"] == "read_context"
    assert body["messages"][2] == {"role": "tool", "content": "{}", "tool_call_id": "c1"}
    assert body["tools"][0]["function"]["parameters"] == {"type": "object"}
    assert body["max_tokens"] == 50


def test_a_schema_goes_out_as_the_protocols_own_field() -> None:
    """Strict, by name."""
    body = payload(
        ModelRequest(MESSAGES, 50, schema=Schema("draft", {"type": "object"})),
        "m",
        Abilities(),
        stream=False,
    )
    assert body["response_format"]["json_schema"] == {
        "name": "draft",
        "schema": {"type": "object"},
        "strict": True,
    }


def test_an_endpoint_without_schemas_gets_it_as_text() -> None:
    """The same form is asked for in words."""
    abilities = Abilities(schemas=False)
    body = payload(
        ModelRequest(MESSAGES, 50, schema=Schema("draft", {"type": "object"})),
        "m",
        abilities,
        stream=True,
    )
    assert "response_format" not in body
    assert '{"type":"object"}' in body["messages"][0]["content"]


@pytest.mark.parametrize(
    ("detail", "field"),
    [
        ("refused 400: unknown field: response_format", "schemas"),
        ("refused 422: stream_options is not known", "usage_in_stream"),
        ("refused 400: use max_completion_tokens", "plain_limit"),
    ],
)
def test_a_refused_ability_is_learnt_once(detail: str, field: str) -> None:
    """The second refusal of the same thing is final."""
    abilities = Abilities()
    assert abilities.learn(detail)
    assert not getattr(abilities, field)
    assert not abilities.learn(detail)


def test_other_refusals_teach_nothing() -> None:
    """A wrong key is not a missing ability."""
    assert not Abilities().learn("refused 401: invalid api key")
    assert not Abilities().learn("JSON_INVALID: json_schema")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (openai.APITimeoutError(REQUEST), "unreachable"),
        (openai.APIConnectionError(request=REQUEST), "unreachable"),
        (httpx2.RemoteProtocolError("gone"), "unreachable"),
        (status_error(429), "rate_limited"),
        (status_error(500), "overloaded"),
        (status_error(503), "overloaded"),
        (status_error(401), "invalid"),
        (status_error(400), "invalid"),
        (openai.APIError("broke", REQUEST, body=None), "overloaded"),
        (ValueError("not json"), "invalid"),
    ],
)
def test_everything_that_can_be_raised_has_one_outcome(error: Exception, kind: str) -> None:
    """No fault of library or network is left without a meaning."""
    assert faults_of(error)[0] == kind


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_is_a_plain_number_or_nothing(text: str, seconds: float | None) -> None:
    """A hostile header neither waits forever nor not at all."""
    assert retry_after_s(httpx2.Headers({"retry-after": text})) == seconds
    assert faults_of(status_error(429, {"retry-after": text}))[2] == seconds

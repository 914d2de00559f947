"""Requests as the chat protocol wants them, and what its errors mean."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import openai

from copilot.model import Message, ModelRequest, OutcomeKind

_SCHEMA_WORDS: Final = ("response_format", "json_schema", "schema", "structured")
_USAGE_WORDS: Final = ("stream_options", "include_usage")
_LIMIT_WORDS: Final = ("max_tokens", "max_completion_tokens")


@dataclass(slots=True)
class Abilities:
    """What an endpoint has shown it can do; learnt from its refusals, once each."""

    schemas: bool = True
    usage_in_stream: bool = True
    plain_limit: bool = True

    def learn(self, detail: str) -> bool:
        """Drop the ability that a refusal names; True when the request is worth another form."""
        if not detail.startswith("refused 4"):
            return False
        if self.schemas and any(word in detail for word in _SCHEMA_WORDS):
            self.schemas = False
            return True
        if self.usage_in_stream and any(word in detail for word in _USAGE_WORDS):
            self.usage_in_stream = False
            return True
        if self.plain_limit and any(word in detail for word in _LIMIT_WORDS):
            self.plain_limit = False
            return True
        return False


def _message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {
            "role": "tool",
            "content": message.content,
            "tool_call_id": message.tool_call_id or "",
        }
    found: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        found["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    return found


def _form(request: ModelRequest, abilities: Abilities, body: dict[str, Any]) -> None:
    """Ask for the schema, as the protocol's own field or as text."""
    if request.schema is None:
        return
    if abilities.schemas:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {
                "name": request.schema.name,
                "schema": dict(request.schema.body),
                "strict": True,
            },
        }
        return
    text = json.dumps(request.schema.body, separators=(",", ":"))
    note = f"Answer with one JSON object and nothing else. It must fit this JSON schema:\n{text}"
    body["messages"] = [{"role": "system", "content": note}, *body["messages"]]


def payload(
    request: ModelRequest, model: str, abilities: Abilities, *, stream: bool
) -> dict[str, Any]:
    """Arguments of `chat.completions.create` for a request."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        "stream": stream,
    }
    body["max_tokens" if abilities.plain_limit else "max_completion_tokens"] = request.max_tokens
    if stream and abilities.usage_in_stream:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in request.tools
        ]
    _form(request, abilities, body)
    return body


def retry_after_s(headers: httpx2.Headers) -> float | None:
    """Seconds of a `Retry-After` header; None when it is missing or not a plain number."""
    text = headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def faults_of(error: Exception) -> tuple[OutcomeKind, str, float | None]:
    """(outcome, detail, seconds to wait) of anything the library or the network raises."""
    if isinstance(error, openai.APITimeoutError):
        return "unreachable", "no answer in time", None
    if isinstance(error, openai.APIConnectionError | httpx2.TransportError):
        return "unreachable", f"no connection ({type(error).__name__})", None
    if isinstance(error, openai.RateLimitError):
        return "rate_limited", "too many requests", retry_after_s(error.response.headers)
    if isinstance(error, openai.APIStatusError):
        return _status(error)
    if isinstance(error, openai.APIError):
        return "overloaded", f"the endpoint broke off: {error.message[:120]}", None
    return "invalid", f"the endpoint's answer cannot be read ({type(error).__name__})", None


def _status(error: openai.APIStatusError) -> tuple[OutcomeKind, str, float | None]:
    status = error.status_code
    if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status in {408, 409, 425}:
        return (
            "overloaded",
            f"the endpoint answered {status}",
            retry_after_s(error.response.headers),
        )
    return "invalid", f"refused {status}: {error.message[:200]}", None

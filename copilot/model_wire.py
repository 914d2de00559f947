"""The chat protocol from the endpoint's side: a scripted step as JSON or as a stream of chunks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, Final, Protocol

_PIECE: Final = 12
_ENDLESS: Final = 100_000


class Told(Protocol):
    """What a step says; `copilot.model_server.Step`."""

    @property
    def kind(self) -> str:
        """What sort of answer it is."""
        ...

    @property
    def text(self) -> str:
        """The words of the answer."""
        ...

    @property
    def tool(self) -> str:
        """Tool to be called."""
        ...

    @property
    def arguments(self) -> str:
        """Arguments of the call, JSON text or not."""
        ...


def _usage(step: Told) -> dict[str, int]:
    if step.kind == "wrong_usage":
        return {"prompt_tokens": -5, "completion_tokens": 10**9, "total_tokens": 0}
    words = max(1, len(step.text) // 4)
    return {"prompt_tokens": 50, "completion_tokens": words, "total_tokens": 50 + words}


def _finish(step: Told) -> str:
    table = {"tool": "tool_calls", "length": "length", "filtered": "content_filter"}
    return table.get(step.kind, "stop")


def _text(step: Told) -> str:
    if step.kind == "malformed":
        return step.text or '{"status": "draft", "spec": {'
    return "" if step.kind in {"tool", "empty", "refusal"} else step.text


def _call(step: Told) -> dict[str, Any]:
    function = {"name": step.tool, "arguments": step.arguments}
    return {"id": "call-1", "type": "function", "function": function}


def completion(step: Told, model: str) -> dict[str, Any]:
    """A whole reply."""
    message: dict[str, Any] = {"role": "assistant", "content": _text(step) or None, "refusal": None}
    if step.kind == "refusal":
        message["refusal"] = step.text or "I cannot help with that."
    if step.kind == "tool":
        message["tool_calls"] = [_call(step)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(step), "logprobs": None}
    return {
        "id": "scripted", "object": "chat.completion", "created": 0, "model": model,
        "choices": [choice], "usage": _usage(step),
    }  # fmt: skip


def _line(model: str, delta: dict[str, Any], finish: str | None = None) -> bytes:
    body = {
        "id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }  # fmt: skip
    return f"data: {json.dumps(body)}\n\n".encode()


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def chunks(step: Told, model: str) -> Iterator[bytes]:
    """A reply as server-sent chunks, ending as the step's kind demands."""
    yield _line(model, {"role": "assistant", "content": ""})
    if step.kind == "refusal":
        yield _line(model, {"refusal": step.text or "I cannot help with that."})
    if step.kind == "tool":
        yield from _call_chunks(step, model)
    if step.kind == "invalid_utf8":
        yield b'data: {"choices": [\xff\xfe\n\n'
        return
    text = _text(step)
    if step.kind == "endless":
        yield from (_line(model, {"content": "again "}) for _ in itertools.repeat(0, _ENDLESS))
    for index, piece in enumerate(_pieces(text)):
        if step.kind == "half_stream" and index * _PIECE * 2 >= len(text):
            return
        yield _line(model, {"content": piece})
    yield _line(model, {}, _finish(step))
    usage = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": model,
             "choices": [], "usage": _usage(step)}  # fmt: skip
    yield f"data: {json.dumps(usage)}\n\ndata: [DONE]\n\n".encode()


def _call_chunks(step: Told, model: str) -> Iterator[bytes]:
    first = {"index": 0, "id": "call-1", "type": "function"}
    yield _line(model, {"tool_calls": [first | {"function": {"name": step.tool, "arguments": ""}}]})
    for piece in _pieces(step.arguments):
        yield _line(model, {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})

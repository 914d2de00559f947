"""Reading a reply of the chat protocol, whole or in chunks, without trusting its form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from copilot.model import OutcomeKind, ToolCall, Usage

MAX_TEXT: Final = 200_000
MAX_CALLS: Final = 32


@dataclass(slots=True)
class Collected:
    """Everything that came: text, tool calls, refusal, usage, and how the endpoint ended it."""

    text: str = ""
    refusal: str = ""
    finish: str | None = None
    usage: Usage = field(default_factory=Usage)
    calls: list[ToolCall] = field(default_factory=list)
    late: bool = False
    too_long: bool = False

    def ending(self) -> tuple[OutcomeKind, str]:
        """(outcome, why): what the protocol's ending means here."""
        table: tuple[tuple[bool, OutcomeKind, str], ...] = (
            (self.late and not self.text, "unreachable", "the reply took too long"),
            (self.late, "cut_off", "the reply took too long"),
            (self.too_long, "invalid", "the reply does not end"),
            (bool(self.refusal), "refusal", self.refusal[:200]),
            (self.finish == "content_filter", "refusal", "the endpoint's filter stopped it"),
            (self.finish == "length", "cut_off", "the token limit was reached"),
            (self.finish is None, "cut_off", "the stream ended early"),
            (not self.text and not self.calls, "invalid", "the reply is empty"),
        )
        return next(((kind, why) for holds, kind, why in table if holds), ("reply", ""))


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _usage(found: Any) -> Usage:  # noqa: ANN401 - an object of the library, or nothing
    return Usage(
        prompt=_count(getattr(found, "prompt_tokens", 0)),
        completion=_count(getattr(found, "completion_tokens", 0)),
    )


def whole(answer: Any) -> Collected:  # noqa: ANN401 - an object of the library
    """A reply that came at once."""
    found = Collected(usage=_usage(getattr(answer, "usage", None)))
    choices = getattr(answer, "choices", None) or []
    if not choices:
        found.finish = "stop"
        return found
    message = choices[0].message
    found.text = str(message.content or "")[:MAX_TEXT]
    found.refusal = str(getattr(message, "refusal", None) or "")
    found.finish = str(choices[0].finish_reason or "stop")
    for call in (getattr(message, "tool_calls", None) or [])[:MAX_CALLS]:
        function = getattr(call, "function", None)
        if function is not None:
            found.calls.append(
                ToolCall(
                    id=str(call.id), name=str(function.name), arguments=str(function.arguments)
                )
            )
    return found


def _add_call(parts: dict[int, list[str]], delta: Any) -> None:  # noqa: ANN401 - an object of the library
    index = _count(getattr(delta, "index", 0))
    if index >= MAX_CALLS:
        return
    known = parts.setdefault(index, ["", "", ""])
    function = getattr(delta, "function", None)
    known[0] = known[0] or str(getattr(delta, "id", None) or "")
    if function is not None:
        known[1] += str(getattr(function, "name", None) or "")
        known[2] += str(getattr(function, "arguments", None) or "")


def collect(
    chunks: Iterable[Any], on_text: Callable[[str], None], late: Callable[[], bool]
) -> Collected:
    """A reply that comes in chunks; text is passed on as it arrives.

    Args:
        chunks: the library's stream; it is closed on the way out.
        on_text: receives each piece of text.
        late: whether the whole reply has taken too long by now.
    """
    found = Collected()
    parts: dict[int, list[str]] = {}
    try:
        for chunk in chunks:
            _take(found, parts, chunk, on_text)
            found.late, found.too_long = late(), len(found.text) > MAX_TEXT
            if found.late or found.too_long:
                break
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    found.calls = [
        ToolCall(id=ident or f"call-{index}", name=name, arguments=arguments)
        for index, (ident, name, arguments) in sorted(parts.items())
    ]
    return found


def _take(
    found: Collected,
    parts: dict[int, list[str]],
    chunk: Any,  # noqa: ANN401 - an object of the library
    on_text: Callable[[str], None],
) -> None:
    if getattr(chunk, "usage", None) is not None:
        found.usage = _usage(chunk.usage)
    choices = getattr(chunk, "choices", None) or []
    if not choices:
        return
    delta = choices[0].delta
    if choices[0].finish_reason is not None:
        found.finish = str(choices[0].finish_reason)
    text = getattr(delta, "content", None)
    if text:
        found.text += str(text)
        on_text(str(text))
    found.refusal += str(getattr(delta, "refusal", None) or "")
    for call in getattr(delta, "tool_calls", None) or []:
        _add_call(parts, call)

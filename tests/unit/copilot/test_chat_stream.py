"""Replies of any form end in one closed outcome."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace as Thing

import pytest

from copilot.chat_stream import MAX_TEXT, Collected, collect, whole
from copilot.model import ToolCall, Usage


def chunk(content: str | None = None, finish: str | None = None, **delta: object) -> Thing:
    """A chunk as the library makes it."""
    return Thing(
        choices=[Thing(delta=Thing(content=content, **delta), finish_reason=finish)], usage=None
    )


def gathered(*chunks: Thing) -> Collected:
    """Chunks read to the end."""
    return collect(list(chunks), lambda _text: None, lambda: False)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (Collected(text="x", finish="stop"), "reply"),
        (
            Collected(calls=[ToolCall(id="1", name="t", arguments="{}")], finish="tool_calls"),
            "reply",
        ),
        (Collected(text="x", finish="length"), "cut_off"),
        (Collected(text="x", finish=None), "cut_off"),
        (Collected(text="x", finish="content_filter"), "refusal"),
        (Collected(refusal="no", finish="stop"), "refusal"),
        (Collected(finish="stop"), "invalid"),
        (Collected(text="x", late=True), "cut_off"),
        (Collected(late=True), "unreachable"),
        (Collected(text="x", too_long=True), "invalid"),
    ],
)
def test_every_ending_has_one_meaning(found: Collected, kind: str) -> None:
    """The table of endings."""
    assert found.ending()[0] == kind


def test_text_is_passed_on_as_it_arrives() -> None:
    """In order and complete."""
    heard: list[str] = []
    found = collect([chunk("a"), chunk("b", "stop")], heard.append, lambda: False)
    assert (heard, found.text, found.finish) == (["a", "b"], "ab", "stop")


def test_a_tool_call_in_pieces_is_put_together() -> None:
    """Names and arguments may come in fragments, several calls side by side."""
    parts = [
        chunk(tool_calls=[Thing(index=0, id="a", function=Thing(name="re", arguments=""))]),
        chunk(tool_calls=[Thing(index=0, id=None, function=Thing(name="ad", arguments='{"x"'))]),
        chunk(tool_calls=[Thing(index=1, id="b", function=Thing(name="other", arguments="{}"))]),
        chunk(
            None,
            "tool_calls",
            tool_calls=[Thing(index=0, id=None, function=Thing(name=None, arguments=":1}"))],
        ),
    ]
    assert gathered(*parts).calls == [
        ToolCall(id="a", name="read", arguments='{"x":1}'),
        ToolCall(id="b", name="other", arguments="{}"),
    ]


def test_an_endless_reply_is_stopped() -> None:
    """After so many characters nobody listens any more."""
    taken = []

    def endless() -> Iterator[Thing]:
        while True:
            taken.append(1)
            yield chunk("x" * 10_000)

    found = collect(endless(), lambda _text: None, lambda: False)
    assert found.too_long
    assert len(taken) <= MAX_TEXT // 10_000 + 2


def test_a_slow_reply_is_stopped() -> None:
    """The deadline holds for the whole reply, not only for the next piece."""
    found = collect([chunk("a"), chunk("b")], lambda _text: None, lambda: True)
    assert (found.late, found.text) == (True, "a")


@pytest.mark.parametrize(
    "usage",
    [
        None,
        Thing(),
        Thing(prompt_tokens="7", completion_tokens=True),
        Thing(prompt_tokens=-3, completion_tokens=None),
    ],
)
def test_a_usage_that_is_no_count_is_none(usage: object) -> None:
    """Only positive whole numbers are believed."""
    assert whole(Thing(usage=usage, choices=[])).usage == Usage()

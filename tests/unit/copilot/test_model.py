"""The model port and its fake."""

from __future__ import annotations

from datetime import UTC, datetime

from copilot.budget import DayBudget, TurnBudget
from copilot.model import (
    Message,
    ModelOutcome,
    ModelRequest,
    ScriptedModel,
    Usage,
    estimated_tokens,
    reply,
)
from engine.clock import FixedClock

ASK = (Message(role="user", content="hello"),)


def budget(calls: int = 5, tokens: int = 10_000) -> TurnBudget:
    """An allowance in memory."""
    return TurnBudget(
        DayBudget(10_000, FixedClock(datetime(2026, 1, 1, tzinfo=UTC))), calls, tokens
    )


def test_a_script_is_played_in_order_and_its_last_step_repeats() -> None:
    """A drill can go on longer than its script."""
    model = ScriptedModel([reply("one"), reply("two")])
    request = ModelRequest(ASK, 100)
    assert [model.complete(request).text for _ in range(3)] == ["one", "two", "two"]
    assert len(model.asked) == 3


def test_a_step_may_look_at_the_request() -> None:
    """A script can answer what it was asked."""
    model = ScriptedModel([lambda request: reply(request.messages[-1].content.upper())])
    assert model.complete(ModelRequest(ASK, 10)).text == "HELLO"


def test_text_arrives_piece_by_piece_when_somebody_listens() -> None:
    """Streaming is part of the port, also for the fake."""
    heard: list[str] = []
    ScriptedModel([reply("a b c")]).complete(ModelRequest(ASK, 10, on_token=heard.append))
    assert "".join(heard).split() == ["a", "b", "c"]
    assert len(heard) == 3


def test_an_empty_allowance_means_the_model_is_not_asked() -> None:
    """Budget is an outcome, and nothing went out."""
    model = ScriptedModel([reply("x")])
    outcome = model.complete(ModelRequest(ASK, 10, spend=budget(calls=0)))
    assert (outcome.kind, outcome.attempts, model.asked) == ("budget", 0, [])


def test_a_call_within_the_allowance_is_made_and_settled() -> None:
    """The twin: it is answered, and only what was used stays spent."""
    spend = budget()
    used = ModelOutcome(kind="reply", text="x", usage=Usage(prompt=5, completion=2))
    assert ScriptedModel([used]).complete(ModelRequest(ASK, 1_000, spend=spend)).kind == "reply"
    assert spend.tokens_left == 10_000 - 7


def test_longer_prompts_are_estimated_larger() -> None:
    """The reservation grows with what is sent."""
    assert estimated_tokens((Message(role="user", content="x" * 3_000),)) > 1_000

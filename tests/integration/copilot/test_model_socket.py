"""The real client over a real socket against the scripted endpoint: every outcome."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import CopilotSettings
from copilot.model import Message, ModelOutcome, ModelRequest, Schema
from copilot.openai_model import OpenAIModel
from copilot.retry import Patience
from tests.copilot_world import World, draft_json, endpoint, scripted_desk, verdict, world
from tests.copilot_world import judged as judged_view

pytestmark = pytest.mark.network

ASK = (Message(role="user", content="hello"),)
LONG = "a text that is long enough to come in several pieces of the stream"


def settings(url: str, **changed: float) -> CopilotSettings:
    """Settings of a copilot that asks this endpoint."""
    return CopilotSettings.model_validate({"base_url": url, "model": "scripted", **changed})


def ask(
    url: str,
    *,
    stream: bool = False,
    schema: bool = False,
    waits: list[float] | None = None,
    **changed: float,
) -> tuple[ModelOutcome, list[str]]:
    """One question over the socket; the outcome and what was streamed."""
    heard: list[str] = []
    sleep = waits.append if waits is not None else lambda _seconds: None
    model = OpenAIModel(settings(url, **changed), "key", patience=Patience(sleep=sleep))
    form = Schema("s", {"type": "object"}) if schema else None
    try:
        return model.complete(
            ModelRequest(ASK, 200, schema=form, on_token=heard.append if stream else None)
        ), heard
    finally:
        model.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ({"kind": "text", "text": LONG}, "reply"),
        ({"kind": "tool", "tool": "read_context", "arguments": '{"a": 1}'}, "reply"),
        ({"kind": "refusal", "text": "no"}, "refusal"),
        ({"kind": "filtered", "text": LONG}, "refusal"),
        ({"kind": "length", "text": LONG}, "cut_off"),
        ({"kind": "empty"}, "invalid"),
        ({"kind": "invalid_utf8"}, "invalid"),
        ({"kind": "wrong_usage", "text": LONG}, "reply"),
        ({"kind": "bad_request", "text": "no such model"}, "invalid"),
        ({"kind": "rate_limited", "retry_after_s": 0.01}, "rate_limited"),
        ({"kind": "error", "status": 500}, "overloaded"),
    ],
)  # fmt: skip
def test_every_answer_ends_in_its_outcome(step: dict[str, Any], kind: str, stream: bool) -> None:
    """Whole and streamed alike."""
    with endpoint(step) as url:
        outcome, _heard = ask(url, stream=stream)
    assert outcome.kind == kind
    assert outcome.attempts == (3 if kind in {"rate_limited", "overloaded"} else 1)


def test_a_stream_arrives_in_pieces_and_adds_up() -> None:
    """The person sees words while they come."""
    with endpoint({"kind": "text", "text": LONG}) as url:
        outcome, heard = ask(url, stream=True)
    assert len(heard) > 3
    assert "".join(heard) == outcome.text == LONG


def test_half_a_stream_is_cut_off_and_not_repeated() -> None:
    """What was shown is kept; asking again would show it twice."""
    with endpoint({"kind": "half_stream", "text": LONG}) as url:
        outcome, heard = ask(url, stream=True)
    assert (outcome.kind, outcome.attempts) == ("cut_off", 1)
    assert LONG.startswith("".join(heard))
    assert outcome.text == "".join(heard)


def test_half_a_whole_reply_is_invalid() -> None:
    """Broken JSON of the protocol itself."""
    with endpoint({"kind": "half_stream", "text": LONG}) as url:
        assert ask(url)[0].kind == "invalid"


def test_a_stall_ends_after_the_time_that_was_set() -> None:
    """Three tries, each with its own limit."""
    with endpoint({"kind": "stall", "seconds": 0.6}) as url:
        outcome, _heard = ask(url, first_token_timeout_s=0.1)
    assert (outcome.kind, outcome.attempts) == ("unreachable", 3)


def test_an_endless_reply_is_stopped() -> None:
    """By the limit of the whole reply."""
    with endpoint({"kind": "endless"}) as url:
        outcome, heard = ask(url, stream=True, reply_timeout_s=0.3, first_token_timeout_s=0.2)
    assert outcome.kind == "cut_off"
    assert heard


def test_structured_output_is_asked_for_and_read() -> None:
    """As the protocol's own field."""
    with endpoint({"kind": "json", "text": '{"a": 1}'}) as url:
        assert ask(url, schema=True)[0].text == '{"a": 1}'


def test_an_endpoint_without_schemas_still_answers_json() -> None:
    """It gets the schema as text, in the same attempt."""
    with endpoint({"kind": "json", "text": '{"a": 1}', "refuses": ["response_format"]}) as url:
        outcome, _heard = ask(url, schema=True)
    assert (outcome.kind, outcome.attempts) == ("reply", 1)


def test_a_rate_limit_is_waited_out() -> None:
    """Retry-After is obeyed, then the answer comes."""
    waits: list[float] = []
    with endpoint(
        {"kind": "rate_limited", "retry_after_s": 0.25}, {"kind": "text", "text": "ok"}
    ) as url:
        outcome, _heard = ask(url, waits=waits)
    assert (outcome.kind, outcome.attempts, waits) == ("reply", 2, [0.25])


# The whole conversation over the socket


@contextmanager
def conversation(folder: Path, *steps: dict[str, Any], **changed: float) -> Iterator[World]:
    """A graph whose model is the endpoint and whose desk refuses everything at once."""
    found = judged_view(verdict("FAIL"))
    with endpoint(*steps) as url:
        chosen = settings(url, **changed)
        model = OpenAIModel(chosen, "key", patience=Patience(sleep=lambda _seconds: None))
        with closing(model):
            yield world(folder, model=model, desk=scripted_desk(found), settings=chosen)


def test_draft_submit_and_narration_by_an_endpoint(tmp_path: Path) -> None:
    """Two model calls from the message to the explained verdict."""
    told = "It was refused. Trials so far: {{gate.trials}}. Costs are included."
    steps = ({"kind": "json", "text": draft_json()}, {"kind": "text", "text": told})
    with conversation(tmp_path, *steps) as here:
        said = here.say("EMA cross on GOOG, then test it")
    assert said["draft"]["drafter"] == "scripted"
    assert said["answer"]["text"] == told


def test_malformed_json_is_corrected_once(tmp_path: Path) -> None:
    """The second answer is used."""
    steps = ({"kind": "malformed"}, {"kind": "json", "text": draft_json()})
    with conversation(tmp_path, *steps) as here:
        said = here.say("EMA cross on GOOG")
    assert said["draft"]["reply"]["status"] == "draft"


def test_malformed_json_three_times_is_a_clear_message(tmp_path: Path) -> None:
    """Two repairs, then a sentence that says what happened."""
    with conversation(tmp_path, {"kind": "malformed"}) as here:
        said = here.say("EMA cross on GOOG")
    assert said["error"]["code"] == "MODEL_REPLY_INVALID"
    assert said["names"].count("stage") == 6


@pytest.mark.parametrize(
    "step",
    [
        {"kind": "error", "status": 500},
        {"kind": "rate_limited", "retry_after_s": 0.01},
        {"kind": "stall", "seconds": 0.4},
        {"kind": "refusal"},
    ],
)
def test_an_endpoint_in_trouble_gives_way_to_the_rules(
    tmp_path: Path, step: dict[str, Any]
) -> None:
    """The person still gets a draft, and is told by whom."""
    with conversation(tmp_path, step, first_token_timeout_s=0.1) as here:
        said = here.say("20/50 EMA cross on GOOG daily")
    assert said["draft"]["drafter"] == "offline"
    assert said["draft"]["reply"]["status"] == "draft"


def test_a_tool_call_is_answered_and_the_loop_ends_with_an_answer(tmp_path: Path) -> None:
    """One reading, then words."""
    steps = (
        {"kind": "tool", "tool": "read_context"},
        {"kind": "text", "text": "The desk has GOOG."},
    )
    with conversation(tmp_path, *steps) as here:
        said = here.say("Which data do you have?")
    assert said["answer"]["text"] == "The desk has GOOG."


def test_an_endless_tool_loop_is_stopped_by_the_budget(tmp_path: Path) -> None:
    """After the calls of the turn, not later."""
    step = {"kind": "tool", "tool": "read_context"}
    with conversation(tmp_path, step, max_calls_per_turn=3) as here:
        said = here.say("Which data do you have?")
        assert here.parts.budgets.turn("t1", 1).calls_left == 0
    assert "allowance" in said["answer"]["text"]

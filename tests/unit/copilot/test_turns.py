"""One turn: it always ends, one at a time, and the state survives."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from copilot.model import ModelOutcome, ModelRequest, ScriptedModel, reply
from copilot.state import remembered, reply_of, verdict_of
from copilot.turns import Turn
from engine.errors import UnavailableError
from tests.copilot_world import draft_json, scripted_desk, verdict, world

IDEA = "20/50 EMA cross on GOOG daily"


def test_a_fault_inside_ends_the_turn_with_an_error(tmp_path: Path) -> None:
    """Whatever breaks, the last event is `done` and no detail leaks."""

    def broken(_request: ModelRequest) -> ModelOutcome:
        raise RuntimeError("secret detail")

    said = world(tmp_path, model=ScriptedModel([broken])).say(IDEA)
    assert said["error"]["code"] == "COPILOT_INTERNAL"
    assert "secret detail" not in str(said)
    assert said["names"][-1] == "done"


def test_a_named_fault_keeps_its_code(tmp_path: Path) -> None:
    """A fault of ours is shown with its code."""

    def away(_request: ModelRequest) -> ModelOutcome:
        raise UnavailableError("STORE_UNAVAILABLE", "the disk is full")

    assert (
        world(tmp_path, model=ScriptedModel([away])).say(IDEA)["error"]["code"]
        == "STORE_UNAVAILABLE"
    )


def test_after_a_fault_the_conversation_goes_on(tmp_path: Path) -> None:
    """The thread is not stuck, and what was drafted before is still there."""

    def broken(_request: ModelRequest) -> ModelOutcome:
        raise RuntimeError("once")

    here = world(tmp_path, model=ScriptedModel([reply(draft_json()), broken, reply(draft_json())]))
    here.say("Something on GOOG")
    assert "error" in here.say("Something else on GOOG")
    here.say("test it")
    assert len(here.desk.submitted) == 1


def test_two_turns_of_one_thread_do_not_run_at_once(tmp_path: Path) -> None:
    """The second is refused with a code, another thread is not."""
    entered, leave = threading.Event(), threading.Event()

    def slow(_request: ModelRequest) -> ModelOutcome:
        entered.set()
        leave.wait(5)
        return reply(draft_json())

    here = world(tmp_path, model=ScriptedModel([slow, reply(draft_json())]))
    first = threading.Thread(target=here.say, args=("Something on GOOG",))
    first.start()
    assert entered.wait(5)
    assert here.say("And now?")["error"]["code"] == "TURN_BUSY"
    leave.set()
    first.join(5)
    assert "error" not in here.say(IDEA)


def test_a_conversation_survives_a_new_process(tmp_path: Path) -> None:
    """A second graph on the same file goes on where the first one stopped."""
    world(tmp_path).say(IDEA)
    again = world(tmp_path)
    spec = again.say("make the stop 4 percent")["draft"]["reply"]["spec"]
    assert spec["stops"][0] == {
        "rules": [],
        "kind": "pct",
        "value": 0.04,
        "period": None,
        "price": None,
    }
    again.say("test it")
    assert len(again.desk.submitted) == 1


def test_a_turn_cut_off_while_submitting_is_submitted_once(tmp_path: Path) -> None:
    """The process dies after the desk accepted: the same words later answer the same candidate."""
    desk = scripted_desk(UnavailableError("DESK_UNAVAILABLE", "gone"))
    here = world(tmp_path, desk=desk)
    here.say(IDEA)
    for name, _data in here.turns.run(Turn(thread_id="t1", text="test it")):
        if name == "candidate":
            break  # as if the process had been killed here
    again = world(tmp_path, desk=desk)
    again.say("test it")
    assert len(desk.submitted) == 1


def test_a_tampered_checkpoint_is_not_believed() -> None:
    """What does not parse any more is nothing."""
    assert reply_of({"status": "approved"}) is None
    assert verdict_of({"verdict": {"verdict": "PASS"}}) is None
    assert verdict_of({"verdict": verdict().model_dump(mode="json")}) == verdict()


def test_history_is_bounded() -> None:
    """A long conversation does not grow without end."""
    history: list[dict[str, str]] = []
    for number in range(100):
        history = remembered(history, "user", f"{number} " + "x" * 9_000)
    assert len(history) == 24
    assert max(len(row["text"]) for row in history) == 4_000


@pytest.mark.parametrize("text", ["", "x" * 4_001])
def test_a_message_has_a_length(text: str) -> None:
    """Empty and endless ones are refused at the door."""
    with pytest.raises(ValueError, match="text"):
        Turn(thread_id="t", text=text)

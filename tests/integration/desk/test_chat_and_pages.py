"""Chat and pages: numbers are the desk's, hostile text stays text, pages work without scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.desk.copilot_client import ScriptedCopilot, TurnEvent
from tests.api_world import GOOG_SPEC, World

DONE = TurnEvent("done", {})
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202eevil{{train.sharpe}}{% 1 %}'


def script(world: World, *events: TurnEvent) -> None:
    """What the copilot answers from now on."""
    world.copilot.asked.clear()
    world.copilot._turns = ((*events, DONE),)


def draft(**reply: Any) -> TurnEvent:  # noqa: ANN401 - any field of a reply
    """A draft event."""
    full = {"status": "draft", "spec": GOOG_SPEC, "questions": [], "assumptions": []} | reply
    return TurnEvent("draft", {"reply": full, "findings": [], "words": [], "drafter": "offline"})


def events(text: str) -> dict[str, Any]:
    """Server-sent events by name, the last of each."""
    found = {}
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        found[name.removeprefix("event: ")] = json.loads(data.removeprefix("data: "))
    return found


def test_the_desk_fills_the_numbers(world: World) -> None:
    """A placeholder without a fact stays marked and is reported; digits never come from text."""
    operator = world.operator()
    script(world, TurnEvent("answer", {"text": "Sharpe {{train.sharpe}}", "citations": []}))
    body = {"thread_id": "t1", "text": "how good?", "language": "en"}
    shown = events(operator.post("/api/chat", json=body).text)["answer"]
    assert shown["unknown_facts"] == ["train.sharpe"]
    assert "{{train.sharpe}}" not in shown["text"]


def test_a_broken_copilot_is_an_answer(world: World) -> None:
    """An event outside the protocol ends the turn with an error that is kept in the history."""
    operator = world.operator()
    script(world, TurnEvent("error", {"code": "MODEL_UNREACHABLE", "message": "x", "hint": "y"}))
    body = {"thread_id": "t1", "text": "hello", "language": "de"}
    assert events(operator.post("/api/chat", json=body).text)["error"]["code"]
    kept = operator.get("/api/chat/t1").json()["messages"]
    assert [one["role"] for one in kept] == ["user", "copilot"]
    assert kept[1]["payload"]["error"]["code"] == "MODEL_UNREACHABLE"


def test_conversations_are_private(world: World) -> None:
    """Another person's thread reads as empty, one's own as it was."""
    operator = world.operator()
    body = {"thread_id": "t1", "text": "mine", "language": "en"}
    operator.post("/api/chat", json=body)
    assert world.desk.history.thread("t1", "somebody-else") == ()
    assert len(world.desk.history.thread("t1", "operator")) == 2


def test_a_draft_can_be_submitted_from_the_page(world: World) -> None:
    """The page's button submits exactly the conversation's last draft."""
    operator = world.operator()
    script(world, draft(), TurnEvent("answer", {"text": "done", "citations": []}))
    csrf = operator.headers["x-csrf-token"]
    sent = operator.post("/chat/t1", data={"csrf": csrf, "text": "draft it"})
    assert sent.headers["location"] == "/chat/t1"
    page = operator.get("/chat/t1").text
    assert "trial 1" in page
    reply = operator.post("/candidates", data={"csrf": csrf, "thread": "t1"})
    assert reply.status_code == 303
    candidate = reply.headers["location"].rsplit("/", 1)[1]
    stored = world.desk.candidates.get(candidate).candidate
    assert stored.spec.name == GOOG_SPEC["name"]
    assert stored.lineage.lineage_id == "chat-t1"


def test_a_page_without_a_draft_says_so(world: World) -> None:
    """DRAFT_MISSING with a way on, as a page; nothing is stored."""
    operator = world.operator()
    data = {"csrf": operator.headers["x-csrf-token"], "thread": "t1"}
    reply = operator.post("/candidates", data=data)
    assert reply.status_code == 422
    assert "DRAFT_MISSING" in reply.text
    assert world.desk.candidates.list() == ()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("path", ["/chat/t1", "/candidates", "/tickets", "/status", "/kill"])
def test_every_page_speaks_both_languages(world: World, path: str, language: str) -> None:
    """Each page renders in German and English, with its language named for readers."""
    reply = world.operator().get(f"{path}?lang={language}")
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in reply.text


def test_hostile_text_stays_text(world: World) -> None:
    """Whatever a model or a person writes is escaped on every page that shows it."""
    operator = world.operator()
    spec = GOOG_SPEC | {"name": HOSTILE[:60], "hypothesis": HOSTILE}
    script(
        world,
        draft(
            spec=spec,
            questions=[{"slot": "other", "text": HOSTILE}],
            assumptions=[{"field": HOSTILE, "value": HOSTILE, "why": HOSTILE}],
        ),
        TurnEvent(
            "answer", {"text": HOSTILE, "citations": [{"title": HOSTILE, "section": HOSTILE}]}
        ),
    )
    csrf = operator.headers["x-csrf-token"]
    operator.post("/chat/t1", data={"csrf": csrf, "text": HOSTILE})
    location = operator.post("/candidates", data={"csrf": csrf, "thread": "t1"}).headers["location"]
    for path in ("/chat/t1", "/chat/new", "/candidates", location):
        page = operator.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_no_template_needs_inline_code(world: World) -> None:
    """No page holds an inline script, an inline style or an address of another host."""
    operator = world.operator()
    for path in ("/chat/t1", "/candidates", "/tickets", "/status", "/kill"):
        page = operator.get(path).text
        assert "<script>" not in page
        assert " style=" not in page
        assert "https://" not in page


def test_kill_by_page_and_state_on_every_page(world: World) -> None:
    """The second step of the kill page halts; every page shows it from then on."""
    operator = world.operator()
    csrf = operator.headers["x-csrf-token"]
    reply = operator.post("/kill", data={"csrf": csrf, "reason": "drill"})
    assert reply.headers["location"] == "/status"
    assert "state-halted" in operator.get("/chat/t1").text
    assert world.desk.context.latch.state().value == "halted"


def test_the_scripted_copilot_is_a_fake_with_a_memory(world: World) -> None:
    """The fake hands out its script turn by turn and remembers what was asked."""
    fake = ScriptedCopilot((DONE,))
    world.runner.run(_drain(fake))
    assert fake.asked == [("t", "hello")]


async def _drain(fake: ScriptedCopilot) -> list[TurnEvent]:
    return [event async for event in fake.turn("t", "hello", None)]

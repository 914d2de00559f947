"""Pages without scripts: forms keep what was typed, refusals are pages, nothing leads nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.reports.render_html import style_source
from guardrails.desk.copilot_client import TurnEvent
from tests.api_world import GOOG_SPEC, PASSWORD, Visitor, World

DONE = TurnEvent("done", {})
ID = "ab" * 32


def form(visitor: Visitor, **fields: str) -> dict[str, str]:
    """Form fields with the session's token."""
    return {"csrf": visitor.headers["x-csrf-token"], **fields}


def test_setup_keeps_what_was_typed(world: World) -> None:
    """A wrong code shows the form again, with the name, in the visitor's language."""
    visitor = world.visitor()
    visitor.get("/setup?lang=de")
    fields = {"token": "0123", "name": "anna", "password": PASSWORD}
    reply = visitor.post("/setup", data=fields)
    assert reply.status_code == 422
    assert "SETUP_CODE" in reply.text
    assert "Das ist nicht der Einrichtungscode" in reply.text
    assert 'value="anna"' in reply.text
    assert PASSWORD not in reply.text
    fields["token"] = (world.desk.folders.run / "setup.code").read_text()
    assert visitor.post("/setup", data=fields).headers["location"] == "/sign-in"


def test_signing_in_by_form(world: World) -> None:
    """A refusal keeps the name and not the password; then the right one opens the chat."""
    world.operator()
    visitor = world.visitor()
    wrong = {"name": "operator", "password": "not the password"}
    reply = visitor.post("/sign-in", data=wrong)
    assert reply.status_code == 401
    assert "AUTH_FAILED" in reply.text
    assert 'value="operator"' in reply.text
    assert "not the password" not in reply.text
    reply = visitor.post("/sign-in", data=wrong | {"password": PASSWORD})
    assert reply.headers["location"] == "/chat"


def test_strangers_see_no_state(world: World) -> None:
    """Whoever has not signed in is not told whether trading is halted, nor anything waiting."""
    world.operator()
    page = world.visitor().get("/sign-in").text
    assert "state-" not in page
    assert "/kill" not in page


@pytest.mark.parametrize("path", ["/nowhere", "/tickets/XYZ", "/candidates/12", "/rearm"])
def test_an_address_that_leads_nowhere_is_a_page(world: World, path: str) -> None:
    """A person gets a page with a way back, a program its JSON."""
    operator = world.operator()
    reply = operator.get(path)
    assert reply.status_code == 404
    assert "PAGE_UNKNOWN" in reply.text
    assert 'href="/"' in reply.text
    assert operator.get("/api/nowhere").json()["error"]["code"] == "ROUTE_UNKNOWN"


@pytest.mark.parametrize(
    ("path", "fields", "back"),
    [
        ("/candidates", {"thread": "t1"}, "/candidates"),
        ("/signals", {"certificate": ID}, "/candidates"),
        ("/rearm", {"reason": "x"}, "/status"),
        (f"/tickets/{ID}/decision", {"decision": "sell"}, f"/tickets/{ID}"),
    ],
)
def test_a_refused_form_leads_back_to_a_page(
    world: World, path: str, fields: dict[str, str], back: str
) -> None:
    """The way back, and the other language, are pages that exist."""
    operator = world.operator()
    reply = operator.post(path, data=form(operator, **fields))
    assert reply.status_code in {403, 422}
    assert f'class="button" href="{back}"' in reply.text
    assert f'action="{back}"' in reply.text


def test_the_language_stays(world: World) -> None:
    """Chosen once, kept in a cookie, on every later page."""
    operator = world.operator()
    operator.get("/status?lang=de")
    assert '<html lang="de">' in operator.get("/tickets").text


def test_stopping_needs_no_words(world: World) -> None:
    """An empty reason is no obstacle to a kill; the journal gets a plain one."""
    operator = world.operator()
    reply = operator.post("/kill", data=form(operator, reason="  "))
    assert reply.headers["location"] == "/status"
    page = operator.get("/status").text
    assert "stopped by hand" in page
    assert "Trading is halted" in operator.get("/chat/t1").text


def test_an_audit_is_answered_on_the_page(world: World) -> None:
    """The button verifies both journals and says how many rows."""
    operator = world.operator()
    page = operator.post("/audit/verify", data=form(operator)).text
    assert re.search(r"The journal is whole: \d+ rows", page)
    assert 'action="/status"' in page


def test_a_report_opens_under_its_own_policy(world: World) -> None:
    """The report's style block is allowed by its digest alone: no unsafe inline, no script."""
    operator = world.operator()
    folder = world.desk.folders.reports
    (folder / f"{ID}.html").write_text("<!doctype html>")
    policy = operator.get(f"/reports/{ID}.html").headers["content-security-policy"]
    assert f"style-src {style_source()};" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_assets_are_asked_for_again(world: World) -> None:
    """A browser keeps style and scripts but asks whether they still hold."""
    reply = world.visitor().get("/static/desk.css")
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["etag"]
    assert world.visitor().get("/static/../pages.py").status_code == 404


HOSTILE_DRAFTS: list[dict[str, Any]] = [
    {},
    {"reply": "text"},
    {"reply": {}},
    {"reply": {"spec": "no object", "status": 7}},
    {"reply": {"spec": {"name": "x"}, "status": "draft"}},
    {"reply": {"spec": GOOG_SPEC, "questions": "many", "assumptions": {"a": 1}}},
    {"reply": {"spec": None, "questions": [1, {}, {"text": None}], "refusal_codes": {"a": 1}}},
    {"reply": {"spec": GOOG_SPEC, "refusal_codes": ["\u202e", 3]}, "findings": 5, "drafter": []},
]


@pytest.mark.parametrize("draft", HOSTILE_DRAFTS)
def test_a_broken_draft_does_not_break_the_page(world: World, draft: dict[str, Any]) -> None:
    """Whatever the copilot sends as a draft, the conversation can still be opened."""
    operator = world.operator()
    answer = {"text": 5, "citations": "x", "unverified": 9, "candidate_id": "javascript:alert(1)"}
    world.copilot._turns = ((TurnEvent("draft", draft), TurnEvent("answer", answer), DONE),)
    operator.post("/chat/t1", data=form(operator, text="hello"))
    reply = operator.get("/chat/t1")
    assert reply.status_code == 200
    assert "javascript:" not in reply.text


def test_only_an_id_of_ours_becomes_a_link(world: World) -> None:
    """A candidate id of the copilot is a link when it looks like one; a verdict is the desk's."""
    operator = world.operator()
    made_up = {"candidate_id": ID, "verdict": "PASS"}
    world.copilot._turns = (
        (TurnEvent("candidate", made_up), TurnEvent("verdict", made_up), DONE),
        (TurnEvent("candidate", {"candidate_id": "../../kill"}), DONE),
    )
    operator.post("/chat/t1", data=form(operator, text="one"))
    operator.post("/chat/t1", data=form(operator, text="two"))
    page = operator.get("/chat/t1?lang=de").text
    assert f'href="/candidates/{ID}"' in page
    assert "Zur Prüfung eingereicht" in page
    assert "Bestanden</strong>" not in page
    assert "../../kill" not in page


def test_bidi_and_control_characters_are_dropped(world: World) -> None:
    """Text from outside cannot turn a line around; its line breaks stay."""
    operator = world.operator()
    world.copilot._turns = ((TurnEvent("answer", {"text": "a\u202eb\x07\nc"}), DONE),)
    operator.post("/chat/t1", data=form(operator, text="x\u2066y"))
    page = operator.get("/chat/t1").text
    assert "ab\nc" in page
    assert not set(page) & {"\u202e", "\u2066", "\x07"}


def test_a_fault_of_the_gate_is_shown(world: World) -> None:
    """A candidate that could not be judged says why, in words and with its code."""
    operator = world.operator()
    world.desk.judge.stop()
    accepted = operator.post("/api/candidates", json={"spec": GOOG_SPEC}).json()["candidate_id"]
    world.desk.candidates.failed(accepted, "TIMEFRAME_MISMATCH", "the spec is written for 4h bars")
    page = operator.get(f"/candidates/{accepted}").text
    assert "The spec is written for 4h bars." in page
    assert "TIMEFRAME_MISMATCH" in page

"""The pages in a real browser: the whole way, on a phone, in all sizes, with hostile text.

Each page is watched: no policy violation, no console error, no request to another host.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from guardrails.desk.copilot_client import TurnEvent
from tests.api_world import GOOG_SPEC, PASSWORD
from tests.browser.conftest import DESKTOP, PHONE, Desktop, sign_in

pytestmark = pytest.mark.browser

DONE = TurnEvent("done", {})
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"{{7*7}}{{oos.sharpe}}\u202e"
ASSUMED = {"field": "/stops", "value": "2 ATR(14)", "why": "No stop was named."}
PAGES = ("/chat/walk", "/candidates", "/tickets", "/status", "/kill", "/nowhere")


def drafted(text: str, **reply: object) -> tuple[TurnEvent, ...]:
    """A turn that ends in a draft."""
    full: dict[str, Any] = {"status": "draft", "spec": GOOG_SPEC, "assumptions": [ASSUMED]}
    draft = {"reply": full | reply, "findings": [], "words": [], "drafter": "offline"}
    answer = {"text": text, "citations": [{"title": "A page", "section": "One"}], "unverified": []}
    return (
        TurnEvent("stage", {"name": "draft"}),
        *(TurnEvent("token", {"text": f"{word} "}) for word in text.split()),
        TurnEvent("draft", draft),
        TurnEvent("answer", answer),
        DONE,
    )


def ask(page: Page, text: str) -> None:
    """Type a message and send it with the Enter key."""
    page.fill("#text", text)
    page.press("#text", "Enter")


def test_from_an_idea_to_a_report(desktop: Desktop) -> None:
    """Chat streams, the card appears, the gate judges, the report opens with its own style."""
    desktop.live.script(drafted("Weakness in an uptrend is bought."))
    desktop.copilot.may_go_on.clear()
    with desktop.page() as page:
        page.goto("/chat")
        ask(page, "Buy weakness in GOOG")
        expect(page.locator("#messages .mine .body")).to_have_text("Buy weakness in GOOG")
        expect(page.locator("#messages .message").last).to_contain_text("Weakness")
        expect(page.locator("#turn-status")).to_have_text("drafting")
        expect(page.locator("#stop")).to_be_visible()
        desktop.copilot.may_go_on.set()
        expect(page.locator("#beside")).to_contain_text("No stop was named.")
        expect(page.locator("#messages")).to_contain_text("Weakness in an uptrend is bought.")
        expect(page.locator("#stop")).to_be_hidden()
        expect(page.locator("#text")).to_be_focused()
        page.click("#beside button.primary")
        page.wait_for_url("**/candidates/*")
        expect(page.locator(".verdict")).to_have_text("Fail", timeout=20_000)
        expect(page.locator(".criteria").first).to_contain_text("TRAIN_NOT_SIGNIFICANT")
        page.click("text=Open the report")
        page.wait_for_url("**/reports/*.html")
        expect(page.locator("h1")).to_have_text("pullback")
        card = page.locator("section").first
        assert card.evaluate("e => getComputedStyle(e).borderRadius") != "0px"


def test_a_turn_can_be_stopped(desktop: Desktop) -> None:
    """The button ends the stream, says so, and the composer is free again."""
    desktop.live.script(drafted("One two three."))
    desktop.copilot.may_go_on.clear()
    with desktop.page() as page:
        page.goto("/chat/stopped")
        ask(page, "anything")
        expect(page.locator("#messages .message").last).to_contain_text("One")
        page.click("#stop")
        expect(page.locator("#turn-status")).to_contain_text("Stopped")
        expect(page.locator("#composer button.primary")).to_be_enabled()
    desktop.copilot.may_go_on.set()


def test_a_starter_begins_a_conversation(desktop: Desktop) -> None:
    """An example is one click; the empty page makes room for the conversation."""
    desktop.live.script(drafted("Done."))
    with desktop.page() as page:
        page.goto("/chat/starter?lang=de")
        page.click(".starter button >> nth=0")
        expect(page.locator("#messages .mine .body")).to_contain_text("RSI(2)")
        expect(page.locator("#beside")).to_contain_text("Zur Prüfung einreichen")
        expect(page.locator(".starter")).to_have_count(0)


def test_a_refusal_in_the_stream(desktop: Desktop) -> None:
    """An error event is shown in the person's language, and the next message can be sent."""
    fault = {"code": "COPILOT_UNAVAILABLE", "message": "no answer", "hint": "wait"}
    desktop.live.script((TurnEvent("error", fault), DONE))
    with desktop.page() as page:
        page.goto("/chat/refused?lang=de")
        ask(page, "hallo")
        expect(page.locator("#messages .notice")).to_contain_text("Der Copilot antwortet nicht")
        expect(page.locator("#composer button.primary")).to_be_enabled()


def test_a_ticket_is_approved_on_a_phone(desktop: Desktop) -> None:
    """Side, size, loss and time left are there; too fast is refused, then it is released."""
    live = desktop.live
    digest = live.propose(live.certify()["certificate"])["digest"]
    with desktop.page(viewport=PHONE) as page:
        page.goto("/tickets?lang=en")
        expect(page.locator(".count")).to_have_text("1")
        page.click("table a >> nth=0")
        expect(page.locator("h1")).to_contain_text("GOOG")
        expect(page.locator(".left")).to_contain_text("left")
        expect(page.locator("dl.big")).to_contain_text("Loss at the stop")
        page.fill("[name=password]", PASSWORD)
        page.click("button[value=approve]")
        expect(page.locator(".notice")).to_contain_text("APPROVAL_DWELL")
        live.world.clock.advance(3)
        live.beat()
        page.fill("[name=password]", PASSWORD)
        page.click("button[value=approve]")
        expect(page.locator(".ticket-released")).to_be_visible()
        expect(page.locator("button[value=approve]")).to_have_count(0)
    assert live.operator().get(f"/api/tickets/{digest}")["state"] == "released"


def problems_of(page: Page) -> list[str]:
    """What is wrong with a page's layout and labels."""
    found: list[str] = page.evaluate(
        """() => {
          const found = [];
          const root = document.documentElement;
          if (root.scrollWidth > window.innerWidth) found.push(`too wide: ${root.scrollWidth}`);
          window.scrollTo(0, root.scrollHeight);
          const kill = document.querySelector("a.kill");
          const box = kill && kill.getBoundingClientRect();
          if (!box || box.top < 0 || box.bottom > window.innerHeight) found.push("kill is hidden");
          for (const field of document.querySelectorAll("input:not([type=hidden]), textarea"))
            if (!field.labels.length) found.push(`no label: ${field.name}`);
          for (const one of document.querySelectorAll("button, a"))
            if (!one.textContent.trim() && !one.ariaLabel) found.push(`no name: ${one.className}`);
          if (document.querySelectorAll("h1").length !== 1) found.push("no one h1");
          return found;
        }"""
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_fits(desktop: Desktop, viewport: dict[str, int], scheme: str) -> None:
    """390 and 1,440 px, both languages: nothing overflows, the kill button never scrolls away."""
    known = desktop.live.operator().get("/api/candidates")["candidates"]
    more = [f"/candidates/{row['candidate_id']}" for row in known[:2]]
    more += [
        f"/tickets/{row['digest']}"
        for row in desktop.live.operator().get("/api/tickets")["tickets"]
    ]
    found = {}
    with desktop.page(viewport=viewport, color_scheme=scheme) as page:
        for path in (*PAGES, *more):
            for language in ("en", "de"):
                page.goto(f"{path}?lang={language}")
                assert page.locator("html").get_attribute("lang") == language
                found[path, language] = problems_of(page)
    assert {key: rows for key, rows in found.items() if rows} == {}


def test_hostile_text_is_text_everywhere(desktop: Desktop) -> None:
    """Whatever a model, a person or a spec carries is shown as text; nothing runs or loads."""
    spec = GOOG_SPEC | {"name": HOSTILE[:60], "hypothesis": HOSTILE}
    rows = {"field": HOSTILE, "value": HOSTILE, "why": HOSTILE}
    desktop.live.script(
        drafted(HOSTILE, spec=spec, assumptions=[rows], questions=[{"slot": "x", "text": HOSTILE}])
    )
    operator = desktop.live.operator()
    long = "x" * 10_000
    submission = {"spec": spec, "rationale": f"{HOSTILE} {long}"[:2_000], "thread_id": "evil"}
    candidate = operator.post("/api/candidates", submission)["candidate_id"]
    with desktop.page(viewport=PHONE) as page:
        page.goto("/chat/evil")
        ask(page, f"{HOSTILE} {long}"[:4_000])
        expect(page.locator("#beside code").first).to_be_visible()
        expect(page.locator("#messages .body").last).to_contain_text("<script>alert(1)</script>")
        assert problems_of(page) == []
        for path in (f"/candidates/{candidate}", "/candidates", f"/chat/evil?lang={HOSTILE}"):
            page.goto(path)
            assert problems_of(page) == []
        expect(page.locator("main")).to_contain_text("{{7*7}}")
        assert page.locator("main img, main script").count() == 0


def test_signing_out(desktop: Desktop) -> None:
    """The menu ends the session; every page then asks to sign in."""
    with desktop.page(signed_in=False) as page:
        sign_in(page)
        page.click(".account summary")
        page.click(".menu button >> nth=1")
        page.wait_for_url("**/sign-in")
        page.goto("/status")
        expect(page).to_have_url(re.compile("/sign-in$"))


def misbehave(desktop: Desktop) -> None:
    """Load something from elsewhere and write a style into a page."""
    with desktop.page() as page:
        page.goto("/status")
        page.evaluate(
            """() => {
              const image = new Image();
              image.src = "http://127.0.0.1:9/x.png";
              const style = document.createElement("style");
              style.textContent = "body { color: red }";
              document.head.append(image, style);
            }"""
        )
        page.wait_for_timeout(100)


def test_the_watch_sees_what_is_forbidden(desktop: Desktop) -> None:
    """The control: what the policy blocks is noticed."""
    with pytest.raises(AssertionError, match="Content Security Policy"):
        misbehave(desktop)

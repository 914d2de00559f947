"""Everything that must work without JavaScript, on a desk of its own, because it is stopped."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from guardrails.desk.copilot_client import TurnEvent
from tests.browser.conftest import Desktop, sign_in

pytestmark = pytest.mark.browser


def test_without_scripts(desktop: Desktop) -> None:
    """Sign-in, a chat message, reading, the menu and a kill work with JavaScript switched off."""
    answer = TurnEvent("answer", {"text": "Answered without scripts.", "citations": []})
    desktop.live.script((answer, TurnEvent("done", {})))
    with desktop.page(signed_in=False, java_script_enabled=False) as page:
        sign_in(page)
        page.goto("/chat/plain")
        page.fill("#text", "a message")
        page.click("#composer button.primary")
        expect(page.locator("#messages")).to_contain_text("Answered without scripts.")
        page.click(".account summary")
        page.click(".menu button[lang=de]")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        page.click("a.kill")
        page.click("button.danger")
        page.wait_for_url("**/status")
        expect(page.locator(".bar .state")).to_have_text("angehalten")
        expect(page.locator("#content")).to_contain_text(re.compile("von Hand angehalten"))

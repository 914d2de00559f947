"""A running desk and headless Chromium, watched: what it logs, blocks and asks other hosts for."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from guardrails.desk.copilot_client import ScriptedCopilot, TurnEvent
from tests.api_world import PASSWORD
from tests.live_desk import OPERATOR, LiveDesk, open_live_desk

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANSWERED = "Failed to load resource: the server responded with a status of 4"
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
  (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`));
"""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


class PatientCopilot(ScriptedCopilot):
    """A scripted copilot that waits after its first word until it may go on."""

    def __init__(self, *turns: tuple[TurnEvent, ...]) -> None:
        """Wait for nothing at first."""
        super().__init__(*turns)
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    async def turn(
        self, thread_id: str, text: str, language: str | None
    ) -> AsyncIterator[TurnEvent]:
        """The script, held up after the first token."""
        held = False
        async for event in super().turn(thread_id, text, language):
            yield event
            if event.name == "token" and not held:
                held = True
                await asyncio.to_thread(self.may_go_on.wait, 10)


@dataclass
class Watch:
    """Everything about a browser that must not happen."""

    host: str
    problems: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Listen to a page."""
        page.add_init_script(TELL_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:  # noqa: ANN401 - playwright's message
        where = str(message.location.get("url", ""))
        # the browser logs the status of a refused page, which is our answer and no error
        answered = message.text.startswith(ANSWERED) and "/static/" not in where
        if message.type in {"error", "warning"} and not answered:
            self.problems.append(f"{message.type}: {message.text} at {where}")

    def _request(self, request: Any) -> None:  # noqa: ANN401 - playwright's request
        found = urlsplit(request.url)
        if found.scheme != "data" and found.netloc != self.host:
            self.problems.append(f"request to {request.url}")


@dataclass
class Desktop:
    """A running desk with a browser before it."""

    live: LiveDesk
    browser: Browser
    kept: dict[str, Any]

    @contextmanager
    def page(self, *, signed_in: bool = True, **options: Any) -> Iterator[Page]:  # noqa: ANN401
        """A page of its own; at its end nothing forbidden may have happened."""
        state = self.kept if signed_in else None
        context: BrowserContext = self.browser.new_context(
            base_url=self.live.url, storage_state=state, **{"viewport": DESKTOP} | options
        )
        context.set_default_timeout(10_000)
        watch = Watch(urlsplit(self.live.url).netloc)
        page = context.new_page()
        watch.over(page)
        yield page
        context.close()
        assert watch.problems == []

    @property
    def copilot(self) -> PatientCopilot:
        """The scripted copilot behind this desk."""
        found = self.live.world.copilot
        assert isinstance(found, PatientCopilot)
        return found


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDesk]:
    """A running desk without an operator yet."""
    with open_live_desk(tmp_path_factory.mktemp("desk"), copilot=PatientCopilot()) as made:
        yield made


@pytest.fixture(scope="module")
def browser(live: LiveDesk, chromium: Path) -> Iterator[Browser]:
    """Headless Chromium; it ends before the desk does."""
    del live
    flags = [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(chromium), args=flags)
        yield found
        found.close()


@pytest.fixture(scope="module")
def desktop(live: LiveDesk, browser: Browser) -> Desktop:
    """The desk and a browser in which the operator is signed in."""
    made = Desktop(live, browser, {})
    with made.page(signed_in=False) as page:
        set_up(made, page)
        sign_in(page)
        made.kept = dict(page.context.storage_state())
    return made


def set_up(desktop: Desktop, page: Page) -> None:
    """Make the first operator with the code of this machine."""
    code = (desktop.live.world.desk.folders.run / "setup.code").read_text()
    page.goto("/")
    page.fill("[name=token]", code)
    page.fill("[name=name]", OPERATOR)
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")


def sign_in(page: Page) -> None:
    """Sign in as the operator."""
    page.goto("/sign-in")
    page.fill("[name=name]", OPERATOR)
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url("**/chat/*")

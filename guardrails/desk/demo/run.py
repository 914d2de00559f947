"""The demo as a whole: a paper installation of its own, made fresh, driven, and left to look at."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.loader import load_settings
from engine.clock import SystemClock
from engine.errors import InputError
from guardrails.desk.demo.story import Story, Summary
from guardrails.desk.desk_client import DeskClient
from guardrails.desk.folders import Folders
from guardrails.desk.local import Local
from guardrails.desk.operators import add_first_operator
from guardrails.desk.starting import start_all

OPERATOR: Final = "demo"
MARKER: Final = "made-by-peak-demo"


def fresh_folder(root: Path) -> None:
    """Make the demo's own state folder new; a folder that the demo did not make is left alone.

    Raises:
        InputError: DEMO_FOLDER_FOREIGN.
    """
    if root.exists() and any(root.iterdir()):
        if not (root / MARKER).exists():
            raise InputError(
                "DEMO_FOLDER_FOREIGN", "this folder was not made by the demo", value=root,
                hint="choose another with PEAK_DEPLOYMENT__STATE_DIR",
            )  # fmt: skip
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    (root / MARKER).touch()


def run_demo(say: Callable[[str], None]) -> Summary:
    """Run the story against three fresh processes; they are stopped at the end."""
    clock = SystemClock()
    started = clock.monotonic()
    settings = load_settings("demo")
    here = Local(settings, Folders(settings.deployment.state_dir), clock)
    fresh_folder(here.folders.root)
    password = secrets.token_urlsafe(12)
    say("Peak Trade demo: three processes, real data, no key, no internet")
    url, supervisor = start_all(here, say)
    try:
        add_first_operator(url, here.folders, OPERATOR, password)
        desk = DeskClient(url, timeout_s=90.0)
        desk.sign_in(OPERATOR, password)
        say(f"  desk {url}, copilot and gateway are up; signed in as {OPERATOR}")
        summary = Story(desk, password, say).run()
    finally:
        supervisor.stop()
    seconds = clock.monotonic() - started
    say(f"done in {seconds:.0f} s. To look around: PEAK_PROFILE=demo .venv/bin/peak serve")
    say(f"  and sign in as {OPERATOR} with the password {password}")
    reports = sorted(here.folders.reports.glob("*.html"))
    if reports:
        say(f"report: {reports[-1]}")
    return summary

"""The demo as a whole: a paper installation of its own, made fresh, driven, and left to look at."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.loader import load_settings
from config.private_files import private_folder
from engine.clock import SystemClock
from engine.errors import InputError
from guardrails.desk.demo.story import Story, Summary
from guardrails.desk.desk_client import DeskClient
from guardrails.desk.folders import Folders
from guardrails.desk.local import Local
from guardrails.desk.operators import add_first_operator
from guardrails.desk.starting import start_all
from guardrails.store.lock import serve_lock

OPERATOR: Final = "demo"
MARKER: Final = "made-by-peak-demo"


def own_folder(root: Path) -> None:
    """Make the demo's own state folder; a folder that the demo did not make is left alone.

    Raises:
        InputError: DEMO_FOLDER_FOREIGN.
    """
    if root.exists() and any(root.iterdir()) and not (root / MARKER).exists():
        raise InputError(
            "DEMO_FOLDER_FOREIGN", "this folder was not made by the demo", value=root,
            hint="choose another with PEAK_DEPLOYMENT__STATE_DIR",
        )  # fmt: skip
    private_folder(root)
    (root / MARKER).touch()


def _clear(folders: Folders, keep: Path) -> None:
    """Remove what an earlier demo left; the lock that we hold stays where it is."""
    for path in (*folders.root.iterdir(), *folders.run.iterdir()):
        if path.name == MARKER or path in {folders.run, keep}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def run_demo(say: Callable[[str], None]) -> Summary:
    """Run the story against three fresh processes; they are stopped at the end.

    Raises:
        InputError: DEMO_FOLDER_FOREIGN. UnavailableError: SERVE_RUNNING, or a code of the start.
    """
    settings = load_settings("demo")
    here = Local(settings, Folders(settings.deployment.state_dir), SystemClock())
    started = here.clock.monotonic()
    own_folder(here.folders.root)
    with serve_lock(here.folders.run) as lock:
        _clear(here.folders, lock.path)
        return _told(here, say, started)


def _told(here: Local, say: Callable[[str], None], started: float) -> Summary:
    """The story on an empty installation whose lock the caller holds."""
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
    seconds = here.clock.monotonic() - started
    say(f"done in {seconds:.0f} s. To look around: PEAK_PROFILE=demo .venv/bin/peak serve")
    say(f"  and sign in as {OPERATOR} with the password {password}")
    reports = sorted(here.folders.reports.glob("*.html"))
    if reports:
        say(f"report: {reports[-1]}")
    return summary

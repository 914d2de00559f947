"""`peak serve` and `peak demo`: start and watch the three processes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

from guardrails.desk.cli.options import JsonFlag, ProfileOption
from guardrails.desk.cli.output import console, emit, reporting, say

if TYPE_CHECKING:
    from guardrails.desk.supervisor import Supervisor

WATCH_SECONDS = 0.5


def _stop(*_: object) -> NoReturn:
    """A polite end is the same as Ctrl-C."""
    raise KeyboardInterrupt


def serve(profile: ProfileOption = None, as_json: JsonFlag = False) -> None:
    """Start desk, copilot and gateway and keep them running until Ctrl-C."""
    with reporting(as_json=as_json):
        import signal

        from guardrails.desk.local import local
        from guardrails.desk.operators import CODE_FILE
        from guardrails.desk.starting import start_all
        from guardrails.store.lock import serve_lock

        here = local(profile)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        with serve_lock(here.folders.run):
            say(["starting desk, copilot and gateway ..."], error=True)
            url, supervisor = start_all(here, lambda line: say([line], error=True))
            try:
                setup = here.folders.run / CODE_FILE
                code = setup.read_text(encoding="ascii") if setup.exists() else None
                lines = [f"open {url}"]
                lines += [f"first operator: {url}/setup with the code {code}"] if code else []
                shown = {"url": url, "setup_code": code}
                emit(shown, as_json=as_json, text=[*lines, "stop: Ctrl-C"])
                _watch(supervisor)
            finally:
                supervisor.stop()


def _watch(supervisor: Supervisor) -> None:
    """Keep the processes alive until somebody asks to stop."""
    try:
        while True:
            supervisor.watch()
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        say(["stopping ..."], error=True)


def demo(as_json: JsonFlag = False) -> None:
    """Walk through the main job on real data: draft, gate, sign, fill, refuse, stop, verify."""
    with reporting(as_json=as_json):
        from dataclasses import asdict

        from guardrails.desk.demo.run import run_demo

        out = console(error=as_json)
        summary = run_demo(lambda line: out.print(line, soft_wrap=True))
        if as_json:
            emit(asdict(summary), as_json=True)

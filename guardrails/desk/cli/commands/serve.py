"""`peak serve` and `peak demo`: start and watch the three processes."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from guardrails.desk.cli.output import console, emit, reporting

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
WATCH_SECONDS = 0.5


def serve() -> None:
    """Start desk, copilot and gateway and keep them running until Ctrl-C."""
    with reporting(as_json=False):
        import signal

        from guardrails.desk.local import local
        from guardrails.desk.starting import start_all

        out = console()
        here = local()
        out.print("starting desk, copilot and gateway ...")
        url, supervisor = start_all(here, out.print)
        setup = here.folders.run / "setup.code"
        out.print(f"open {url}")
        if setup.exists():
            out.print(f"first operator: {url}/setup with the code {setup.read_text()}")
        out.print("stop with Ctrl-C")
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        try:
            while True:
                supervisor.watch()
                time.sleep(WATCH_SECONDS)
        except KeyboardInterrupt:
            out.print("stopping ...")
        finally:
            supervisor.stop()


def demo(as_json: JsonFlag = False) -> None:
    """Walk through the main job on real data: draft, gate, sign, fill, refuse, stop, verify."""
    with reporting(as_json=as_json):
        from dataclasses import asdict

        from guardrails.desk.demo.run import run_demo

        out = console(error=as_json)
        summary = run_demo(out.print)
        if as_json:
            emit(asdict(summary), as_json=True)

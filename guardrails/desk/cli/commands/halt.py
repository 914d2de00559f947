"""`peak kill` works alone; `peak rearm` needs the desk and people."""

from __future__ import annotations

import subprocess  # nosec B404 - runs the project's own module
import sys
from typing import Annotated

import typer

from guardrails.desk.cli.output import emit, reporting

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]


def kill(
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "stopped by hand",
    flatten: Annotated[bool, typer.Option(help="Also remove stops and close positions.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Stop trading now, with or without a running desk; exit 2 when it is not verified."""
    from guardrails.desk.local import local

    with reporting(as_json=as_json):
        here = local()
        command = [sys.executable, "-m", "guardrails.execution.killer"]
        command += ["--state-dir", str(here.folders.root), "--reason", reason]
        command += ["--flatten"] if flatten else []
        command += ["--json"] if as_json else []
    # the killer imports neither desk nor its store, so it works when they are broken
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603  # nosec B603


def rearm(
    reason: Annotated[str, typer.Option(prompt=True, help="What was found and mended.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Your password.")],
    as_json: JsonFlag = False,
) -> None:
    """Go back one step: halted to reducing, reducing to active (people and time decide)."""
    with reporting(as_json=as_json):
        from guardrails.desk.desk_client import DeskClient
        from guardrails.desk.local import local

        client = DeskClient.of(local().folders.run)
        answer = client.post("/api/rearm", {"reason": reason, "password": password})
        emit(answer, as_json=as_json, text=[f"trading state: {answer['state']}", answer["message"]])

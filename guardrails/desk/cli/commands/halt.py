"""`peak kill` works alone; `peak rearm` needs the desk and people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import emit, reporting


def kill(
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "stopped by hand",
    flatten: Annotated[bool, typer.Option(help="Also remove stops and close positions.")] = False,
    state_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of the installation; then no settings are read at all."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Stop trading now, with or without a running desk; exit 2 when it is not verified."""
    with reporting(as_json=as_json):
        command = [sys.executable, "-P", "-m", "guardrails.execution.killer"]
        command += ["--state-dir", str(_folder(state_dir)), "--reason", reason]
        command += ["--flatten"] if flatten else []
        command += ["--json"] if as_json else []
    # the killer imports neither desk nor its store, so it works when they are broken
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - own module


def _folder(state_dir: Path | None) -> Path:
    """The installation to stop; a folder that is not there stops nothing and must be said."""
    from engine.errors import InputError

    if state_dir is None:
        from config.loader import load_settings

        state_dir = load_settings().deployment.state_dir
    if not state_dir.is_dir():
        raise InputError(
            "KILL_UNVERIFIED", "there is no installation in this folder, so nothing was stopped",
            value=state_dir, hint="name the right one: --state-dir FOLDER",
        )  # fmt: skip
    return state_dir


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

"""`peak login` and `peak logout`: a person at the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import emit, reporting


def login(
    name: Annotated[str, typer.Option(prompt=True, help="Your name at the desk.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for.")],
    as_json: JsonFlag = False,
) -> None:
    """Sign in to the running desk; the session is kept for later commands."""
    with reporting(as_json=as_json):
        from guardrails.desk.desk_client import DeskClient, desk_url, save_sign_in
        from guardrails.desk.local import local

        run_dir = local().folders.run
        sign_in = DeskClient(desk_url(run_dir)).sign_in(name, password)
        save_sign_in(run_dir, sign_in)
        emit(
            {"person_id": sign_in.person_id, "desk": sign_in.url},
            as_json=as_json,
            text=[f"signed in as {sign_in.person_id} at {sign_in.url}"],
        )


def logout(as_json: JsonFlag = False) -> None:
    """End the kept session; the file goes even when the desk does not answer."""
    with reporting(as_json=as_json):
        from engine.errors import AccessError
        from guardrails.desk.desk_client import SESSION_FILE, DeskClient
        from guardrails.desk.local import local

        run_dir = local().folders.run
        kept = run_dir / SESSION_FILE
        if not kept.exists():
            raise AccessError(
                "SESSION_NONE", "nobody is signed in on this machine", hint="sign in: `peak login`"
            )
        client = DeskClient.of(run_dir)
        kept.unlink()
        client.post("/api/sign-out")
        emit({"signed_out": True}, as_json=as_json, text=["signed out"])

"""`peak login` and `peak logout`: a person at the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from guardrails.desk.cli.output import emit, reporting

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]


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
    """End the kept session."""
    with reporting(as_json=as_json):
        from guardrails.desk.desk_client import SESSION_FILE, DeskClient
        from guardrails.desk.local import local

        run_dir = local().folders.run
        DeskClient.of(run_dir).post("/api/sign-out")
        (run_dir / SESSION_FILE).unlink(missing_ok=True)
        emit({"signed_out": True}, as_json=as_json, text=["signed out"])

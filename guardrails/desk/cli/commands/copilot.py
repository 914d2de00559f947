"""`peak draft` without a desk, `peak chat` through it."""

from __future__ import annotations

import json
import subprocess  # nosec B404 - runs the project's own module
import sys
from pathlib import Path
from typing import Annotated

import typer

from guardrails.desk.cli.output import EXIT_NO, console, emit, reporting

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
DRAFT_SECONDS = 300


def draft(
    text: Annotated[str, typer.Argument(help="The idea, in English or German.")],
    spec_in: Annotated[
        Path | None, typer.Option("--spec-in", help="A spec to change instead of a new one.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Draft a strategy from a sentence; nothing is tested and no trial is spent."""
    with reporting(as_json=as_json):
        from engine.errors import InputError, UnavailableError
        from engine.text import clean_text

        if spec_in is not None and not spec_in.is_file():
            raise InputError("FILE_NOT_FOUND", "there is no such file", value=spec_in)
        command = [sys.executable, "-m", "copilot", "draft", "--text", text]
        command += ["--spec-in", str(spec_in)] if spec_in else []
        done = subprocess.run(  # noqa: S603  # nosec B603 - own module, text as one argument
            command, check=False, capture_output=True, text=True, timeout=DRAFT_SECONDS
        )
        if not done.stdout.strip():
            raise UnavailableError(
                "COPILOT_FAILED", "the copilot did not answer", value=clean_text(done.stderr[-200:])
            )
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        emit(answer, as_json=as_json, text=_draft_lines(answer))
        if answer.get("reply", {}).get("status") != "draft":
            raise typer.Exit(EXIT_NO)


def _draft_lines(answer: dict[str, object]) -> list[str]:
    reply = answer.get("reply", {})
    if not isinstance(reply, dict):
        return []
    lines = [f"{reply.get('status')} (drafter: {answer.get('drafter')})"]
    lines += [str(line) for line in answer.get("words", [])]  # type: ignore[attr-defined]  # JSON list
    for title in ("questions", "conflicts", "unsupported"):
        lines += [f"{title}: {row['text']}" for row in reply.get(title) or []]
    lines += [f"assumed: {r['field']} = {r['value']} ({r['why']})" for r in reply["assumptions"]]
    lines += [f"refused: {code}" for code in reply.get("refusal_codes") or []]
    return lines


def chat(
    language: Annotated[str, typer.Option("--lang", help="en or de")] = "en",
) -> None:
    """Chat with the copilot through the running desk; an empty line ends it."""
    with reporting(as_json=False):
        from uuid import uuid4

        from engine.text import clean_text
        from guardrails.desk.desk_client import DeskClient
        from guardrails.desk.local import local

        client, out = DeskClient.of(local().folders.run), console()
        thread = f"cli-{uuid4().hex[:12]}"
        while text := typer.prompt("you", default="", show_default=False).strip():
            for name, data in client.chat(thread, text, language):
                if name == "draft":
                    for line in data.get("words", []):
                        out.print(f"  {clean_text(str(line))}")
                elif name == "answer":
                    for line in str(data["text"]).splitlines():
                        out.print(clean_text(line, 2_000))
                elif name == "error":
                    out.print(f"{data['code']}: {clean_text(str(data['message']))}")

"""`peak draft` without a desk, `peak chat` through it."""

from __future__ import annotations

import json
import subprocess  # nosec B404 - runs the project's own module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from guardrails.desk.cli.options import JsonFlag, LanguageOption
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, say

if TYPE_CHECKING:
    from guardrails.desk.cli.choices import Language
    from guardrails.desk.desk_client import DeskClient

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
        from engine.errors import InputError
        from guardrails.desk.cli.progress import waiting

        if not text.strip():
            raise InputError("TEXT_EMPTY", "there is no idea to draft", hint="say it in a sentence")
        if spec_in is not None and not spec_in.is_file():
            raise InputError("FILE_NOT_FOUND", "there is no such file", value=spec_in)
        with waiting("drafting"):
            answer = _asked(text, spec_in)
        emit(answer, as_json=as_json, text=_draft_lines(answer))
        if answer.get("reply", {}).get("status") != "draft":
            raise typer.Exit(EXIT_NO)


def _asked(text: str, spec_in: Path | None) -> dict[str, Any]:
    """What the copilot's own command answers; COPILOT_FAILED when that is no JSON object."""
    from engine.errors import InputError, UnavailableError

    command = [sys.executable, "-m", "copilot", "draft", "--text", text]
    command += ["--spec-in", str(spec_in)] if spec_in else []
    try:
        done = subprocess.run(  # noqa: S603  # nosec B603 - own module, text as one argument
            command, check=False, capture_output=True, text=True, timeout=DRAFT_SECONDS
        )
        found = json.loads((done.stdout.strip().splitlines() or [""])[-1])
    except (subprocess.TimeoutExpired, ValueError) as error:
        words = getattr(error, "stderr", None) or locals().get("done") and done.stderr or ""
        raise UnavailableError(
            "COPILOT_FAILED", "the copilot did not answer", value=str(words).strip()[-200:],
            hint="see `peak doctor`, or draft without an endpoint: unset PEAK_COPILOT__BASE_URL",
        ) from error  # fmt: skip
    if not isinstance(found, dict):
        raise UnavailableError("COPILOT_FAILED", "the copilot did not answer", value=found)
    problem = found.get("error")
    if isinstance(problem, dict):
        raise InputError(
            str(problem.get("code", "")), str(problem.get("message", "")),
            value=problem.get("value", ""), hint=str(problem.get("hint", "")),
        )  # fmt: skip
    return found


def _draft_lines(answer: dict[str, Any]) -> list[str]:
    reply = answer.get("reply", {})
    lines = [f"{reply.get('status')} (drafter: {answer.get('drafter')})"]
    lines += [str(line) for line in answer.get("words") or []]
    for title in ("questions", "conflicts", "unsupported"):
        lines += [f"{title}: {row['text']}" for row in reply.get(title) or []]
    for row in reply.get("assumptions") or []:
        lines.append(f"assumed: {row['field']} = {row['value']} ({row['why']})")
    lines += [f"refused: {code}" for code in reply.get("refusal_codes") or []]
    for row in answer.get("findings") or []:
        lines.append(f"{row.get('level')}: {row.get('code')} {row.get('message')}")
    return lines


def chat(language: LanguageOption = None, as_json: JsonFlag = False) -> None:
    """Chat with the copilot through the running desk; an empty line ends it."""
    with reporting(as_json=as_json):
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.desk_client import DeskClient
        from guardrails.desk.local import local

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        client = DeskClient.of(here.folders.run)
        client.get("/api/me")  # better to be refused before the first question than after it
        thread = f"cli-{uuid4().hex[:12]}"
        while text := _question(as_json=as_json):
            _turn(client, (thread, text, wanted), as_json=as_json)


def _question(*, as_json: bool) -> str:
    """The next message; empty at the end of the input."""
    try:
        return str(typer.prompt("you", default="", show_default=False, err=as_json)).strip()
    except typer.Abort:
        return ""


def _turn(client: DeskClient, asked: tuple[str, str, Language], *, as_json: bool) -> None:
    for name, data in client.chat(*asked):
        if as_json:
            emit({"event": name, "data": data}, as_json=True)
        elif name == "draft":
            say([f"  {line}" for line in data.get("words") or []])
        elif name == "candidate":
            say([f"  submitted to the gate: {str(data.get('candidate_id'))[:12]}"])
        elif name == "answer":
            say(str(data.get("text", "")).splitlines())
        elif name == "error":
            say([f"{data.get('code')}: {data.get('message')} {data.get('hint', '')}"])

"""`peak draft` without a desk, `peak chat` through it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from guardrails.desk.cli.options import JsonFlag, LanguageOption
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, say

if TYPE_CHECKING:
    from engine.errors import PeakError
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
    """The draft that the copilot's own command prints.

    Raises:
        InputError: the copilot's own refusal. UnavailableError: COPILOT_FAILED.
    """
    # one word per option: a text that begins with a hyphen stays a text
    command = [sys.executable, "-P", "-m", "copilot", "draft", f"--text={text}"]
    command += [f"--spec-in={spec_in}"] if spec_in else []
    try:
        done = subprocess.run(  # noqa: S603 - own module, text as one argument
            command, check=False, capture_output=True, text=True, timeout=DRAFT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise _failed(f"no answer in {DRAFT_SECONDS} s") from None
    answer, problem = _last_object(done.stdout), _last_object(done.stderr)
    if answer is not None:
        return answer
    error = None if problem is None else problem.get("error")
    raise _failed(done.stderr.strip()[-200:]) if not isinstance(error, dict) else _refused(error)


def _last_object(output: str) -> dict[str, Any] | None:
    """The JSON object in the last line of an output."""
    try:
        found = json.loads(output.strip().rpartition("\n")[2])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _failed(words: str) -> PeakError:
    from engine.errors import UnavailableError

    return UnavailableError(
        "COPILOT_FAILED", "the copilot did not answer", value=words, hint="see `peak doctor`"
    )


def _refused(error: dict[str, Any]) -> PeakError:
    from engine.errors import InputError

    return InputError(
        str(error.get("code", "")), str(error.get("message", "")),
        value=error.get("value", ""), hint=str(error.get("hint", "")),
    )  # fmt: skip


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

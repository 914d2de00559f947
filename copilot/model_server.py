"""A scripted endpoint that speaks the chat protocol on loopback: `python -m copilot.model_server`.

The script is a list of steps; each request takes the next one and the last one repeats. With it
the real client, parser, graph and budget run over a real socket, without a key and without a
model. It shows nothing about a model's quality.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.model_wire import chunks, completion
from engine.errors import InputError
from engine.records import invalid_record

StepKind = Literal[
    "text", "json", "malformed", "tool", "refusal", "filtered", "length", "rate_limited", "error",
    "stall", "half_stream", "invalid_utf8", "endless", "empty", "wrong_usage", "bad_request",
]  # fmt: skip


class Step(BaseModel):
    """One answer of the script.

    `refuses` names request fields that this endpoint answers with 400, as small servers do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: StepKind
    text: str = ""
    tool: str = "read_context"
    arguments: str = "{}"
    status: Annotated[int, Field(ge=400, le=599)] = 500
    retry_after_s: float | None = None
    seconds: float = 0.0
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    refuses: tuple[str, ...] = ()


class Script(BaseModel):
    """Steps in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


@dataclass(slots=True)
class Played:
    """Where a script stands, and every request that came."""

    script: Script
    taken: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)

    def next(self) -> Step:
        """The step of the next request; the last one repeats."""
        queue = [step for step in self.script.steps for _ in range(step.times)]
        step = queue[min(self.taken, len(queue) - 1)]
        self.taken += 1
        return step


def read_script(path: Path) -> Script:
    """A script from a TOML or JSON file.

    Raises:
        InputError: MODEL_SCRIPT_INVALID or RECORD_INVALID with the place.
    """
    try:
        raw = path.read_text(encoding="utf-8")
        data = json.loads(raw) if path.suffix == ".json" else tomllib.loads(raw)
    except (OSError, ValueError) as error:
        raise InputError(
            "MODEL_SCRIPT_INVALID", f"the script cannot be read: {error}", value=path
        ) from error
    try:
        return Script.model_validate(data)
    except ValidationError as error:
        raise invalid_record("Script", error) from error


def application(script: Script) -> FastAPI:
    """The endpoint for a script; `/log` lists the requests that came."""
    app = FastAPI(title="scripted model", docs_url=None, redoc_url=None)
    played = Played(script)

    @app.get("/log")
    def log() -> JSONResponse:
        """All requests so far."""
        return JSONResponse({"requests": played.requests})

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        """The next step of the script."""
        body = await request.json()
        played.requests.append(body)
        step = played.next()
        refused = next((name for name in step.refuses if name in body), None)
        if refused is not None:
            played.taken -= 1
            return _error(400, f"unknown field: {refused}")
        return await _answer(step, body)

    return app


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    content = {"error": {"message": message, "type": "scripted", "code": str(status)}}
    return JSONResponse(content, status_code=status, headers=headers)


_BROKEN: Final = {
    "invalid_utf8": b'{"choices": [\xff\xfe',
    "half_stream": b'{"id": "x", "choi',
}
"""Whole replies that are not whole."""


def _failure(step: Step) -> Response | None:
    """The answer of a step that is an error status; None for all others."""
    if step.kind == "rate_limited":
        wait = {} if step.retry_after_s is None else {"retry-after": f"{step.retry_after_s:g}"}
        return _error(429, "too many requests", wait)
    if step.kind == "error":
        return _error(step.status, "the model broke")
    if step.kind == "bad_request":
        return _error(400, step.text or "bad request")
    return None


async def _answer(step: Step, body: dict[str, Any]) -> Response:
    failure = _failure(step)
    if failure is not None:
        return failure
    if step.kind == "stall":
        await asyncio.sleep(step.seconds)
    model = str(body.get("model", ""))
    if body.get("stream"):
        return StreamingResponse(_stream(step, model), media_type="text/event-stream")
    if step.kind in _BROKEN:
        return Response(_BROKEN[step.kind], media_type="application/json")
    return JSONResponse(completion(step, model))


async def _stream(step: Step, model: str) -> AsyncIterator[bytes]:
    """The answer in pieces; a half stream ends without its last words."""
    for piece in chunks(step, model):
        yield piece
        if step.kind == "endless":
            await asyncio.sleep(0)


def serve(script: Script, port: int) -> None:
    """Serve a script on loopback until stopped; the first line on stdout is `{"port": n}`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
    sys.stdout.flush()
    config = uvicorn.Config(application(script), log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def main(arguments: list[str] | None = None) -> int:
    """Command line: `--script FILE --port 0`."""
    parser = argparse.ArgumentParser(prog="copilot.model_server", description=__doc__)
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    found = parser.parse_args(arguments)
    try:
        script = read_script(found.script)
    except InputError as error:
        sys.stderr.write(json.dumps({"error": error.as_dict()}) + "\n")
        return 2
    serve(script, found.port)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

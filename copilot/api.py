"""The copilot's HTTP door: one turn in, a stream of events out; the desk is its only client."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from copilot.events import sse
from copilot.turns import Turn, Turns
from engine.errors import AccessError, InputError, PeakError
from engine.records import parse_record

MAX_BODY_BYTES: Final = 40_000
_STATUS: Final = {"AUTH_REQUIRED": 401, "AUTH_FAILED": 401, "BODY_TOO_LARGE": 413}


def _refuse(error: PeakError) -> JSONResponse:
    return JSONResponse({"error": error.as_dict()}, status_code=_STATUS.get(error.code, 400))


def _authorised(request: Request, token: str) -> None:
    """Raises AccessError AUTH_REQUIRED or AUTH_FAILED; compared in constant time."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise AccessError("AUTH_REQUIRED", "this door takes the desk's relay token")
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise AccessError("AUTH_FAILED", "the token is not the desk's")


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise InputError(
                "BODY_TOO_LARGE", f"at most {MAX_BODY_BYTES} bytes are read", value=size
            )
        parts.append(part)
    return b"".join(parts)


def application(turns: Turns, relay_token: str) -> FastAPI:
    """The application for a graph and the token that the desk shows."""
    app = FastAPI(title="Peak Trade copilot", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        """Up, and who drafts."""
        return JSONResponse({"status": "ok", "drafter": turns.parts.drafter})

    @app.post("/turn")
    async def turn(request: Request) -> Response:
        """Answer one message as server-sent events."""
        try:
            _authorised(request, relay_token)
            asked = parse_record(Turn, await _body(request), MAX_BODY_BYTES)
        except PeakError as error:
            return _refuse(error)
        headers = {"x-accel-buffering": "no", "cache-control": "no-store"}
        return StreamingResponse(
            _stream(turns, asked), media_type="text/event-stream", headers=headers
        )

    return app


def _stream(turns: Turns, asked: Turn) -> Iterator[bytes]:
    for name, data in turns.run(asked):
        yield sse(name, data)

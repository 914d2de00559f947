"""What every answer carries and every request must pass: headers, host, origin, the fence."""

from __future__ import annotations

from functools import cache
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.reports.render_html import style_source
from guardrails.desk.api.answers import denied
from guardrails.reasons import Denial, Reason

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@cache
def report_csp() -> str:
    """Policy of a report: its own style block, no script, talks to nobody, frames nowhere else."""
    return (
        f"default-src 'none'; style-src {style_source()}; img-src data:; frame-ancestors 'self'; "
        "base-uri 'none'; form-action 'none'; sandbox"
    )


_HEADERS: Final = {
    "content-security-policy": CSP,
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    # not `no-referrer`: with it browsers post their own forms with `Origin: null`
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class SecurityHeaders:
    """ASGI layer: security headers on every answer; same origin on every unsafe verb."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with headers, or refuse a foreign origin with AUTH_ORIGIN."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            """Send with the headers added."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if foreign_origin(scope["method"], Headers(scope=scope)):
            refusal = Denial.of(Reason.AUTH_ORIGIN, "This request came from another site.")
            await denied(refusal)(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)


def foreign_origin(method: str, headers: Headers) -> bool:
    """True when an unsafe verb names an origin whose host is not the host it was sent to."""
    origin = headers.get("origin")
    if method in SAFE_METHODS or origin is None:
        return False
    return origin.split("://", 1)[-1] != headers.get("host", "")

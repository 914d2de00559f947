"""Doors: who is asking, and may they? Decided before anything of the request is looked at.

A browser comes with a session cookie and, on unsafe verbs, the session's CSRF token (header or
form field); the copilot comes with its bearer token and may use four doors alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from guardrails.desk.api.answers import Refused
from guardrails.desk.api.security import SAFE_METHODS
from guardrails.desk.desk import Desk
from guardrails.desk.desk_client import COOKIE
from guardrails.desk.refusing import forbidden
from guardrails.desk.sessions import COPILOT, csrf_token
from guardrails.people import Caller, Verb
from guardrails.reasons import Denial, Reason

COPILOT_DOORS: Final = (
    ("GET", re.compile(r"^/api/context$")),
    ("POST", re.compile(r"^/api/candidates$")),
    ("GET", re.compile(r"^/api/candidates/[0-9a-f]{64}$")),
    ("GET", re.compile(r"^/healthz$")),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and with which sign-in session (None for the copilot service)."""

    caller: Caller
    session: str | None

    @property
    def person_id(self) -> str:
        """The person's name, or the service's."""
        return self.caller.person_id

    @property
    def is_copilot(self) -> bool:
        """True for the copilot service."""
        return self.person_id == COPILOT and self.session is None

    @property
    def csrf(self) -> str:
        """The session's token for unsafe verbs; empty for the service."""
        return "" if self.session is None else csrf_token(self.session)


def desk_of(request: Request) -> Desk:
    """The desk this application serves."""
    found = request.app.state.desk
    if not isinstance(found, Desk):
        raise TypeError("the application was composed without a desk")
    return found


def bearer_of(request: Request) -> str | None:
    """The bearer token of a request, if it carries one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" and token else None


def copilot_may(method: str, path: str) -> bool:
    """True for the copilot's few doors; everything else is refused to it unseen."""
    return any(method == verb and pattern.match(path) for verb, pattern in COPILOT_DOORS)


def actor_of(request: Request) -> Actor:
    """Who asks.

    Raises:
        Refused: AUTH_REQUIRED for nobody, AUTH_TOKEN_INVALID for a wrong token.
    """
    sign_ins = desk_of(request).sign_ins
    token = bearer_of(request)
    session = request.cookies.get(COOKIE) if token is None else None
    found = sign_ins.caller(session) if token is None else sign_ins.service(token)
    if isinstance(found, Denial):
        raise Refused(found)
    return Actor(found, session)


def require(request: Request, verb: Verb) -> Actor:
    """The actor, if they may use this verb; a refusal is journalled.

    Raises:
        Refused: AUTH_REQUIRED, AUTH_TOKEN_INVALID or ROLE_FORBIDDEN.
    """
    actor = actor_of(request)
    refusal = forbidden(desk_of(request).database, actor.caller, verb)
    if refusal is not None:
        raise Refused(refusal)
    return actor


def check_csrf(request: Request, actor: Actor, token: str | None) -> None:
    """A person's unsafe verb carries the session's token; AUTH_CSRF otherwise."""
    if actor.session is None or request.method in SAFE_METHODS:
        return
    refusal = desk_of(request).sign_ins.csrf_refusal(actor.session, token or "")
    if refusal is not None:
        raise Refused(refusal)


def door(verb: Verb) -> Callable[[Request], Awaitable[Actor]]:
    """A dependency for an API route that needs `verb`."""

    async def enter(request: Request) -> Actor:
        """The actor, or a refusal."""
        actor = require(request, verb)
        check_csrf(request, actor, request.headers.get("x-csrf-token"))
        return actor

    return enter


def entering(verb: Verb) -> Any:  # noqa: ANN401 - FastAPI types its marker so
    """Marks a route's parameter: whoever enters must hold this verb."""
    return Depends(door(verb))


def proved_caller(desk: Desk, actor: Actor, password: str | None) -> Caller:
    """The caller with the password given just now, when one came with the act.

    Raises:
        Refused: AUTH_FAILED or AUTH_LOCKED.
    """
    if password is None or actor.session is None:
        return actor.caller
    found = desk.sign_ins.prove(actor.session, password)
    if isinstance(found, Denial):
        raise Refused(found)
    return found


def refused_to_copilot() -> Denial:
    """What the copilot hears at every other door."""
    return Denial.of(Reason.ROLE_FORBIDDEN, "The copilot reads facts and submits candidates.")


DeskOf = Annotated[Desk, Depends(desk_of)]

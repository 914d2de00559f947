"""Signing in and out, the first operator, status and audit over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from engine.market import Name
from engine.records import Record
from guardrails.desk.about import product_version
from guardrails.desk.api.answers import Refused, answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.doors import Actor, DeskOf, entering
from guardrails.desk.auditing import verify_files
from guardrails.desk.desk_client import COOKIE
from guardrails.desk.overview import heartbeat_age_s, market_now, state_now
from guardrails.desk.sessions import SignedIn
from guardrails.people import Verb
from guardrails.reasons import Denial

router = APIRouter()
Password = Annotated[str, Field(max_length=1_024)]


class SignInRequest(Record):
    """Name and password."""

    name: Annotated[str, Field(max_length=64)]
    password: Password


class SetupRequest(Record):
    """The one-time code, and the first operator's name and password."""

    code: Annotated[str, Field(max_length=64)]
    name: Name
    password: Password


def keep_session(response: Response, session: str, request: Request) -> None:
    """Put the opaque session id into the browser, out of reach of scripts."""
    response.set_cookie(
        COOKIE, session, httponly=True, samesite="strict", path="/",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def address_of(request: Request) -> str:
    """Where a request comes from, for slowing down."""
    return "" if request.client is None else request.client.host


@router.post("/api/setup", openapi_extra=schema_of(SetupRequest))
async def setup(request: Request, desk: DeskOf) -> Response:
    """Make the first operator; works once, with the code of this machine."""
    asked = await body_of(request, SetupRequest)
    person = await asyncio.to_thread(
        desk.first_operator.enrol, asked.code, asked.name, asked.password
    )
    return answer({"person_id": person.person_id, "roles": list(person.roles)}, 201)


@router.post("/api/sign-in", openapi_extra=schema_of(SignInRequest))
async def sign_in(request: Request, desk: DeskOf) -> Response:
    """Sign in; unknown names and wrong passwords are answered alike."""
    asked = await body_of(request, SignInRequest)

    def enter() -> SignedIn | Denial:
        """The slow part, on a thread."""
        return desk.sign_ins.sign_in(asked.name, asked.password, address=address_of(request))

    found = await asyncio.to_thread(enter)
    if isinstance(found, Denial):
        raise Refused(found)
    reply = answer(
        {
            "session": found.session,
            "csrf": found.csrf,
            "person_id": found.caller.person_id,
            "roles": list(found.caller.roles),
        }
    )
    keep_session(reply, found.session, request)
    return reply


@router.post("/api/sign-out")
def sign_out(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_FACTS)]) -> Response:
    """End this session."""
    if actor.session is not None:
        desk.sign_ins.sign_out(actor.session)
    reply = answer({"signed_out": True})
    reply.delete_cookie(COOKIE, path="/")
    return reply


@router.get("/api/me")
def me(actor: Annotated[Actor, entering(Verb.READ_REPORTS)]) -> Response:
    """Who is signed in."""
    return answer(
        {"person_id": actor.person_id, "roles": list(actor.caller.roles), "csrf": actor.csrf}
    )


@router.get("/api/status")
def status(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]) -> Response:
    """Trading state, market time, sign of life of the gateway, waiting times."""
    del actor
    return answer(
        {
            "version": product_version(),
            "mode": desk.settings.deployment.mode,
            "trading_state": state_now(desk.context),
            "market_now": market_now(desk.context),
            "gateway_heartbeat_age_s": heartbeat_age_s(desk.context),
            "min_dwell_s": desk.context.limits.min_dwell_s,
            "gate_alive": desk.judge.alive,
        }
    )


@router.post("/api/audit/verify")
async def verify(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]) -> Response:
    """Verify both journals from the first row."""
    del actor
    further = desk.settings.deployment.anchor_copy_dir
    report = await asyncio.to_thread(verify_files, desk.folders, desk.clock, further)
    return answer(report.as_dict())


@router.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is said to strangers."""
    return answer({"status": "ok", "version": product_version()})
